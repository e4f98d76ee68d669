// Search in an exported site, where no server answers: over the names in the list beside this page. Texts are compared
// as the server compares them: width, case, 台 as 臺. The list is a script, since a page that is opened from a disk may
// read no other file. Without scripts the catalogue and the code lists lead on.
'use strict'

const MOST = 50
const said = document.currentScript.dataset
const SAME = { 台: '臺', 裏: '裡', 峯: '峰', 双: '雙' }

function folded(text) {
  return text.normalize('NFKC').toLowerCase().replace(/[台裏峯双]/g, (character) => SAME[character])
}

async function search() {
  const asked = new URLSearchParams(location.search).get('q') ?? ''
  const words = folded(asked).split(/\s+/).filter(Boolean)
  if (words.length === 0) return
  const field = document.querySelector('input[name=q]')
  field.value = asked
  const language = document.documentElement.lang
  const names = await listed(language)
  const found = names.filter(({ text }) => words.every((word) => text.includes(word)))
  const whole = folded(asked).trim()
  found.sort((a, b) => distance(a, whole) - distance(b, whole))
  const status = document.createElement('p')
  status.className = 'quiet'
  status.setAttribute('role', 'status')
  const count = said.count.replace('{count}', found.length.toLocaleString('en'))
  status.textContent = found.length ? count : said.nothing
  const list = document.createElement('ul')
  list.className = 'hits'
  list.append(...found.slice(0, MOST).map(hit))
  field.form.after(status, list)
}

function listed(language) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = `search.${language}.js`
    script.onload = () => resolve(globalThis.lodNames)
    script.onerror = reject
    document.head.append(script)
  })
}

function distance({ label }, whole) {
  const name = folded(label)
  return name === whole ? 0 : name.startsWith(whole) ? 1 : 2
}

function hit({ label, href, kind }) {
  const item = document.createElement('li')
  const heading = document.createElement('h2')
  const link = document.createElement('a')
  link.href = href
  link.textContent = label
  heading.append(link)
  const said = document.createElement('p')
  said.className = 'quiet'
  said.textContent = kind
  item.append(heading, said)
  return item
}

search()
