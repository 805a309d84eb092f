// Questions that come at the same time are one question: asked after the last of them, answered and refused each for itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { gathered } from '../src/eligibility/gathered.ts'

test('what is asked in one turn is asked once, and each is given their own answer', async () => {
  const groups: number[][] = []
  const square = gathered(async (asked: readonly number[]) => {
    groups.push([...asked])
    return (one) => one * one
  })
  const numbers = Array.from({ length: 300 }, (_, n) => n)
  assert.deepEqual(
    await Promise.all(numbers.map(square)),
    numbers.map((n) => n * n),
  )
  assert.deepEqual(groups.flat(), numbers)
  assert.deepEqual(
    groups.map(({ length }) => length),
    [128, 128, 44],
  )
})

test('nobody is answered by what was so before they asked', async () => {
  let so = 'before'
  const held: (() => void)[] = []
  const ask = gathered(async (_: readonly null[]) => {
    const found = so
    await new Promise<void>((resolve) => held.push(resolve))
    return () => found
  })
  const early = ask(null)
  await setImmediate()
  so = 'after'
  const late = ask(null)
  await setImmediate()
  // The later one waits for no answer that is under way.
  held[1]?.()
  assert.equal(await late, 'after')
  held[0]?.()
  assert.equal(await early, 'before')
})

test('what fails for one of them fails for nobody else', async () => {
  const ask = gathered<number, number>(() => async (one) => {
    if (one === 2) throw new Error('away')
    return one
  })
  const together = await Promise.allSettled([ask(1), ask(2), ask(3)])
  assert.deepEqual(
    together.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    [1, 'Error: away', 3],
  )
})

test("what fails before it is anybody's, fails for all who asked together and for nobody else", async () => {
  let fails = true
  const ask = gathered(async (_: readonly number[]) => {
    if (fails) throw new Error('away')
    return (one: number) => one
  })
  const together = await Promise.allSettled([ask(1), ask(2), ask(3)])
  assert.ok(together.every((one) => one.status === 'rejected' && String(one.reason) === 'Error: away'))
  fails = false
  assert.deepEqual(await Promise.all([ask(4), ask(5)]), [4, 5])
})
