// The script for the other side's expert: given a dossier unpacked, when Python runs it with a key, then it accepts what is true, and nothing that was changed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { canonicalJson } from '@consent-ledger/domain'
import { generateKey, parseSkey } from '@consent-ledger/tlog'
import { unzipSync } from 'fflate'
import { buildDossier } from '../src/dossier/build.ts'
import { commitmentOf } from '../src/dossier/disclosures.ts'
import { verifyScript } from '../src/dossier/script.ts'
import { dossierOf, origin, worldOf } from './dossierGiven.ts'
import { sha256 } from './given.ts'
import { lie } from './verifyGiven.ts'

type Files = Record<string, Uint8Array>

describe('verify.py', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dossier-'))
  after(() => rmSync(directory, { recursive: true }))
  const judge = (files: Files, keys: readonly string[]): { status: number | null; said: string } => {
    const place = mkdtempSync(join(directory, 'd-'))
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(place, path)), { recursive: true })
      writeFileSync(join(place, path), bytes)
    }
    const { status, stdout, stderr } = spawnSync('python3', [join(place, 'verify.py'), ...keys], { encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }

  test('has at most 80 lines', () => {
    assert.ok(verifyScript.trimEnd().split('\n').length <= 80)
  })

  test('accepts a dossier with its key, and after a rotation with both keys only', async () => {
    const { zip, vkeys } = await dossierOf()
    assert.deepEqual(judge(unzipSync(zip), vkeys), {
      status: 0,
      said: 'ACCEPTED: the 15 events are in consent-ledger.example.org, tree of 19; its issuer signed that their 4 streams are whole.\n',
    })
    const rotated = await dossierOf({ rotated: true, witnessed: true })
    assert.equal(judge(unzipSync(rotated.zip), rotated.vkeys).status, 0)
    assert.match(judge(unzipSync(rotated.zip), rotated.vkeys.slice(0, 1)).said, /^REJECTED: a note that no given key signed/)
  })

  test('hashes a number as it is written, whatever Python makes of it', async () => {
    for (const value of [
      { gpc: false },
      { ratio: 0.00001 },
      { a: 1e-7, b: [1e21, 2.5] },
      { '\u{1f600}': 1, '\ufb33': 2 },
      12345678901234567000,
    ]) {
      const salt = Buffer.from(sha256('salt'), 'hex').toString('base64url')
      const commitment = commitmentOf(value, salt)
      const { zip, vkeys } = await dossierOf({ signals: { commitment, value, salt } })
      assert.equal(judge(unzipSync(zip), vkeys).status, 0, canonicalJson(value))
    }
  })

  test('rejects a statement by a key that the log has replaced, about another subject, or over a catalogue with a gap', async () => {
    const made = await dossierOf()
    const { input, log, keys, vkeys } = made
    const next = parseSkey(generateKey(`${origin}/statements`).skey)
    const [, , named = assert.fail()] = input.ledgerEvents
    const second = { ...named, id: '00000000-0000-4000-9000-00000000cccc', revision: 3n, data: { vkey: next.vkey } }
    log.append(second)
    const treeHead = log.publish(keys.log)
    const renewed = buildDossier({
      ...input,
      treeHead,
      ledgerEvents: [...input.ledgerEvents, second],
      statementSigner: next,
      consistency: await log.consistency(log.size),
      proofs: new Map([...input.proofs, ['ledger@3', await log.proofOf(second)]]),
    })
    assert.equal(judge(unzipSync(renewed), vkeys).status, 0)
    const old = await lie({ zip: renewed, keys }, () => undefined)
    assert.match(judge(unzipSync(old), vkeys).said, /a note that no given key signed/)
    const another = await lie(made, () => undefined, { said: (before) => ({ ...before, subjectId: 'a'.repeat(32) }) })
    assert.match(judge(unzipSync(another), vkeys).said, /does not begin with the person's own stream/)
    const gap = await lie(made, (files) => {
      for (const path of files.keys()) if (path.startsWith('catalogue/1/')) files.delete(path)
    })
    assert.match(judge(unzipSync(gap), vkeys).said, /streams that are not whole/)
  })

  test('sees files whose names begin with a dot', async () => {
    const { zip, vkeys } = await dossierOf()
    assert.match(judge({ ...unzipSync(zip), '.hidden': Buffer.from('x') }, vkeys).said, /files that are not those of the manifest/)
  })

  test('rejects another key, a changed byte, a dropped event, another leaf, and a statement without its manifest', async () => {
    const [{ zip, vkeys }, other] = [await dossierOf(), await worldOf()]
    const files = unzipSync(zip)
    const without = (...paths: string[]): Files =>
      Object.fromEntries(Object.entries(files).filter(([path]) => !paths.some((gone) => path.startsWith(gone))))
    const manifestOver = (changed: Files): Files => {
      const hashes = Object.entries(changed).filter(([path]) => path !== 'manifest.json' && path !== 'completeness.note')
      const text = canonicalJson({
        v: 1,
        files: Object.fromEntries(hashes.map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')])),
      })
      return { ...changed, 'manifest.json': Buffer.from(text) }
    }
    const swapped = { ...files, 'events/0/leaf.json': files['events/1/leaf.json'] ?? assert.fail() }
    const rejected: [Files, readonly string[], RegExp][] = [
      [files, other.vkeys, /a note that no given key signed/],
      [files, [], /no key given/],
      [{ ...files, 'report.html': Buffer.from('x') }, vkeys, /a changed file: report\.html/],
      [without('events/4/'), vkeys, /files that are not those of the manifest/],
      [manifestOver(without('events/4/')), vkeys, /a statement about something else/],
      [manifestOver(swapped), vkeys, /not in the log: events\/0/],
      [{ ...files, 'completeness.note': Buffer.from('x') }, vkeys, /not a dossier/],
    ]
    for (const [changed, keys, why] of rejected) {
      const { status, said } = judge(changed, keys)
      assert.equal(status, 1)
      assert.match(said, why)
      assert.match(said, /^REJECTED: /)
    }
  })
})
