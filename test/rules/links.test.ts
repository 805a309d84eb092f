// Every link in the documentation leads somewhere: to a file that exists and a heading that it has.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { it } from 'node:test'
import { files, read, root } from './sources.ts'

const code = /^```[\s\S]*?^```|`[^`\n]*`/gm
const link = /\]\(<?(?<target>[^()\s>]+)>?(?:\s+"[^"]*")?\)/g
const linksIn = (path: string): string[] =>
  [...read(path).replaceAll(code, '').matchAll(link)].map(({ groups }) => groups?.['target'] ?? '')

/** As forges make it: lower case, without signs, blanks as hyphens. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
const hasAnchor = (path: string, anchor: string): boolean =>
  [...read(path).matchAll(/^#{1,6}\s+(.+)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor)

const resolves = (path: string, target: string): boolean => {
  if (/^(?:https?|mailto):/.test(target)) return true
  const [name = '', anchor] = target.split('#')
  const file = name === '' ? path : normalize(join(dirname(path), decodeURIComponent(name)))
  return existsSync(join(root, file)) && (anchor === undefined || !file.endsWith('.md') || hasAnchor(file, anchor))
}

const broken = (path: string): string[] =>
  linksIn(path)
    .filter((target) => !resolves(path, target))
    .map((target) => `${path} links to ${target}`)

it('every link in a document resolves', () => {
  assert.deepEqual(files.filter((path) => path.endsWith('.md')).flatMap(broken), [])
})
