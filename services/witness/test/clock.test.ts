// The time in a cosignature never goes back: «at that time this was the largest tree» would contradict what was said before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTreeHead, parseVkey } from '@consent-ledger/tlog'
import { parseSettings } from '../src/settings.ts'
import { startWitness } from '../src/start.ts'
import { Log, newKey } from './log.ts'
import { Place, post } from './witnessProcess.ts'

test('a clock set back: nothing is cosigned until it has caught up', async (t) => {
  const log = new Log(newKey())
  const place = new Place(log.policy)
  t.after(() => place.remove())
  let now = Date.parse('2026-11-23T12:00:00Z')
  const witness = await startWitness({ settings: parseSettings(place.env), clock: () => now, say: () => {} })
  t.after(() => witness.stop())
  const timeOf = async (size: bigint, line: string): Promise<bigint | undefined> =>
    openTreeHead((await log.head(size)) + line, log.verifiers, [parseVkey(witness.vkey)]).cosignatures[0]?.time
  const seconds = BigInt(now / 1000)

  assert.equal(await timeOf(10n, (await post(witness.url, await log.request(0n, 10n))).text), seconds)
  now -= 30_000
  const early = await post(witness.url, await log.request(10n, 20n))
  assert.deepEqual([early.status, early.headers.get('retry-after')], [503, '30'])
  now += 30_000
  assert.equal(await timeOf(20n, (await post(witness.url, await log.request(10n, 20n))).text), seconds, 'the same second is no step back')
  now += 60_000
  assert.equal(
    await timeOf(20n, (await post(witness.url, await log.request(20n, 20n))).text),
    seconds + 60n,
    'the same tree, still the largest',
  )
})
