// A process whose files may not grow beyond a limit, as on a full disk; it lifts the limit and goes on. Started by fullDisk.test.ts under `ulimit -S -f`.
import { execFileSync } from 'node:child_process'
import { act, email } from '../src/conformance/trial.ts'
import { openSqliteVault } from '../src/sqlite/index.ts'
import { newKek } from './rooms.ts'

const [file = ''] = process.argv.slice(2)
const kek = newKek()
const vault = await openSqliteVault({ file, kek, clock: Date.now })
const person = (n: number) => act([email(`p${n}@example.org`)], { idempotencyKey: `k-${n}` })
const failed = new Map<number, unknown>()
let stored = 0n
for (let n = 0; failed.size === 0; n += 100) {
  const group = Array.from({ length: 100 }, (_, m) => n + m)
  const answers = await Promise.allSettled(group.map((one) => vault.claim(person(one))))
  for (const [m, answer] of answers.entries()) {
    if (answer.status === 'fulfilled') stored += 1n
    else failed.set(n + m, answer.reason)
  }
}
const codes = [...new Set([...failed.values()].map((error) => (error instanceof Error && 'code' in error ? error.code : 'another')))]
const countWhenFull = await vault.actCount()
execFileSync('prlimit', ['--fsize=unlimited', '--pid', String(process.pid)])
const afterwards = await Promise.all([...failed.keys()].map((n) => vault.claim(person(n))))
const outcomes = [...new Set(afterwards.map(({ outcome }) => outcome))]
const total = await vault.actCount()
await vault.close()
const reopened = await openSqliteVault({ file, kek, clock: Date.now })
const still = await reopened.actCount()
await reopened.close()
process.stdout.write(
  JSON.stringify({
    codes,
    nothingHalf: countWhenFull === stored,
    outcomes,
    complete: total === stored + BigInt(failed.size),
    still: still === total,
  }),
)
