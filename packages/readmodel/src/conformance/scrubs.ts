// Conformance: which scrubs were done, and which restrictions are in force: what staff list across subjects.
import assert from 'node:assert/strict'
import type { RestrictionInForce } from '../port.ts'
import { anna, bea, idOf, instant, minutes, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const scrub = (n: number, over: Partial<Told> = {}): Told => ({
  controller: 'campo',
  type: 'ScrubPerformed',
  at: n,
  recordedAt: minutes(n),
  data: {
    scrubId: idOf(`scrub ${n}`),
    operator: 'op-1',
    purpose: 'news',
    channel: 'email',
    count: 100 + n,
    allowed: 60,
    inputSha256: 'a'.repeat(64),
    outputSha256: 'b'.repeat(64),
    asOf: instant(n),
    cursor: `7.${n}`,
    ...(n === 2 ? { recipient: 'mailer' } : {}),
    ...(n === 3 ? { cutOff: true } : {}),
  },
  ...over,
})

const restricted = (subject: string, at: number, purposes: string | string[] = 'all'): Told => ({
  subject,
  type: 'ProcessingRestricted',
  at,
  data: { purposes, ground: 'claims' },
})

export const scrubTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'scrubs are listed as their events say, the newest first, page by page', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([scrub(1), scrub(2), scrub(3), scrub(4, { controller: 'other' })], 2)
    const all = await model.listScrubs({ controller: 'campo', limit: 10 })
    assert.deepEqual(
      all.map(({ scrubId }) => scrubId),
      [3, 2, 1].map((n) => idOf(`scrub ${n}`)),
    )
    assert.deepEqual(all[1], {
      controller: 'campo',
      scrubId: idOf('scrub 2'),
      operator: 'op-1',
      purpose: 'news',
      channel: 'email',
      count: 102,
      allowed: 60,
      inputSha256: 'a'.repeat(64),
      outputSha256: 'b'.repeat(64),
      asOf: minutes(2),
      cursor: '7.2',
      recipient: 'mailer',
      cutOff: false,
      recordedAt: minutes(2),
      revision: 1n,
    })
    assert.deepEqual([all[0]?.recipient, all[0]?.cutOff], [null, true])
    assert.deepEqual(await model.scrub('campo', idOf('scrub 2')), all[1])
    for (const id of [idOf('scrub 4'), idOf('scrub 9'), 'x']) assert.equal(await model.scrub('campo', id), null)
    const first = await model.listScrubs({ controller: 'campo', limit: 2 })
    assert.deepEqual(await model.listScrubs({ controller: 'campo', after: first[1]?.scrubId ?? '', limit: 2 }), all.slice(2))
    for (const after of ['', 'x', idOf('scrub 4')])
      await assert.rejects(model.listScrubs({ controller: 'campo', after, limit: 5 }), { code: 'INVALID_REQUEST' })
    await model.reset()
    assert.deepEqual(await model.listScrubs({ controller: 'campo', limit: 10 }), [])
  })

  withPlace(newPlace, 'restrictions are those in force, paged by subject', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    const events = await world.tell([restricted(bea, 1, ['news', 'ads']), restricted(anna, 2), restricted(anna, 3)])
    await model.noteAsOf(minutes(60))
    const one = (n: number, at: number, purposes: string[] | null): RestrictionInForce => ({
      eventId: events[n]?.id ?? '',
      purposes,
      ground: 'claims',
      since: minutes(at),
    })
    const whole = await model.listRestrictions({ controller: 'campo', limit: 10 })
    assert.equal(whole.asOf, minutes(60))
    assert.equal(whole.next, null)
    const ofAnna = [one(1, 2, null), one(2, 3, null)].toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
    assert.deepEqual(whole.restrictions, [
      ...ofAnna.map((restriction) => ({ subjectId: anna, ...restriction })),
      { subjectId: bea, ...one(0, 1, ['news', 'ads']) },
    ])
    assert.equal((await model.listRestrictions({ controller: 'campo', limit: 3 })).next, null, 'full, and the last')
    const first = await model.listRestrictions({ controller: 'campo', limit: 2 })
    assert.ok(first.next)
    const rest = await model.listRestrictions({ controller: 'campo', after: first.next, limit: 2 })
    assert.deepEqual([...first.restrictions, ...rest.restrictions], whole.restrictions)
    for (const after of ['', 'x', anna, `${anna}.x`, `${anna}.${idOf('event 1')}.x`])
      await assert.rejects(model.listRestrictions({ controller: 'campo', after, limit: 5 }), { code: 'INVALID_REQUEST' })

    await world.tell([{ subject: anna, type: 'RestrictionLifted', at: 5, data: { restriction: events[1]?.id ?? '' } }])
    assert.deepEqual(
      (await model.listRestrictions({ controller: 'campo', limit: 10 })).restrictions.map(({ eventId }) => eventId),
      [events[2]?.id, events[0]?.id],
    )
    assert.deepEqual((await model.listRestrictions({ controller: 'other', limit: 10 })).restrictions, [])
  })
}
