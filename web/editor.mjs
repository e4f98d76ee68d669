// The SPARQL editor of the page: it grows over the form's text area and writes back to it, so that sending, links and
// everything without a script stay as they are. Completion knows what this release holds (the page carries it) and
// asks nobody else.

import Yasqe from '@zazuko/yasqe'
import '@zazuko/yasqe/build/yasqe.min.css'
import './editor.css'

const area = document.querySelector('textarea[data-editor]')
if (area) grow(area)

function grow(area) {
  const terms = JSON.parse(document.getElementById('sparql-terms')?.textContent ?? '{}')
  const { prefixes = {}, classes = [], properties = [] } = terms
  const labels = new Map([...classes, ...properties].map(({ iri, label }) => [iri, label]))
  Yasqe.Autocompleters = {
    ...Yasqe.Autocompleters,
    prefixes: { ...Yasqe.Autocompleters.prefixes, get: () => Object.entries(prefixes).map(([p, iri]) => `${p}: <${iri}>`) },
    class: known('class', classes, labels),
    property: known('property', properties, labels),
  }

  const place = document.createElement('div')
  place.className = 'editor'
  area.before(place)
  const editor = new Yasqe(place, {
    value: area.value,
    autocompleters: ['prefixes', 'class', 'property', 'variables'],
    prefixCcApi: null,
    persistenceId: null, // what a reader writes stays in the page and in the link
    consumeShareLink: null,
    createShareableLink: null, // the page's own address is the link
    showQueryButton: false,
    resizeable: false,
    editorHeight: 'auto',
    viewportMargin: Infinity,
    screenReaderLabel: area.labels[0]?.textContent ?? '',
    extraKeys: { 'Ctrl-Enter': send, 'Cmd-Enter': send, 'Ctrl-Space': (cm) => cm.autocomplete(), Tab: false, 'Shift-Tab': false },
  })
  const input = editor.getInputField()
  input.setAttribute('aria-label', area.labels[0]?.textContent ?? '')
  if (area.hasAttribute('aria-describedby')) input.setAttribute('aria-describedby', area.getAttribute('aria-describedby'))
  area.hidden = true
  area.required = false // a hidden field cannot ask to be filled in
  area.labels[0]?.addEventListener('click', () => editor.focus())
  editor.on('change', () => { area.value = editor.getValue() })
  area.form.addEventListener('submit', () => { area.value = editor.getValue() })
  mark(editor, area)

  function send() {
    area.value = editor.getValue()
    area.form.requestSubmit()
  }
}

/** A completer over a list of the release's own terms, found by IRI or by label in the page's language. */
function known(name, terms, labels) {
  const original = Yasqe.Autocompleters[name]
  return {
    ...original,
    bulk: false,
    get: (_yasqe, token) => {
      const typed = (token?.autocompletionString ?? '').toLowerCase()
      return terms
        .filter(({ iri, label }) => iri.toLowerCase().includes(typed) || label.toLowerCase().includes(typed))
        .map(({ iri }) => iri)
    },
    postprocessHints: (yasqe, hints) =>
      hints.map((hint) => {
        const label = labels.get(expanded(yasqe, hint.text))
        return label ? { ...hint, displayText: `${hint.displayText ?? hint.text}  ${label}` } : hint
      }),
  }
}

/** The IRI behind what a completion would write: `<…>` or a prefixed name. */
function expanded(yasqe, text) {
  if (text.startsWith('<')) return text.slice(1, -1)
  const colon = text.indexOf(':')
  const prefix = yasqe.getPrefixesFromQuery()[text.slice(0, colon)]
  return prefix === undefined ? text : prefix + text.slice(colon + 1)
}

/** Underline the place that the answer complained about. */
function mark(editor, area) {
  const line = Number(area.dataset.line ?? 0)
  const column = Number(area.dataset.column ?? 0)
  if (line < 1) return
  const length = editor.getLine(line - 1)?.length ?? 0
  const from = { line: line - 1, ch: Math.max(Math.min(column - 1, length - 1), 0) } // a mistake at the end has a place too
  const to = { line: line - 1, ch: length }
  editor.markText(from, to, { className: 'mistake' })
}
