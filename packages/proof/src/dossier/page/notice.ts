// A notice as a browser reads it: its paragraphs, lists and boxes, never its code. The exact bytes lie in a file of their own.
import { parse, type DefaultTreeAdapterTypes } from 'parse5'
import { html, type Html } from './html.ts'

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

const kept = new Set('p h1 h2 h3 h4 h5 h6 ul ol li strong em b i u small sup sub blockquote table thead tbody tr th td dl dt dd'.split(' '))
const lone = new Set(['br', 'hr'])
const blocks = new Set('div section article aside main nav header footer form fieldset legend address figure figcaption'.split(' '))
/** Never on a screen, whatever a style sheet says: there is no text in them that a browser shows. */
const code = new Set('script style template title iframe noembed noframes'.split(' '))
/** On a screen only where something does not work that works in every browser. What is in `noscript` is then one text, with its code. */
const fallbacks = new Set('noscript audio video canvas'.split(' '))

const attribute = ({ attrs }: Element, name: string): string | null => attrs.find((one) => one.name === name)?.value ?? null

const isHidden = (element: Element): boolean =>
  fallbacks.has(element.tagName) ||
  attribute(element, 'hidden') !== null ||
  (element.tagName === 'dialog' && attribute(element, 'open') === null)

const boxes: Readonly<Record<string, readonly [string, string]>> = { checkbox: ['☐', '☑'], radio: ['○', '●'] }

/** What a control looked like: a box with or without its tick, or the words of a button. */
const control = (input: Element): Html => {
  const type = (attribute(input, 'type') ?? '').toLowerCase()
  const [empty, ticked] = boxes[type] ?? []
  if (empty !== undefined && ticked !== undefined) return html`${attribute(input, 'checked') === null ? empty : ticked} `
  return type === 'hidden' ? html`` : html`[${attribute(input, 'value') ?? '…'}]`
}

/** What stands for an element on the page: before, inside and after it. */
type Shown = { before?: Html; inside: readonly Node[]; after?: Html }

/** A tag of the closed lists, without a single attribute: nothing of the notice can run, load or be styled. */
const as = (name: string, inside: readonly Node[]): Shown => ({ before: { html: `<${name}>` }, inside, after: { html: `</${name}>` } })

const standing = (element: Element): Shown => {
  const { tagName: name, childNodes: inside } = element
  if (lone.has(name)) return { before: { html: `<${name}>` }, inside: [] }
  if (kept.has(name)) return as(name, inside)
  if (blocks.has(name)) return as('div', inside)
  if (name === 'input') return { before: control(element), inside: [] }
  if (name === 'img') return { before: html`[${attribute(element, 'alt') ?? ''}]`, inside: [] }
  const target = name === 'a' ? (attribute(element, 'href') ?? '') : ''
  return target === '' ? { inside } : { before: html`⟨${target}⟩ `, inside }
}

const shownOf = (node: Node, hidden: string): Shown => {
  if ('value' in node) return { before: html`${node.value}`, inside: [] }
  if (!('tagName' in node) || code.has(node.tagName)) return { inside: [] }
  const { before, inside, after } = standing(node)
  if (!isHidden(node)) return { ...(before ? { before } : {}), inside, ...(after ? { after } : {}) }
  return { before: html`[${hidden}: ${before ?? null}`, inside, after: html`${after ?? null}]` }
}

/** Nodes may lie deeper in each other than a call stack is deep: the ones still to be told wait in a list. */
const tell = (nodes: readonly Node[], hidden: string): Html[] => {
  const told: Html[] = []
  const waiting: (Node | Html)[] = nodes.toReversed()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('html' in next) {
      told.push(next)
      continue
    }
    const { before, inside, after } = shownOf(next, hidden)
    if (before) told.push(before)
    if (after) waiting.push(after)
    for (const node of inside.toReversed()) waiting.push(node)
  }
  return told
}

/**
 * A text as it was published. HTML, read as the standard says: structure, boxes and targets of links, without a line of its code; what its markup keeps from the
 * screen stands in brackets behind the word `hidden`. Anything else: as it is written, line by line.
 */
export const noticeShown = ({ text, contentType }: { text: string; contentType: string }, hidden: string): Html => {
  if (contentType !== 'text/html') return html`<div class="plain">${text}</div>`
  return html`<div class="rich">${tell(parse(text).childNodes, hidden)}</div>`
}
