// Two processes on one vault: one subject for each person, one act for each idempotency key, whoever is first.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { newKek } from './rooms.ts'

type Answer = { outcome: string; person: number; key: number; subjectId: string; actId: string; links: unknown }

/** Two processes open the empty vault at `place` (a file or a url) at the same time, then race 200 claims each for the same persons and keys. */
export const race = async (adapter: 'sqlite' | 'postgres', place: string): Promise<void> => {
  const args = [join(import.meta.dirname, 'racer.ts'), adapter, place, newKek().export().toString('hex'), '200']
  const racers = [1, 2].map(() => spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
  await Promise.all(racers.map(({ stdout }) => once(stdout, 'data')))
  for (const { stdin } of racers) stdin.write('go\n')
  const said = await Promise.all(racers.map(({ stdout }) => text(stdout)))
  const answers = said.flatMap((line) => JSON.parse(line) as Answer[])
  assert.equal(answers.length, 400)
  assert.equal(answers.filter(({ outcome }) => outcome === 'claimed').length, 200)
  const distinct = (of: (answer: Answer) => unknown): number => new Set(answers.map((answer) => JSON.stringify(of(answer)))).size
  assert.equal(distinct(({ subjectId }) => subjectId), 50) // prettier-ignore
  assert.equal(distinct(({ subjectId, person }) => [subjectId, person]), 50) // prettier-ignore
  assert.equal(distinct(({ actId }) => actId), 200) // prettier-ignore
  assert.equal(distinct(({ actId, key, links }) => [actId, key, links]), 200) // prettier-ignore
}
