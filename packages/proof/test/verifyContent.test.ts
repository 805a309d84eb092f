// What the events of a dossier must be: exact bytes, known shapes, at their own places, proven in the log's order; and nothing else lies beside them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalJson, leafBytes, type RecordedEvent } from '@consent-ledger/domain'
import { buildDossier } from '../src/dossier/build.ts'
import { folderOf } from '../src/dossier/format.ts'
import { VerifyError, Findings } from '../src/verify/finding.ts'
import { readLeaf } from '../src/verify/leaf.ts'
import { verifyDossier } from '../src/verify/verify.ts'
import { dossierOf, origin, worldOf, type World } from './dossierGiven.ts'
import { GivenLog } from './dossierLog.ts'
import { start, day, subjectId } from './given.ts'
import { editJson, errorsOf, lie, rejects, tamper, textOf, utf8 } from './verifyGiven.ts'

const anna = await dossierOf()
const trusted = { logKeys: anna.vkeys }
const [first] = anna.input.events
assert.ok(first)

/** A dossier over a log that sealed these leaves in place of Anna's own, all under one head. `order`: of the log, by places in `own`. */
const sealedAs = async (
  own: readonly RecordedEvent[],
  order: readonly number[] = own.map((_, n) => n),
): Promise<{ zip: Uint8Array; logKeys: string[] }> => {
  const { input, keys, vkeys }: World = await worldOf()
  const log = new GivenLog(origin)
  const beside = input.otherStreams.flatMap(({ events }) => events)
  const sealed = order.flatMap((n) => own[n] ?? [])
  log.append(
    ...input.ledgerEvents,
    ...input.catalogueEvents,
    ...sealed.slice(0, 3),
    ...beside.slice(0, 1),
    ...sealed.slice(3, 4),
    ...beside.slice(1),
    ...sealed.slice(4),
  )
  const treeHead = log.publish(keys.log)
  const proven = [...input.ledgerEvents, ...input.catalogueEvents, ...beside, ...own]
  const proofs = new Map(
    await Promise.all(proven.map(async (event) => [`${event.stream}@${event.revision}`, await log.proofOf(event)] as const)),
  )
  const issued = { ...input.issued, lastRevision: BigInt(own.length - 1) }
  const zip = buildDossier({ ...input, issued, events: own, proofs, treeHead, consistency: new Map() })
  return { zip, logKeys: vkeys }
}
const own = anna.input.events

describe('an event', () => {
  test('that was sealed as it is told is accepted', async () => {
    const { zip, logKeys } = await sealedAs(own)
    assert.deepEqual(errorsOf(await verifyDossier(zip, { logKeys })), [])
  })
  test('reads in one way only: RFC 8785 to the letter', () => {
    const text = Buffer.from(leafBytes(first)).toString()
    const spellings = [
      `${text} `,
      text.replace('{"data"', '{ "data"'),
      text.replace('"v":1}', '"v":1,"v":1}'),
      text.replace('"v":1}', '"v":1.0}'),
      text.replace('"v":1}', '"v":2}'),
      text.replace('"v":1}', '"v":1,"w":1}'),
      text.replace('"revision":"0"', '"revision":"00"'),
      text.replace('"revision":"0"', '"revision":0'),
      text.replace('email', '\\u0065mail'),
      `\u{feff}${text}`,
      text.slice(0, -1),
      'null',
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    ]
    assert.deepEqual(readLeaf(utf8(text), 'here'), { ...readLeaf(leafBytes(first), 'here') })
    for (const spelling of spellings)
      assert.throws(
        () => readLeaf(utf8(spelling), 'here'),
        (error) => error instanceof VerifyError && error.code === 'LEAF_MALFORMED',
        spelling.slice(-30),
      )
    assert.throws(
      () => readLeaf(Buffer.from([0x22, 0xff, 0x22]), 'here'),
      (error) => error instanceof VerifyError && error.code === 'FILE_MALFORMED',
    )
    assert.throws(() => readLeaf(Buffer.alloc(65_536, '['), 'here'), VerifyError)
  })
  test('in another form than the sealed one is not that event', async () => {
    const forged = await lie(anna, (files) => files.set('events/0/leaf.json', utf8(` ${textOf(files, 'events/0/leaf.json')}`)))
    await rejects(forged, trusted, 'LEAF_MALFORMED')
  })
  test('whose content changed is not the one that was proven', async () => {
    const forged = await lie(anna, (files) =>
      editJson(files, 'events/4/leaf.json', ({ data }: { data: { channels: string[] } }) => {
        data.channels = ['sms']
      }),
    )
    await rejects(forged, trusted, 'PROOF_OF_ANOTHER_LEAF')
  })
  test('of a type that nobody knows, or without the shape of its type, is not folded', async () => {
    const odd = (change: Partial<RecordedEvent>) =>
      sealedAs([
        ...own.slice(0, 4),
        { ...first, metadata: { ...first.metadata, ...own[4]?.metadata }, revision: 4n, id: own[4]?.id ?? '', ...change },
      ])
    const unknown = await odd({ type: 'ConsentBought' })
    await rejects(unknown.zip, { logKeys: unknown.logKeys }, 'LEAF_UNKNOWN')
    const newer = await odd({ metadata: { ...first.metadata, ...own[4]?.metadata, schemaVersion: 2 } })
    await rejects(newer.zip, { logKeys: newer.logKeys }, 'LEAF_UNKNOWN')
    const shapeless = await odd({ type: 'ConsentWithdrawn', data: { ...own[4]?.data, because: 'of a reason' } })
    await rejects(shapeless.zip, { logKeys: shapeless.logKeys }, 'LEAF_MALFORMED')
    const elsewhere = await odd({ type: 'ConsentWithdrawn', data: { ...own[4]?.data, controller: 'other' } })
    await rejects(elsewhere.zip, { logKeys: elsewhere.logKeys }, 'LEAF_MISPLACED')
    const { identifiers: _, ...data } = own[4]?.data ?? {}
    const twin = await odd({ ...own[4], data, id: own[1]?.id ?? '', revision: 4n })
    await rejects(twin.zip, { logKeys: twin.logKeys }, 'LEAF_MALFORMED')
  })
  test("of another person's stream has no place here", async () => {
    const forged = await lie(anna, (files) => {
      const device = 'streams/subject-fedcba9876543210fedcba9876543210/0'
      for (const name of ['leaf.json', 'proof.tlog-proof', 'disclosures.json'])
        files.set(`events/1/${name}`, files.get(`${device}/${name}`) ?? utf8(''))
    })
    await rejects(forged, trusted, 'LEAF_MISPLACED')
  })
  test("of another controller's stream or device has no place here", async () => {
    const foreign = (event: RecordedEvent | undefined, data: RecordedEvent['data']) => {
      assert.ok(event)
      const { zip, keys } = anna
      return lie({ zip, keys }, (files) => files.set(`${folderOf(subjectId, event)}/leaf.json`, leafBytes({ ...event, data })))
    }
    const [device] = anna.input.otherStreams[0]?.events ?? []
    const [controller] = anna.input.catalogueEvents
    for (const forged of [
      await foreign(device, { ...device?.data, controller: 'other' }),
      await foreign(controller, { ...controller?.data, id: 'other' }),
    ])
      assert.ok(errorsOf(await verifyDossier(forged, trusted)).includes('LEAF_MISPLACED'))
  })
  test('sealed in another order than that of its stream', async () => {
    const { zip, logKeys } = await sealedAs(own, [0, 1, 2, 4, 3])
    await rejects(zip, { logKeys }, 'LEAF_ORDER')
  })
})

describe('the tree of a proof', () => {
  test('must be shown to be the beginning of the last one', async () => {
    const without = await lie(anna, (files) => files.set('log/consistency.json', utf8(canonicalJson({ from: {} }))))
    await rejects(without, trusted, 'HEAD_INCONSISTENT')
    const wrong = await lie(anna, (files) =>
      editJson(files, 'log/consistency.json', ({ from }: { from: Record<string, string[]> }) => {
        for (const proof of Object.values(from)) proof.reverse()
      }),
    )
    await rejects(wrong, trusted, 'HEAD_INCONSISTENT')
  })
})

describe('a report', () => {
  test('dated before its last event, so that the withdrawal would not be known yet', async () => {
    const zip = buildDossier({ ...anna.input, issued: { ...anna.input.issued, issuedAt: start + day } })
    await rejects(zip, trusted, 'ISSUED_TOO_EARLY')
  })
  test('under another number or date than the signed statement', async () => {
    const later = await lie(anna, () => undefined, { said: (before) => ({ ...before, issuedAt: '2027-01-01T00:00:00.000Z' }) })
    await rejects(later, trusted, 'REPORT_FORGED')
  })
  test('that shows a text which does not lie beside it', async () => {
    await rejects(await lie(anna, (files) => void files.delete('notice/news-form-v1-fr.txt')), trusted, 'FILE_MISSING')
  })
  test('with another file for the judge', async () => {
    await rejects(await lie(anna, (files) => files.set('README.txt', utf8('All is well.\n'))), trusted, 'PAGE_FORGED')
  })
})

describe('files', () => {
  test('that the manifest does not list, or lists and has not', async () => {
    await rejects(
      await tamper(anna.zip, (files) => files.set('notice/more-v1-fr.txt', utf8('More'))),
      trusted,
      'FILE_UNLISTED',
      'NOTICE_REPLACED',
    )
    await rejects(await tamper(anna.zip, (files) => void files.delete('report.html')), trusted, 'FILE_MISSING')
  })
  test('that each dossier has, also where the manifest is silent', async () => {
    const without = (path: string) => lie(anna, (files) => void files.delete(path))
    await rejects(await without('keys/log.vkey'), trusted, 'FILE_MISSING')
    await rejects(await without('reached.json'), trusted, 'FILE_MISSING')
    await rejects(await without('catalogue/0/leaf.json'), trusted, 'FILE_MISSING', 'STREAM_GAP')
  })
  test('that the format does not know', async () => {
    await rejects(await lie(anna, (files) => files.set('invoice.pdf', utf8('%PDF'))), trusted, 'FILE_UNKNOWN')
  })
  test('without which there is nothing to verify', async () => {
    for (const path of [
      'completeness.note',
      'log/tree-head.note',
      'events/0/proof.tlog-proof',
      'log/consistency.json',
      'report.json',
      'manifest.json',
    ])
      assert.ok(
        errorsOf(await verifyDossier(await lie(anna, (files) => files), trusted)).length === 0 &&
          errorsOf(await verifyDossier(await tamper(anna.zip, (files) => void files.delete(path)), trusted)).includes('FILE_MISSING'),
        path,
      )
  })
  test('that do not have their form', async () => {
    for (const path of [
      'completeness.note',
      'log/tree-head.note',
      'events/0/proof.tlog-proof',
      'log/consistency.json',
      'report.json',
      'events/0/disclosures.json',
    ])
      for (const bytes of [utf8('{}'), utf8('\u0000'), Buffer.from([0xff]), Buffer.alloc(0), utf8('{"__proto__":{"accepted":true}}')])
        assert.ok(
          errorsOf(await verifyDossier(await tamper(anna.zip, (files) => files.set(path, bytes)), trusted)).includes('FILE_MALFORMED'),
          path,
        )
  })
  test('of openings that open what no event holds', async () => {
    const open = (path: string, file: object) => lie(anna, (files) => files.set(path, utf8(canonicalJson(file as never))))
    const none = { identifiers: [], fields: {}, destroyed: [] }
    await rejects(await open('catalogue/0/disclosures.json', none), trusted, 'DISCLOSURE_STRAY')
    await rejects(await open('events/1/disclosures.json', { ...none, destroyed: ['ip'] }), trusted, 'DISCLOSURE_STRAY')
    const field = { commitment: '0'.repeat(64), salt: 'AA', value: 1 }
    await rejects(await open('events/1/disclosures.json', { ...none, fields: { ip: field } }), trusted, 'DISCLOSURE_STRAY')
    const identifier = { ...field, value: 'x', n: 7, scheme: 'email', kind: 'account' }
    await rejects(await open('events/1/disclosures.json', { ...none, identifiers: [identifier] }), trusted, 'DISCLOSURE_STRAY')
  })
  test('a program that is not ours is named, so that nobody runs it', async () => {
    await rejects(await lie(anna, (files) => files.set('verify.py', utf8('print("accepted")\n'))), trusted, 'PROGRAM_NOT_OURS')
  })
})

test('what an attacker wrote moves no cursor and turns no line around', () => {
  const findings = new Findings()
  findings.add('FILE_UNKNOWN', 'a\u001b[2Jb\u202Ec\u2028d', 'x'.repeat(1000))
  const [finding] = findings.all
  assert.equal(finding?.where, 'a?[2Jb?c?d')
  assert.equal(finding?.message.length, 301)
})
