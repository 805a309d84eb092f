// examples/feed-consumer without a broker: what it makes of the records, and whom it lets onto a mailing list.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Stale, writeMailingList } from '@consent-ledger/examples/feed-consumer/mailingList'
import { readRecord, type Raw, type Read } from '@consent-ledger/examples/feed-consumer/record'
import { State } from '@consent-ledger/examples/feed-consumer/state'

const noon = Date.parse('2026-11-23T12:00:00.000Z')
const at = (seconds: number): string => new Date(noon + seconds * 1000).toISOString()
const anna = 'a'.repeat(32)
const key = `huttopia|${anna}|commercial-mail|email`

type Words = {
  allowed?: boolean
  revision?: string
  effectiveAt?: string
  cursor?: string
  asOf?: string
  until?: string | null
  subjectId?: string
}
const change = ({
  allowed = true,
  revision = '0',
  effectiveAt = at(0),
  cursor = '7.1',
  asOf = at(0),
  until = null,
  subjectId = anna,
}: Words = {}): Raw => ({
  key: Buffer.from(`huttopia|${subjectId}|commercial-mail|email`),
  value: Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      type: 'marketing-eligibility.changed.v1',
      data: {
        controller: 'huttopia',
        subjectId,
        purpose: 'commercial-mail',
        channel: 'email',
        allowed,
        reason: allowed ? 'CONSENT_GIVEN' : 'CONSENT_WITHDRAWN',
        until,
        basis: 'consent',
        eventId: null,
        revision,
        effectiveAt,
        cursor,
        asOf,
      },
    }),
  ),
})
const heartbeat = (asOf: string, cursor = '7.1'): Raw => ({
  key: Buffer.from('as-of|0'),
  value: Buffer.from(JSON.stringify({ specversion: '1.0', type: 'marketing-eligibility.as-of.v1', data: { cursor, asOf } })),
})
const tombstone = (revision: string, effectiveAt: string): Raw => ({
  key: Buffer.from(key),
  value: null,
  headers: { revision, effectiveAt },
})

const scene = (t: TestContext) => {
  const directory = mkdtempSync(join(tmpdir(), 'consumer-'))
  const state = new State(join(directory, 'state.sqlite'))
  t.after(() => {
    state.close()
    rmSync(directory, { recursive: true })
  })
  let next = 0n
  state.begin(0, 0n, noon)
  const hear = (...raws: Raw[]) => state.apply({ partition: 0, next: (next += BigInt(raws.length)), records: raws.map(readRecord) }, noon)
  const allowed = (epoch = 7n): boolean | undefined => state.verdict(anna, 'commercial-mail', 'email', epoch)?.allowed
  return { directory, state, hear, allowed }
}

describe('the state of a consumer', () => {
  it('keeps the newest: a higher revision, or the same and a later effectiveAt', (t) => {
    const { hear, allowed } = scene(t)
    assert.deepEqual(hear(change({ revision: '4' }), change({ revision: '5', allowed: false })), { applied: 2, repeats: 0 })
    assert.equal(allowed(), false)
    assert.deepEqual(hear(change({ revision: '4' })), { applied: 0, repeats: 1 })
    assert.equal(allowed(), false)
    hear(change({ revision: '6', effectiveAt: at(1) }), change({ revision: '6', effectiveAt: at(60), allowed: false }))
    assert.equal(allowed(), false)
    hear(change({ revision: '6', effectiveAt: at(1) }))
    assert.equal(allowed(), false)
  })
  it('a later epoch beats both, and what it has not told is not known', (t) => {
    const { state, hear, allowed } = scene(t)
    hear(change({ revision: '9' }))
    hear(heartbeat(at(30), '8.0'))
    assert.equal(state.freshness().epoch, 8n)
    assert.equal(allowed(8n), undefined)
    hear(change({ revision: '3', cursor: '8.1' }))
    assert.equal(allowed(8n), true)
    assert.deepEqual(hear(change({ revision: '9', cursor: '7.9' })), { applied: 0, repeats: 1 })
  })
  it('an erased person stays a no, also when an old yes is told once more', (t) => {
    const { hear, allowed } = scene(t)
    hear(change({ revision: '2' }), change({ revision: '3', allowed: false, effectiveAt: at(5) }), tombstone('3', at(5)))
    hear(change({ revision: '2' }))
    assert.equal(allowed(), false)
  })
  it('is as fresh as the partition that said least of late; silence is not freshness', (t) => {
    const { state, hear } = scene(t)
    state.begin(1, 0n, noon)
    hear(heartbeat(at(0)))
    assert.equal(state.freshness().asOf, null)
    state.apply({ partition: 1, next: 1n, records: [readRecord(heartbeat(at(-40)))] }, noon)
    assert.equal(state.freshness().asOf, noon - 40_000)
  })
  it('survives being opened again, with the offset to go on from', (t) => {
    const { directory, hear } = scene(t)
    hear(change())
    const again = new State(join(directory, 'state.sqlite'))
    assert.deepEqual([...again.places()], [[0, { next: 1n, readAt: noon }]])
    assert.equal(again.verdict(anna, 'commercial-mail', 'email', 7n)?.allowed, true)
    again.close()
  })
  it('forgets what a partition told when it has to be read anew: the end of a key may be gone from the topic', (t) => {
    const { state, hear, allowed } = scene(t)
    hear(change(), heartbeat(at(0)))
    state.beginAnew(0, 0n, noon)
    assert.equal(allowed(), undefined)
    assert.equal(state.freshness().asOf, null)
  })
  it('passes over what another program put there, and refuses a record that it cannot read', () => {
    const foreign: Read = readRecord({ key: null, value: Buffer.from('{"type":"other"}') })
    assert.equal(foreign.kind, 'foreign')
    assert.throws(
      () => readRecord({ key: Buffer.from(key), value: Buffer.from('{"type":"marketing-eligibility.changed.v1","data":{}}') }),
      /without/,
    )
  })
})

describe('a mailing list', () => {
  const files = (directory: string, people: readonly { value: string; subjectId: string | null }[]) => {
    const addresses = join(directory, 'addresses.ndjson')
    const verdicts = join(directory, 'verdicts.ndjson')
    writeFileSync(addresses, people.map(({ value }) => `${JSON.stringify({ scheme: 'email', value })}\n`).join(''))
    const said = people.map(
      ({ subjectId }, n) => `${JSON.stringify({ line: n + 1, subjectId, allowed: true, reason: 'CONSENT_GIVEN', until: null })}\n`,
    )
    writeFileSync(verdicts, `${said.join('')}${JSON.stringify({ id: 'x', token: 'y', count: people.length })}\n`)
    return { addresses, verdicts, out: join(directory, 'list.txt') }
  }
  const asked = { purpose: 'commercial-mail', channel: 'email', now: noon, staleAfter: 60_000 }
  const bruno = 'b'.repeat(32)

  it('has those who are allowed now, whatever the scrub said then', async (t) => {
    const { directory, state, hear } = scene(t)
    hear(change({ until: at(3600) }), change({ subjectId: bruno, allowed: false }), heartbeat(at(-5)))
    const people = [
      { value: 'anna.martin@example.org', subjectId: anna },
      { value: 'bruno.petit@example.org', subjectId: bruno },
      { value: 'nobody@example.org', subjectId: null },
      { value: 'chloe@example.org', subjectId: 'c'.repeat(32) },
    ]
    const { out, ...read } = files(directory, people)
    assert.deepEqual(await writeMailingList({ state, ...asked, ...read, out }), { written: 1, left: 3 })
    assert.equal(readFileSync(out, 'utf8'), 'anna.martin@example.org\n')
    assert.equal(statSync(out).mode & 0o777, 0o600)
    assert.deepEqual(await writeMailingList({ state, ...asked, ...read, out, now: noon + 3600_000, staleAfter: 4000_000 }), {
      written: 0,
      left: 4,
    })
  })
  it('of a purpose or a channel that the feed has never told of is a mistake, not an empty list', async (t) => {
    const { directory, state, hear } = scene(t)
    hear(change(), heartbeat(at(-5)))
    const read = files(directory, [{ value: 'anna.martin@example.org', subjectId: anna }])
    for (const wrong of [{ purpose: 'commercial-mial' }, { channel: 'mail' }])
      await assert.rejects(writeMailingList({ state, ...asked, ...read, ...wrong }), /look at the spelling/)
    assert.equal(existsSync(read.out), false)
  })
  it('is not written on a stale state', async (t) => {
    const { directory, state, hear } = scene(t)
    hear(change({ asOf: at(-90) }), heartbeat(at(-61)))
    const { out, ...read } = files(directory, [{ value: 'anna.martin@example.org', subjectId: anna }])
    await assert.rejects(writeMailingList({ state, ...asked, ...read, out }), Stale)
    assert.ok(!existsSync(out))
    hear(heartbeat(at(-1)))
    await writeMailingList({ state, ...asked, ...read, out })
    assert.ok(existsSync(out))
  })
  it('is not written from files of two scrubs', async (t) => {
    const { directory, state, hear } = scene(t)
    hear(change(), heartbeat(at(0)))
    const { out, ...read } = files(directory, [{ value: 'anna.martin@example.org', subjectId: anna }])
    writeFileSync(read.addresses, '')
    await assert.rejects(writeMailingList({ state, ...asked, ...read, out }), /not of one scrub/)
    assert.ok(!existsSync(out))
    assert.ok(!existsSync(`${out}.part`))
  })
  it('takes an empty line for one that has no verdict and still counts', async (t) => {
    const { directory, state, hear } = scene(t)
    hear(change(), heartbeat(at(0)))
    const { out, ...read } = files(directory, [{ value: 'anna.martin@example.org', subjectId: anna }])
    writeFileSync(read.addresses, `\n${readFileSync(read.addresses, 'utf8')}\n`)
    writeFileSync(read.verdicts, readFileSync(read.verdicts, 'utf8').replace('"line":1', '"line":2'))
    assert.deepEqual(await writeMailingList({ state, ...asked, ...read, out }), { written: 1, left: 0 })
  })
})
