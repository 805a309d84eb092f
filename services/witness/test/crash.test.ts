// kill -9 around the step that keeps a head: what was answered is kept, and what was kept without an answer is answered rightly the next time.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Log } from './log.ts'
import { watching } from './running.ts'
import { post } from './witnessProcess.ts'

const program = fileURLToPath(new URL('dying.ts', import.meta.url))

for (const when of ['before', 'within'] as const)
  test(`killed ${when} the step: nothing is kept, and the same request is answered`, async (t) => {
    const { log, start, witness } = await watching(t)
    await post(witness.url, await log.request(0n, 50n))
    await witness.stop('SIGKILL')
    const dying = await start({ program, env: { DIES: when } })
    await assert.rejects(post(dying.url, await log.request(50n, 60n)))
    assert.equal((await dying.ended).signal, 'SIGKILL')
    const again = await start()
    assert.equal((await post(again.url, await log.request(50n, 60n))).status, 200)
  })

test('killed between keeping and answering: the log is told the size, asks from there, and no other tree of that size is cosigned', async (t) => {
  const { log, start, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 50n))
  await witness.stop('SIGKILL')
  const dying = await start({ program, env: { DIES: 'after' } })
  await assert.rejects(post(dying.url, await log.request(50n, 60n)))
  assert.equal((await dying.ended).signal, 'SIGKILL')

  const again = await start()
  const same = await post(again.url, await log.request(50n, 60n))
  assert.deepEqual([same.status, same.text], [409, '60\n'])
  const fork = new Log(log.key, { history: 'false', from: 55 })
  assert.equal((await post(again.url, await fork.request(60n, 60n))).status, 422)
  assert.equal((await post(again.url, await log.request(60n, 60n))).status, 200)
})

test('killed between record and mark at the very first head: the next start goes on, and marks it', async (t) => {
  const { log, place, start, witness } = await watching(t)
  await witness.stop('SIGKILL')
  const dying = await start({ program, env: { DIES: 'after' } })
  await assert.rejects(post(dying.url, await log.request(0n, 60n)))
  assert.equal((await dying.ended).signal, 'SIGKILL')
  assert.doesNotMatch(readFileSync(`${place.key}.mark`, 'utf8'), /"60"/)
  await start()
  assert.match(readFileSync(`${place.key}.mark`, 'utf8'), /"60"/)
})

test('killed at any moment of a busy log: it never holds less than it answered', async (t) => {
  const { log, start, witness } = await watching(t)
  let running = witness
  let held = 0n
  for (let round = 0; round < 10; round += 1) {
    const killed = running
    const answered: bigint[] = []
    const grow = async (): Promise<void> => {
      for (let size = held; size < held + 100n; size += 1n) {
        if ((await post(killed.url, await log.request(size, size + 1n))).status === 200) answered.push(size + 1n)
        if (answered.length === 1 + round) killed.child.kill('SIGKILL')
      }
    }
    await assert.rejects(grow())
    await killed.ended
    running = await start()
    const { text } = await post(running.url, await log.request(199n, 200n))
    assert.ok(BigInt(text.trim()) >= (answered.at(-1) ?? held), `round ${round}`)
    held = BigInt(text.trim())
  }
})
