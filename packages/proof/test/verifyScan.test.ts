// An expert with the entry bundles derives completeness himself: every entry read, the tree computed, the streams listed, a dossier held against them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalJson, iso, type JsonObject, type RecordedEvent } from '@consent-ledger/domain'
import { encodeEntries, entriesPath, generateKey, parseNote, parseSkey, signNote } from '@consent-ledger/tlog'
import { buildDossier } from '../src/dossier/build.ts'
import type { VerifyCode } from '../src/verify/codes.ts'
import type { EntryFiles } from '../src/verify/scan/entries.ts'
import { scanEntries, type Scan, type ScanInput } from '../src/verify/scan/scan.ts'
import { deviceId, dossierOf, origin, worldOf } from './dossierGiven.ts'
import { GivenLog } from './dossierLog.ts'
import { sha256, subjectId } from './given.ts'
import { utf8 } from './verifyGiven.ts'

const own = `subject-${subjectId}`

/** Bundles of these leaves by path; full ones only where `size` fills them. */
const bundlesOf = (leaves: readonly Uint8Array[], size = leaves.length): Map<string, Uint8Array> => {
  const bundles = new Map<string, Uint8Array>()
  for (let first = 0; first < size; first += 256) {
    const width = Math.min(256, size - first)
    bundles.set(entriesPath({ index: BigInt(first / 256), width }), encodeEntries(leaves.slice(first, first + width)))
  }
  return bundles
}
const filesOf = (bundles: ReadonlyMap<string, Uint8Array>): EntryFiles => ({ read: async (path) => bundles.get(path) ?? null })

const given = async (scene: Parameters<typeof dossierOf>[0] = { strangers: 300 }) => {
  const made = await dossierOf(scene)
  const bundles = bundlesOf(made.log.leaves)
  const scan = (input: Partial<ScanInput> = {}): Promise<Scan> =>
    scanEntries({ entries: filesOf(bundles), checkpoint: made.input.treeHead, logKeys: made.vkeys, streams: [own], ...input })
  return { ...made, bundles, scan }
}
const codesOf = ({ findings }: Scan): VerifyCode[] =>
  [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code))].sort()
const anna = await given()

describe('a scan', () => {
  test('lists each event of a stream with its place in the log, and nothing of anybody else', async () => {
    const scan = await anna.scan()
    assert.deepEqual([scan.accepted, scan.findings], [true, []])
    assert.deepEqual(
      scan.events.map(({ event }) => `${event.stream} ${event.revision} ${event.type}`),
      anna.input.events.map(({ revision, type }) => `${own} ${revision} ${type}`),
    )
    for (const { leafIndex, event } of scan.events)
      assert.match(Buffer.from(anna.log.leaves[Number(leafIndex)] ?? []).toString(), new RegExp(event.id))
  })
  test('takes a wider bundle where the narrow one is gone', async () => {
    const later = new GivenLog(origin)
    later.leaves.push(...anna.log.leaves, utf8('later'), utf8('still later'))
    assert.equal((await anna.scan({ entries: filesOf(bundlesOf(later.leaves)) })).accepted, true)
  })
  test('of a log whose key changed needs only one of its keys', async () => {
    const rotated = await given({ rotated: true })
    for (const logKeys of rotated.vkeys.map((vkey) => [vkey])) assert.deepEqual((await rotated.scan({ logKeys })).findings, [])
  })
  test('of entries one of which is missing, cut or changed', async () => {
    const [first = '', second = ''] = [...anna.bundles.keys()]
    const without = new Map(anna.bundles)
    without.delete(second)
    assert.deepEqual(codesOf(await anna.scan({ entries: filesOf(without) })), ['ENTRIES_MISSING'])
    const cut = new Map(anna.bundles).set(second, (anna.bundles.get(second) ?? utf8('')).subarray(0, -1))
    assert.deepEqual(codesOf(await anna.scan({ entries: filesOf(cut) })), ['ENTRIES_MALFORMED'])
    const changed = new Map(anna.bundles).set(
      first,
      Buffer.from(
        Buffer.from(anna.bundles.get(first) ?? [])
          .toString('latin1')

          .replace('Campo SAS', 'Campo SAR'),
        'latin1',
      ),
    )
    assert.deepEqual(codesOf(await anna.scan({ entries: filesOf(changed) })), ['ENTRIES_DISAGREE'])
  })
  test('under a checkpoint that somebody else signed, or of another log', async () => {
    assert.deepEqual(codesOf(await anna.scan({ logKeys: [parseSkey(generateKey(origin).skey).vkey] })), ['WRONG_KEY'])
    assert.deepEqual(codesOf(await anna.scan({ logKeys: [parseSkey(generateKey('other.example.org').skey).vkey] })), ['OTHER_LOG'])
    assert.deepEqual(codesOf(await anna.scan({ checkpoint: 'no head' })), ['FILE_MALFORMED'])
  })
  test('names what nobody can read, a revision that was left out and one that comes twice', async () => {
    const sealed = async (...events: readonly (RecordedEvent | Uint8Array)[]): Promise<Scan> => {
      const log = new GivenLog(origin)
      log.append(...anna.input.ledgerEvents)
      for (const event of events) {
        if (event instanceof Uint8Array) log.leaves.push(event)
        else log.append(event)
      }
      const checkpoint = log.publish(anna.keys.log)
      return anna.scan({ entries: filesOf(bundlesOf(log.leaves)), checkpoint })
    }
    const [zero, one, two] = anna.input.events
    assert.ok(zero && one && two)
    assert.deepEqual(codesOf(await sealed(zero, one, two)), [])
    assert.deepEqual(codesOf(await sealed(zero, two)), ['STREAM_GAP'])
    assert.deepEqual(codesOf(await sealed(zero, one, zero)), ['LEAF_ORDER'])
    assert.deepEqual(codesOf(await sealed(zero, utf8('{"stream":"hidden"}'))), ['LEAF_MALFORMED'])
    const respelled = utf8(` ${canonicalJson({ v: 1, type: 'ConsentGiven', stream: own, revision: '1' })}`)
    assert.deepEqual(codesOf(await sealed(zero, respelled)), ['LEAF_MALFORMED'])
  })
})

describe('a dossier beside the entries', () => {
  test('is whole, its catalogue too', async () => {
    const scan = await anna.scan({ streams: [], dossier: anna.zip })
    assert.deepEqual([scan.accepted, scan.findings.map(({ code }) => code)], [true, ['NO_INDEPENDENT_TIME', 'PROOF_NOT_ON_RECORD']])
    assert.deepEqual([...new Set(scan.events.map(({ event }) => event.stream))].sort(), [own, `subject-${deviceId}`].sort())
    assert.equal(scan.dossierSize, scan.size)
  })
  test('that leaves out the last event, under a statement that lies: the log convicts', async () => {
    const short = await worldOf({ strangers: 300, keys: anna.keys })
    const events = short.input.events.slice(0, 4)
    const zip = buildDossier({ ...short.input, events, issued: { ...short.input.issued, lastRevision: 3n } })
    const scan = await scanEntries({
      entries: filesOf(bundlesOf(short.log.leaves)),
      checkpoint: short.input.treeHead,
      logKeys: short.vkeys,
      streams: [],
      dossier: zip,
    })
    assert.deepEqual(codesOf(scan), ['DOSSIER_DIFFERS', 'ISSUE_DIFFERS'])
    assert.match(scan.findings.find(({ code }) => code === 'DOSSIER_DIFFERS')?.message ?? '', /Event 4 of subject-/)
  })
  test('that leaves out the end of the catalogue or of the ledger’s stream, under a statement that lies', async () => {
    const catalogueEvents = anna.input.catalogueEvents.slice(0, -1)
    assert.deepEqual(codesOf(await anna.scan({ dossier: buildDossier({ ...anna.input, catalogueEvents }) })), ['DOSSIER_DIFFERS'])
    const rotated = await given({ rotated: true })
    const { input, keys } = rotated
    const text = parseNote(input.treeHead).text
    const ledgerEvents = input.ledgerEvents.slice(0, -1)
    const zip = buildDossier({ ...input, ledgerEvents, treeHead: signNote(text, keys.log), logVkey: keys.log.vkey })
    assert.ok(codesOf(await rotated.scan({ dossier: zip })).includes('DOSSIER_DIFFERS'))
  })
  test('that says of a device that nothing of it is below the tree', async () => {
    const { log, input, vkeys, bundles } = anna
    const zip = buildDossier({ ...input, otherStreams: [] })
    const scan = await anna.scan({ dossier: zip, logKeys: vkeys, entries: filesOf(bundles) })
    assert.deepEqual(codesOf(scan), ['DOSSIER_DIFFERS'])
    assert.equal(`${log.size}`, scan.size)
  })
  test('whose tree the entries do not have: a fork, or entries that are too old', async () => {
    const told = new GivenLog(origin)
    told.leaves.push(...anna.log.leaves.slice(0, -1), anna.log.leaves[0] ?? utf8(''))
    const other = { entries: filesOf(bundlesOf(told.leaves)), checkpoint: told.publish(anna.keys.log) }
    assert.ok(codesOf(await anna.scan({ ...other, streams: [], dossier: anna.zip })).includes('LOG_FORKED'))
    const older = new GivenLog(origin)
    older.leaves.push(...anna.log.leaves.slice(0, 310))
    const early = { entries: filesOf(bundlesOf(older.leaves)), checkpoint: older.publish(anna.keys.log) }
    assert.deepEqual(codesOf(await anna.scan({ ...early, dossier: anna.zip })), ['HEAD_OLDER'])
  })
  test('that is none is a finding', async () => {
    assert.deepEqual(codesOf(await anna.scan({ dossier: utf8('no zip') })), ['NOT_AN_ARCHIVE'])
  })
})

describe('the issue of a dossier in the entries', () => {
  type Change = { data?: JsonObject; type?: string; unpublished?: number; later?: boolean; device?: number }
  /** Anna's dossier over her first events, then what came since, then the issue as the ledger records it; scanned with the entries of all of it. */
  const issued = async ({ data = {}, type = 'ProofIssued', unpublished = 2, later = true, device }: Change = {}): Promise<Scan> => {
    const world = await worldOf({ published: 3 })
    const { input, log, keys, vkeys } = world
    const zip = buildDossier({ ...input, unpublished })
    const [last = assert.fail()] = world.unpublished.slice(-1)
    const issue: RecordedEvent = {
      ...last,
      id: input.issued.id,
      type,
      revision: last.revision + 1n,
      metadata: { ...last.metadata, recordedAt: iso(input.issued.issuedAt), actId: input.issued.id },
      data: {
        controller: 'campo',
        proofId: input.issued.id,
        lastRevision: `${last.revision}`,
        issuedAt: iso(input.issued.issuedAt),
        operator: 'op-1',
        role: input.issued.role,
        language: input.issued.language,
        opened: [],
        treeSize: `${log.size}`,
        reached: { commitment: input.reached?.commitment ?? '', sealed: 'a2V5.aXY.dGFn' },
        reason: { commitment: sha256('reason'), sealed: 'a2V5.aXY.dGFn' },
        ...data,
      },
    }
    const [, refused = assert.fail()] = input.otherStreams[0]?.events ?? []
    const beside = (at: number): RecordedEvent => ({
      ...refused,
      id: '00000000-0000-4000-9000-00000000dddd',
      revision: refused.revision + 1n,
      metadata: { ...refused.metadata, recordedAt: iso(at), actId: input.issued.id },
    })
    if (device !== undefined) log.append(beside(input.issued.issuedAt - device))
    if (later) log.append(...world.unpublished, issue)
    const entries = filesOf(bundlesOf(log.leaves))
    return scanEntries({ entries, checkpoint: log.publish(keys.log), logKeys: vkeys, streams: [], dossier: zip })
  }
  test('is the event after all that it shows and counts', async () => {
    const scan = await issued()
    assert.deepEqual(codesOf(scan), [])
    assert.ok(!scan.findings.some(({ code }) => code === 'PROOF_NOT_ON_RECORD'))
  })
  test('is not there yet, if the entries end before it', async () => {
    const scan = await issued({ later: false })
    assert.deepEqual([scan.accepted, scan.findings.some(({ code }) => code === 'PROOF_NOT_ON_RECORD')], [true, true])
  })
  test('shows a withdrawal that came before it, behind the tree, and was not counted', async () => {
    const scan = await issued({ unpublished: 0 })
    assert.deepEqual(codesOf(scan), ['ISSUE_DIFFERS', 'LATER_EVENT_HIDDEN'])
    const one = await issued({ unpublished: 1 })
    assert.deepEqual(codesOf(one), ['ISSUE_DIFFERS', 'LATER_EVENT_HIDDEN'])
  })
  test('shows what her browser said before it, but for what a clock may hide', async () => {
    assert.deepEqual(codesOf(await issued({ device: 6 * 60_000 })), ['LATER_EVENT_HIDDEN'])
    assert.deepEqual(codesOf(await issued({ device: 4 * 60_000 })), [])
  })
  test('says the same time, tree, end, role, narrowing and reach', async () => {
    const others: JsonObject[] = [
      { issuedAt: '2026-11-29T09:00:00.000Z' },
      { treeSize: '999' },
      { lastRevision: '2' },
      { role: 'auditor' },
      { language: 'fr' },
      { purpose: 'news' },
      { from: '2026-11-20T09:00:00.000Z' },
      { proofId: '00000000-0000-4000-9000-000000000001' },
      { reached: { commitment: sha256('another'), sealed: 'a2V5.aXY.dGFn' } },
    ]
    for (const data of others) assert.deepEqual(codesOf(await issued({ data })), ['ISSUE_DIFFERS'], Object.keys(data)[0])
  })
  test('is an issue, and nothing else', async () => {
    assert.ok(codesOf(await issued({ type: 'ProofTaken' })).includes('ISSUE_DIFFERS'))
  })
})
