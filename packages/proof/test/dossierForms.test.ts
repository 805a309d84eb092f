// The parts of a dossier that are read strictly or shown to people: statement, paths, the notice on the page.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError, formatCompleteness, parseCompleteness, type Completeness } from '@consent-ledger/domain'
import { parseDossierPath } from '../src/dossier/format.ts'
import { html } from '../src/dossier/page/html.ts'
import { noticeShown } from '../src/dossier/page/notice.ts'
import { clockIn } from '../src/plain/clock.ts'

const said: Completeness = {
  origin: 'ledger.example.org',
  proofId: '00000000-0000-4000-8000-000000000001',
  issuedAt: '2026-11-20T09:00:00.000Z',
  size: 70_000n,
  root: Buffer.alloc(32, 7),
  manifest: 'a'.repeat(64),
  subjectId: '0'.repeat(32),
  streams: [
    { stream: `subject-${'0'.repeat(32)}`, lastRevision: 12n, unpublished: 3 },
    { stream: `subject-${'1'.repeat(32)}`, lastRevision: 0n, unpublished: 0 },
  ],
  others: [
    { count: 2, reason: 'account' },
    { count: 1, reason: 'device-unpublished' },
  ],
  catalogue: { controllerId: 'campo', lastRevision: 70n },
  ledger: { lastRevision: 4n },
  reached: { devices: 2, accounts: 2 },
}

test('a statement is read as it was written, and as nothing else', () => {
  const text = formatCompleteness(said)
  const read = parseCompleteness(text)
  assert.deepEqual({ ...read, root: Buffer.from(read.root) }, said)
  const changes: [string, string][] = [
    ['size 70000', 'size 070000'],
    ['device-unpublished\n', 'device-unpublished'],
    ['reached 2 2', 'reached 2'],
    ['ledger 4', 'ledger none'],
    ['catalogue controller-campo', 'catalogue campo'],
    ['completeness v1', 'completeness v2'],
    ['2026-11-20T09:00:00.000Z', '2026-13-20T09:00:00.000Z'],
    ['others 2 account', 'others 2 friends'],
    ['log ledger.example.org', 'log other.example.org'],
    ['issued', 'note x\nissued'],
    [' 12 3\n', ' 12\n'],
  ]
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), from)
    assert.throws(() => parseCompleteness(text.replace(from, to)), (error) => error instanceof LedgerError && error.code === 'INTEGRITY', to) // prettier-ignore
  }
})

test('a statement says it where nobody looked for others', () => {
  const unknown: Completeness = { ...said, reached: null, others: [{ count: null, reason: 'identifiers-closed' }] }
  const text = formatCompleteness(unknown)
  assert.match(text, /^reached unknown$/m)
  const read = parseCompleteness(text)
  assert.deepEqual({ ...read, root: Buffer.from(read.root) }, unknown)
})

test('a path is one that a dossier has, or none', () => {
  assert.deepEqual(parseDossierPath('events/12/leaf.json'), {
    kind: 'leaf',
    folder: 'events',
    stream: null,
    revision: 12n,
    file: 'leaf.json',
  })
  const stream = `subject-${'a'.repeat(32)}`
  assert.deepEqual(parseDossierPath(`streams/${stream}/0/proof.tlog-proof`), {
    kind: 'leaf',
    folder: 'streams',
    stream,
    revision: 0n,
    file: 'proof.tlog-proof',
  })
  assert.equal(parseDossierPath('notice/news-form-v1-fr.html')?.kind, 'notice')
  for (const path of [
    '../x',
    '/README.txt',
    'events/01/leaf.json',
    'events/1/leaf.json/',
    'events/1/other.json',
    'notice/A-v1-fr.txt',
    'streams/ledger/0/leaf.json',
    'readme.txt',
    '',
  ])
    assert.equal(parseDossierPath(path), null, path)
})

const shown = (text: string, contentType = 'text/html'): string => noticeShown({ text, contentType }, 'hidden').html
const rich = (inner: string): string => `<div class="rich">${inner}</div>`

test('a notice in HTML keeps its structure and boxes, and nothing that could run, load or break the page', () => {
  assert.equal(shown('<p onclick="x()">A &amp; <b>b</b></p>'), rich('<p>A &amp; <b>b</b></p>'))
  assert.equal(shown('<script>alert(1)</script><style>p{}</style><!-- c -->x'), rich('x'))
  assert.equal(shown('<input type=checkbox> <input type="checkbox" checked> yes'), rich('☐  ☑  yes'))
  assert.equal(shown('<a href="https://example.org/?a=1&amp;b=2">us</a>'), rich('⟨https://example.org/?a=1&amp;b=2⟩ us'))
  assert.equal(shown('<img src="https://example.org/p.png" alt="our logo">'), rich('[our logo]'))
  assert.equal(shown('</div></body><p>open <ul><li>one'), rich('<p>open </p><ul><li>one</li></ul>'))
  assert.equal(shown('a < b <iframe src=x></iframe> &lt;script&gt;'), rich('a &lt; b  &lt;script&gt;'))
  assert.equal(shown('<p>a\nb', 'text/plain'), '<div class="plain">&lt;p&gt;a\nb</div>')
})

test('a notice is read as a browser reads it, whatever its markup', () => {
  assert.equal(shown('<input type="checkbox" id="a"checked>'), rich('☑ '))
  assert.equal(shown('<input title=" checked " type="checkbox"> Offers'), rich('☐  Offers'))
  assert.equal(shown(`<input data-x=' type="radio" ' type="checkbox">`), rich('☐ '))
  assert.equal(shown('<p>A</p><!--><p>shared with 300</p>-->B'), rich('<p>A</p><p>shared with 300</p>--&gt;B'))
  assert.equal(shown('<p>A</p><!-- x --!><p>shared</p>'), rich('<p>A</p><p>shared</p>'))
  assert.equal(shown('<p>we share<style>/*</style>*/ with partners'), rich('<p>we share*/ with partners</p>'))
  assert.equal(shown('&eacute;t&eacute;'), rich('été'))
})

test('what the markup of a notice keeps from the screen is marked, and fields without a look are left out', () => {
  assert.equal(shown('<noscript><p>Withdraw at any time.</p></noscript>x'), rich('[hidden: &lt;p&gt;Withdraw at any time.&lt;/p&gt;]x'))
  assert.equal(
    shown('<p hidden>never</p><dialog>closed</dialog><dialog open>open</dialog>'),
    rich('[hidden: <p>never</p>][hidden: closed]open'),
  )
  assert.equal(shown('<input type="hidden" value="newsletter=yes">text<template>t</template>'), rich('text'))
})

test('a notice of the greatest size costs no more than a moment of reading, however it is built', () => {
  for (const piece of ['<a"', '<!--', '<head ', '<a', '<b>', '<p><b>', '<table>', '<div>'])
    assert.ok(shown(piece.repeat(60_000 / piece.length)).startsWith('<div class="rich">'), piece)
})

test('signs that turn the reading direction or cannot be seen are told by their number', () => {
  assert.equal(shown('<p>refused\u202edevorppa</p>'), rich('<p>refused⟨U+202E⟩devorppa</p>'))
  assert.equal(html`${'a\u0000\u2066b\tc\n'}`.html, 'a⟨U+0000⟩⟨U+2066⟩b\tc\n')
})

test('an instant is told on the clock of the zone, summer and winter', () => {
  assert.equal(clockIn('Europe/Paris', 'fr')('2026-07-01T10:00:00.000Z'), '1 juillet 2026 à 12:00:00 UTC+2')
  assert.equal(clockIn('America/St_Johns', 'en')('2026-01-01T02:00:00.000Z'), '31 December 2025 at 22:30:00 UTC−3:30')
  assert.equal(clockIn('UTC', 'en')('2026-01-01T00:00:00.999Z'), '1 January 2026 at 00:00:00 UTC')
})
