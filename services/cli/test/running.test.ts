// Commands against a ledger that runs.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { unzipSync } from 'fflate'
import { anna, catalogueText, noticeText, openScene, type Scene } from './scene.ts'
import { ledger } from './terminal.ts'

let scene: Scene
before(async () => {
  scene = await openScene()
  await scene.say('refused')
  await scene.say('given')
})
after(async () => {
  await scene.stop()
  await scene.remove()
})

const here = (args: string[], stdin = '') => ledger(args, { env: scene.env, stdin })
const applied = (name: string): string => join(scene.root, name)

describe('find', () => {
  it('names the subject and by what it was found, never the identifier', async () => {
    const { code, out } = await here(['find', '--email', ' Anna.Martin@EXAMPLE.org '])
    assert.equal(code, 0)
    assert.match(out, /^subject [0-9a-f]{32} {2}controller campo {2}by email {2}first \S+Z {2}last \S+Z {2}active\n$/)
  })
  it('takes identifiers from standard input, and answers scripts in JSON', async () => {
    const { code, out } = await here(['find', '--stdin', '--json'], `email ${anna.value}\n`)
    assert.equal(code, 0)
    assert.match((JSON.parse(out) as { subjectId: string }).subjectId, /^[0-9a-f]{32}$/)
  })
  it('ends with 1 for somebody unknown', async () => {
    const { code, out, err } = await here(['find', '--email', 'nobody@example.org'])
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(err, /^NOT_FOUND: .+\nWhat to do: .+\n$/)
    assert.doesNotMatch(err, /nobody@/)
  })
  it('names the field of an identifier that is none', async () => {
    const { code, err } = await here(['find', '--phone', 'twelve'])
    assert.equal(code, 1)
    assert.match(err, /^ {2}\/identifiers\/0\/value {2}/m)
  })
})

describe('catalogue apply', () => {
  it('records only differences, and shows them beforehand', async () => {
    assert.match((await here(['catalogue', 'apply', applied('catalogue.yaml')])).out, /^Nothing to change at campo\.\n$/)
    await writeFile(applied('next.yaml'), catalogueText('Nos offres', 2))
    const dry = await here(['catalogue', 'apply', applied('next.yaml'), '--dry-run'])
    assert.match(dry.out, /^PurposePublished news version 2\n1 event would be recorded/)
    assert.match((await here(['catalogue', 'apply', applied('next.yaml')])).out, /^PurposePublished news version 2\n1 event recorded/)
    assert.match((await here(['catalogue', 'apply', applied('next.yaml')])).out, /^Nothing to change/)
  })
  it('is refused for a published version with other words', async () => {
    await writeFile(applied('changed.yaml'), catalogueText('Autre chose', 2))
    const { code, err } = await here(['catalogue', 'apply', applied('changed.yaml')])
    assert.equal(code, 1)
    assert.match(err, /^PURPOSE_VERSION_FIXED: [\s\S]*^ {2}\/purposes\/0 {2}fixed: /m)
  })
})

describe('proof', () => {
  it('writes the dossier and what is in it, byte for byte, for its owner only', async () => {
    const out = applied('dispute')
    const { code, out: printed } = await here(['proof', '--email', anna.value, '--reason', 'Dispute 42', '--out', out])
    assert.equal(code, 0)
    assert.match(printed, /^Proof \S+ of subject [0-9a-f]{32}, up to revision 1, evidence \d+ of \d+\.$/m)
    assert.match(printed, /^NO_INDEPENDENT_TIME: /m)
    const { proof } = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as {
      proof: { reason: string; notices: { sha256: string }[] }
    }
    assert.equal(proof.reason, 'Dispute 42')
    const text = await readFile(join(out, 'notice', 'news-form-v1-fr.html'))
    assert.equal(text.toString(), noticeText)
    assert.equal(createHash('sha256').update(text).digest('hex'), proof.notices[0]?.sha256)
    const packed = unzipSync(await readFile(join(out, 'dossier.zip')))
    for (const [path, bytes] of Object.entries(packed)) assert.deepEqual(await readFile(join(out, path)), Buffer.from(bytes))
    assert.equal((await stat(join(out, 'dossier.zip'))).mode & 0o077, 0)
    assert.equal((await stat(join(out, 'events'))).mode & 0o077, 0)
  })
  it('overwrites nothing, and takes no proof that it could not write', async () => {
    const before = await readFile(join(applied('dispute'), 'dossier.zip'))
    const again = await here(['proof', '--email', anna.value, '--reason', 'Dispute 43', '--out', applied('dispute')])
    assert.equal(again.code, 1)
    assert.match(again.err, /^ALREADY_DONE: /)
    assert.deepEqual(await readFile(join(applied('dispute'), 'dossier.zip')), before)
    const next = await here(['proof', '--stdin', '--reason', 'Dispute 44', '--out', applied('next'), '--json'], `email ${anna.value}`)
    // Two acts and the first proof: the one that was refused left no event.
    assert.equal((JSON.parse(next.out) as { lastRevision: string }).lastRevision, '2')
  })
  it('leaves no directory behind when there is nobody to prove', async () => {
    const { code } = await here(['proof', '--email', 'nobody@example.org', '--reason', 'Dispute 45', '--out', applied('nobody')])
    assert.equal(code, 1)
    const unknown = await here(['proof', '--subject', '0'.repeat(32), '--reason', 'Dispute 45', '--out', applied('nobody')])
    assert.equal(unknown.code, 1)
    assert.ok(!(await readdir(scene.root)).includes('nobody'))
  })
})

describe('keys', () => {
  it('come from the file that is named, and are never printed', async () => {
    await writeFile(applied('keys.json'), JSON.stringify({ operators: { legal: 'ok_wrong' } }))
    const { code, err } = await here(['--keys', applied('keys.json'), 'find', '--email', anna.value])
    assert.equal(code, 1)
    assert.match(err, /^UNAUTHENTICATED: /)
    assert.doesNotMatch(err, /ok_wrong/)
  })
  it('that are missing are a matter of usage', async () => {
    for (const [name, role] of [
      ['keys.json', 'admin'],
      ['none.json', 'none.json'],
    ] as const) {
      const { code, err } = await here(['rebuild', '--keys', applied(name)])
      assert.equal(code, 2)
      assert.match(err, new RegExp(role))
    }
  })
})

describe('rebuild', () => {
  it('returns when the ledger is ready again', async () => {
    assert.deepEqual(await here(['rebuild']), { code: 0, out: 'The read model is rebuilt and ready.\n', err: '' })
    assert.equal((await fetch(`${scene.env['LEDGER_URL']}/readyz`)).status, 200)
  })
})

describe('feed replay', () => {
  it('begins a new epoch and names it', async () => {
    const first = await here(['feed', 'replay'])
    assert.match(first.out, /^The feed begins anew, in epoch \d+\.\n$/)
    const second = await here(['--json', 'feed', 'replay'])
    const epochs = [/\d+/.exec(first.out)?.[0], /\d+/.exec(second.out)?.[0]].map((epoch) => BigInt(epoch ?? 0))
    assert.deepEqual([second.code, second.err, Object.keys(Object(JSON.parse(second.out)))], [0, '', ['epoch']])
    assert.ok(Number(epochs[1]) > Number(epochs[0]))
  })
})
