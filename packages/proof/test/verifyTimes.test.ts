// Times that cannot all be true: whoever has all keys of the ledger still cannot make a dossier in which an event came earlier or later than it did.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { iso, type JsonObject, type RecordedEvent } from '@consent-ledger/domain'
import { formatTreeHead, signNote } from '@consent-ledger/tlog'
import { Findings } from '../src/verify/finding.ts'
import { statedHead } from '../src/verify/sealed.ts'
import { checkSeen, type SeenTree } from '../src/verify/times.ts'
import { verifyDossier } from '../src/verify/verify.ts'
import { givenKeys, origin } from './dossierGiven.ts'
import { catalogue, day, start, stream } from './given.ts'
import { accepts, errorsOf, rejects, warningsOf } from './verifyGiven.ts'
import { told } from './verifyWorld.ts'

const minute = 60_000
const yes = stream({ type: 'ConsentGiven', at: 0 })
const history = (): RecordedEvent[] => [...catalogue().history]
const later = (event: RecordedEvent, at: number): RecordedEvent => ({ ...event, metadata: { ...event.metadata, recordedAt: iso(at) } })

describe('the times of a stream', () => {
  test('that grow from act to act are accepted, those of one act may be one', async () => {
    const own = stream(
      { type: 'ConsentGiven', at: 0, act: 0 },
      { type: 'ConsentRefused', at: 0, act: 0 },
      { type: 'ConsentWithdrawn', at: 1 },
    )
    const { zip, logKeys } = await told({ own })
    await accepts(zip, { logKeys })
  })
  test('that go back hide a withdrawal as not known yet', async () => {
    const own = stream(
      { type: 'ConsentGiven', at: 0 },
      { type: 'ConsentWithdrawn', at: 5 * day, data: { orderAt: iso(start + 5 * day) } },
      { type: 'ConsentRefused', at: 5 * day - 1, data: { purpose: 'ads', channels: ['web'] } },
    )
    const { zip, logKeys } = await told({ own })
    await rejects(zip, { logKeys }, 'RECORDED_OUT_OF_ORDER')
  })
  test('that stand still from one act to the next', async () => {
    const { zip, logKeys } = await told({ own: stream({ type: 'ConsentGiven', at: 0 }, { type: 'ConsentWithdrawn', at: 0 }) })
    await rejects(zip, { logKeys }, 'RECORDED_OUT_OF_ORDER')
  })
})

describe('the order of two acts', () => {
  const withdrawn = (data: JsonObject) =>
    told({ own: stream({ type: 'ConsentGiven', at: 0 }, { type: 'ConsentWithdrawn', at: day, data }) })
  test('goes by when an event was recorded, or is said to have happened', async () => {
    for (const data of [{}, { occurredAt: iso(start + 1000), orderAt: iso(start + 1000) }]) {
      const { zip, logKeys } = await withdrawn(data)
      await accepts(zip, { logKeys })
    }
  })
  test('by a third time puts the withdrawal before the consent', async () => {
    const { zip, logKeys } = await withdrawn({ orderAt: iso(start - 5 * day) })
    await rejects(zip, { logKeys }, 'ORDER_TIME_FORGED')
  })
  test('by the time of the site, where the site gave none', async () => {
    const early = iso(start - 5 * day)
    const { zip, logKeys } = await withdrawn({ occurredAt: early, orderAt: early, occurredAtFrom: 'ledger' })
    await rejects(zip, { logKeys }, 'ORDER_TIME_FORGED')
  })
  test('of a confirmation is that of its request', async () => {
    const asked = {
      type: 'ConsentRequested' as const,
      at: 0,
      data: { controller: 'campo', site: 'campo-fr', purpose: 'news', purposeVersion: 1 },
    }
    const when = { channels: ['email'], occurredAtFrom: 'ledger' }
    const request = { ...asked, data: { ...asked.data, ...when, occurredAt: iso(start), orderAt: iso(start), awaiting: ['confirmation'] } }
    const [{ id } = yes[0] ?? assert.fail()] = stream(request)
    const confirm = (orderAt: number) => {
      const at = iso(start + day)
      const data = { ...asked.data, ...when, occurredAt: at, orderAt: iso(orderAt), requestEventId: id, confirmedAt: at }
      const objections = ['00000000-0000-4000-8000-000000000001']
      const lifted = { controller: 'campo', purpose: 'news', channels: ['email'], objections, by: 'consent', orderAt: iso(orderAt) }
      const own = stream(
        request,
        { type: 'ConsentConfirmed', at: day, act: 1, data },
        { type: 'ObjectionLifted', at: day, act: 1, data: lifted },
      )
      return told({ own })
    }
    const honest = await confirm(start)
    await accepts(honest.zip, { logKeys: honest.logKeys })
    const forged = await confirm(start + day)
    await rejects(forged.zip, { logKeys: forged.logKeys }, 'ORDER_TIME_FORGED')
  })
})

describe('the date of a dossier', () => {
  const [notice] = history().filter(({ type }) => type === 'NoticePublished')
  assert.ok(notice)
  const before = history()
  const data = { ...notice.data, version: 2, validFrom: '2026-11-22' }
  const next = { ...notice, id: '00000000-0000-4000-8000-0000000aaaaa', revision: BigInt(before.length), data }
  const dated = (issuedAt: number) =>
    told({
      own: yes,
      catalogueEvents: [...before, later(next, start + 2 * day)],
      issued: { issuedAt },
      sealed: ({ ledger, catalogueEvents, own }) => [...ledger, ...catalogueEvents.slice(0, -1), ...own, ...catalogueEvents.slice(-1)],
    })
  test('is after everything in it', async () => {
    const { zip, logKeys } = await dated(start + 3 * day)
    await accepts(zip, { logKeys })
  })
  test('before a notice that it carries would judge as if that were not published yet', async () => {
    const { zip, logKeys } = await dated(start + day)
    await rejects(zip, { logKeys }, 'ISSUED_TOO_EARLY')
  })
  test('may lie within the error of a clock of what another machine recorded, but not of the person’s own events', async () => {
    const { zip, logKeys } = await dated(start + 2 * day - minute)
    await accepts(zip, { logKeys })
    const own = await told({ own: yes, issued: { issuedAt: start } })
    await rejects(own.zip, { logKeys: own.logKeys }, 'ISSUED_TOO_EARLY')
  })
})

describe('along the log', () => {
  const acts = (at: number) => told({ own: stream({ type: 'ConsentGiven', at }) })
  test('a consent of last year behind a catalogue of this one was not recorded last year', async () => {
    const { zip, logKeys } = await acts(-400 * day)
    await rejects(zip, { logKeys }, 'BACKDATED')
  })
  test('hours that fall are told, minutes are not', async () => {
    const hours = await acts(-day - 3_600_000)
    assert.ok(warningsOf(await accepts(hours.zip, { logKeys: hours.logKeys })).includes('TIME_OUT_OF_ORDER'))
    const minutes = await acts(-day - minute)
    assert.ok(!warningsOf(await accepts(minutes.zip, { logKeys: minutes.logKeys })).includes('TIME_OUT_OF_ORDER'))
  })
  test('the stream of the ledger may come last, as after a move to another store', async () => {
    const { zip, logKeys } = await told({
      own: yes,
      sealed: ({ ledger, catalogueEvents, own }) => [...catalogueEvents, ...own, ...ledger],
    })
    await accepts(zip, { logKeys })
  })
})

test('an objection ends where the yes of its act stands', async () => {
  const lift = (orderAt: number) => {
    const lifted = {
      controller: 'campo',
      purpose: 'news',
      channels: ['email'],
      objections: ['00000000-0000-4000-8000-000000000001'],
      by: 'consent',
    }
    const [early, at] = [iso(start - day), iso(orderAt)]
    return told({
      own: stream(
        { type: 'ConsentRefused', at: 0 },
        { type: 'ConsentGiven', at: day, act: 1, data: { occurredAt: early, orderAt: early } },
        { type: 'ObjectionLifted', at: day, act: 1, data: { ...lifted, orderAt: at } },
      ),
    })
  }
  for (const orderAt of [start + day, start - day]) {
    const { zip, logKeys } = await lift(orderAt)
    await accepts(zip, { logKeys })
  }
  const forged = await lift(start + 2 * day)
  await rejects(forged.zip, { logKeys: forged.logKeys }, 'ORDER_TIME_FORGED')
})

describe('a witness', () => {
  const seen = (witnessAt: number, issuedAt = witnessAt + 1000) => told({ own: yes, witnessAt, issued: { issuedAt } })
  test('that saw the tree after its events, and shortly before the issue, is believed', async () => {
    const { zip, logKeys, policy } = await seen(start + 1000)
    assert.deepEqual(
      warningsOf(await accepts(zip, { logKeys, policy })).filter((code) => code !== 'DESTROYED_BY_WORD'),
      [],
    )
  })
  test('cannot have seen what was not recorded yet', async () => {
    const { zip, logKeys, policy } = await seen(start - 300 * day, start + day)
    await rejects(zip, { logKeys, policy }, 'WITNESS_BEFORE_EVENT')
    // Whom nobody trusts says nothing about times.
    assert.deepEqual(errorsOf(await verifyDossier(zip, { logKeys })), [])
  })
  test('of an earlier tree is held against what lies in that one only', () => {
    const [a = assert.fail(), b = assert.fail()] = stream({ type: 'ConsentGiven', at: 0 }, { type: 'ConsentWithdrawn', at: 2 * day })
    const leaf = (event: RecordedEvent, index: bigint) => ({ ...sealedLeaf, event, place: event, folder: `events/${index}`, index })
    const sealedLeaf = {
      part: 'events' as const,
      bytes: Buffer.alloc(0),
      head: statedHead(signNote(formatTreeHead({ origin, size: 9n, root: Buffer.alloc(32) }), givenKeys().log), 'log/tree-head.note'),
    }
    const judged = (seen: SeenTree[]): string[] => {
      const findings = new Findings()
      checkSeen({ latest: sealedLeaf.head, sealed: [leaf(a, 0n), leaf(b, 1n)] }, seen, start + 9 * day, findings)
      return findings.all.map(({ code, where }) => `${code} ${where}`)
    }
    const tree = (size: bigint, at: number): SeenTree => ({ size, at, witness: 'office' })
    assert.deepEqual(judged([tree(2n, start + 3 * day), tree(1n, start + day)]), [])
    assert.deepEqual(judged([tree(1n, start - day), tree(2n, start + 3 * day)]), ['WITNESS_BEFORE_EVENT events/0'])
    assert.deepEqual(judged([tree(2n, start + day)]), ['WITNESS_BEFORE_EVENT events/1'])
  })
  test('that saw the tree only after the issue: the dossier is younger than it says', async () => {
    const { zip, logKeys, policy } = await seen(start + 2 * day, start + day)
    await rejects(zip, { logKeys, policy }, 'ISSUED_TOO_EARLY')
  })
  test('of long before the issue: the tree was old', async () => {
    const { zip, logKeys, policy } = await seen(start + day, start + 10 * day)
    assert.ok(warningsOf(await accepts(zip, { logKeys, policy })).includes('HEAD_STALE'))
  })
})
