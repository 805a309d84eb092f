// `ledger-verify` as an expert runs it: exit codes, words for people, JSON, and that no code of this package can reach a network.
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { encodeEntries, entriesPath } from '@consent-ledger/tlog'
import { run } from '../src/verify/cli/run.ts'
import { codes } from '../src/verify/codes.ts'
import { dossierOf } from './dossierGiven.ts'
import { subjectId } from './given.ts'
import { tamper, utf8 } from './verifyGiven.ts'

const anna = await dossierOf({ witnessed: true })
const directory = await mkdtemp(join(tmpdir(), 'ledger-verify-'))
after(() => rm(directory, { recursive: true }))
const at = (name: string): string => join(directory, name)

await writeFile(at('dossier.zip'), anna.zip)
await writeFile(at('forged.zip'), await tamper(anna.zip, (files) => files.set('README.txt', utf8('\u001b[31mforged\n'))))
await writeFile(at('log.vkey'), `# from a receipt\n${anna.vkeys.join('\n')}\n`)
await writeFile(at('witnesses.txt'), `witness office ${anna.keys.witness.vkey}\nquorum office\n`)
const bundle = at(entriesPath({ index: 0n, width: anna.log.size }))
await mkdir(dirname(bundle), { recursive: true })
await writeFile(bundle, encodeEntries(anna.log.leaves))
await writeFile(at('checkpoint'), anna.input.treeHead)

const ran = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  let [out, err] = ['', '']
  const code = await run(args, { out: (text) => void (out += text), err: (text) => void (err += text) })
  return { code, out, err }
}
const key = ['--key', at('log.vkey')]

describe('ledger-verify', () => {
  test('ends with 0 and says what it accepted', async () => {
    const { code, out, err } = await ran(at('dossier.zip'), ...key, '--policy', at('witnesses.txt'), '--head', at('checkpoint'))
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /^ACCEPTED\n/)
    // What only the issuer's signature says is not said as shown.
    assert.match(out, /the issuer has signed; only a scan of the entries shows it/)
    assert.doesNotMatch(out, /nothing was left out/)
    assert.match(out, /office saw the tree of 19 events at 2026-11-23T09:00:00\.000Z/)
    assert.match(out, /1 other stream\(s\) \(account\) \(the signed word of the issuer\)/)
  })
  test('ends with 1 and says why it rejected', async () => {
    const { code, out } = await ran(at('forged.zip'), ...key)
    assert.equal(code, 1)
    assert.match(out, /^REJECTED\nDo not rely on it\./)
    assert.match(out, /FILE_CHANGED {2}README\.txt/)
    assert.ok(!out.includes('\u001b'))
  })
  test('ends with 2 where the command or its files cannot be used', async () => {
    const wrong = [
      [],
      [at('dossier.zip')],
      [at('dossier.zip'), '--key', at('none')],
      [at('none'), ...key],
      [at('dossier.zip'), ...key, '--fast'],
    ]
    for (const args of wrong) assert.equal((await ran(...args)).code, 2, args.join(' '))
    assert.equal((await ran(at('dossier.zip'), '--key', at('witnesses.txt'))).code, 2)
    assert.equal((await ran(at('dossier.zip'), ...key, '--policy', at('log.vkey'))).code, 2)
    assert.equal((await ran('scan', directory, ...key)).code, 2)
    assert.equal((await ran('--help')).code, 0)
  })
  test('answers in JSON', async () => {
    const { code, out } = await ran(at('forged.zip'), ...key, '--json')
    const verdict: { accepted: boolean; findings: { code: string }[] } = JSON.parse(out)
    assert.deepEqual([code, verdict.accepted, verdict.findings[0]?.code], [1, false, 'FILE_CHANGED'])
  })
  test('scans the entries in a directory', async () => {
    const stream = `subject-${subjectId}`
    const scan = await ran('scan', directory, ...key, '--stream', stream)
    assert.deepEqual([scan.code, scan.err], [0, ''])
    assert.match(scan.out, new RegExp(`\\n\\d+ {2}${stream} {2}4 {2}ConsentWithdrawn {2}2026-`))
    const json: { accepted: boolean; events: { leafIndex: string }[] } = JSON.parse(
      (await ran('scan', directory, ...key, '--dossier', at('dossier.zip'), '--checkpoint', at('checkpoint'), '--json')).out,
    )
    assert.equal(json.accepted, true)
    assert.ok(json.events.length >= 5)
    assert.equal((await ran('scan', at('tile'), ...key, '--stream', stream, '--checkpoint', at('checkpoint'))).code, 1)
  })
})

const sources = dirname(fileURLToPath(new URL('../src/index.ts', import.meta.url)))

const imports = [
  /^(?:import|export|\}) [^'\n]*from ["']([^"']+)["']/gm,
  /^import ["']([^"']+)["']/gm,
  /\b(?:import|require)\(["']([^"']+)["']\)/g,
]

/** Every module that is loaded when `file` is: our own packages are followed, what is installed is named. */
const loadedBy = async (file: string, seen = new Set<string>()): Promise<Set<string>> => {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = await readFile(file, 'utf8')
  const { resolve } = createRequire(file)
  for (const [, target = ''] of imports.flatMap((pattern) => [...text.matchAll(pattern)])) {
    if (target.startsWith('.')) await loadedBy(join(dirname(file), target), seen)
    else if (target.startsWith('@consent-ledger/')) await loadedBy(resolve(target), seen)
    else seen.add(target)
  }
  return seen
}

describe('no code of this package', async () => {
  const loaded = new Set<string>()
  for (const file of globSync('**/*.ts', { cwd: sources })) await loadedBy(join(sources, file), loaded)
  test('loads anything but these modules, none of which reaches a network', () => {
    const modules = [...loaded].filter((name) => !name.endsWith('.ts') && !name.endsWith('.json')).sort()
    assert.deepEqual(modules, [
      'commander',
      'fflate',
      'luxon',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:zlib',
      'parse5',
      'yauzl',
      'zod',
    ])
  })
  test('fetches', async () => {
    for (const file of loaded)
      if (file.endsWith('.ts')) assert.doesNotMatch(await readFile(file, 'utf8'), /\b(?:fetch|WebSocket|EventSource)\s*\(/, file)
  })
})

test('docs/verify.md explains every code, in the same words and in the same order', async () => {
  const document = await readFile(new URL('../../../docs/verify.md', import.meta.url), 'utf8')
  const rows = [...document.matchAll(/^\| `([A-Z_]+)` \| (rejects|warns) \| (.+) \|$/gm)].map(([, code, effect, means]) => ({
    code,
    effect,
    means,
  }))
  assert.deepEqual(
    rows,
    Object.entries(codes).map(([code, { severity, means }]) => ({ code, effect: severity === 'error' ? 'rejects' : 'warns', means })),
  )
})
