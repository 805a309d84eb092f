// The database fails at the one step that writes, before or after it took effect: 500, no cosignature, and the next request is answered rightly.
import assert from 'node:assert/strict'
import { mkdirSync, rmdirSync } from 'node:fs'
import { test } from 'node:test'
import { originHash } from '../src/page.ts'
import type { WitnessRecord } from '../src/record.ts'
import { parseSettings } from '../src/settings.ts'
import { startWitness } from '../src/start.ts'
import { Log, newKey } from './log.ts'
import { Place, post } from './witnessProcess.ts'

const failingOnce = (applied: boolean) => {
  let due = true
  return (record: WitnessRecord): WitnessRecord => ({
    ...record,
    update: (origin, decide) => {
      if (!due) return record.update(origin, decide)
      due = false
      if (applied) record.update(origin, decide)
      throw new Error('the disk is full')
    },
  })
}

for (const applied of [false, true])
  test(`the step ${applied ? 'failed, but was applied' : 'failed'}`, async (t) => {
    const log = new Log(newKey())
    const place = new Place(log.policy)
    t.after(() => place.remove())
    const said: string[] = []
    const witness = await startWitness({
      settings: parseSettings(place.env),
      clock: Date.now,
      say: (line) => void said.push(line),
      withRecord: failingOnce(applied),
    })
    t.after(() => witness.stop())
    const failed = await post(witness.url, await log.request(0n, 30n))
    assert.equal(failed.status, 500)
    assert.doesNotMatch(failed.text, /—|disk/)
    assert.match(said.join('\n'), /The database, or the mark beside the key, failed/)
    const again = await post(witness.url, await log.request(0n, 30n))
    assert.deepEqual([again.status, again.status === 409 ? again.text : ''], applied ? [409, '30\n'] : [200, ''])
    assert.equal((await post(witness.url, await log.request(30n, 30n))).status, 200)
  })

test('the mark beside the key cannot be written: the head is kept, but its cosignature is shown to nobody before it can', async (t) => {
  const log = new Log(newKey())
  const place = new Place(log.policy)
  t.after(() => place.remove())
  const said: string[] = []
  const witness = await startWitness({ settings: parseSettings(place.env), clock: Date.now, say: (line) => void said.push(line) })
  t.after(() => witness.stop())
  const served = (): Promise<Response> => fetch(`${witness.url}/${originHash(log.key.name)}/checkpoint`)
  // A directory in the place of the draft: no bytes can be written there.
  mkdirSync(`${place.key}.mark.new`)
  assert.equal((await post(witness.url, await log.request(0n, 30n))).status, 500)
  assert.equal((await served()).status, 500)
  assert.match(said.join('\n'), /mark beside the key/)
  assert.equal((await post(witness.url, await log.request(30n, 30n))).status, 500, 'nor by asking again')
  rmdirSync(`${place.key}.mark.new`)
  assert.equal((await served()).status, 200)
  assert.equal((await post(witness.url, await log.request(30n, 30n))).status, 200)
})
