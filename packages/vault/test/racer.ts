// A process of its own that opens a shared vault, waits for a word on its standard input, claims in waves and prints what it was answered:
// node racer.ts <sqlite|postgres> <file or url> <kek hex> <claims>.
import { createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { act, cookie, email } from '../src/conformance/trial.ts'
import { openPostgresVault } from '../src/postgres/index.ts'
import { openSqliteVault } from '../src/sqlite/index.ts'

const [adapter = '', place = '', hex = '', count = '0'] = process.argv.slice(2)
const [kek, clock] = [createSecretKey(Buffer.from(hex, 'hex')), Date.now]
const vault = await (adapter === 'postgres' ? openPostgresVault({ url: place, kek, clock }) : openSqliteVault({ file: place, kek, clock }))
process.stdout.write('ready\n')
await once(process.stdin, 'data')

const claim = async (n: number) => {
  const answer = await vault.claim(act([email(`p${n % 50}@example.org`), cookie(`c-${n % 70}`)], { idempotencyKey: `k-${n}` }))
  if (!('targets' in answer)) throw new Error(answer.outcome)
  const [only] = answer.targets
  return { outcome: answer.outcome, person: n % 50, key: n, subjectId: only?.subjectId, actId: only?.actId, links: only?.links }
}
const answers = []
for (let n = 0; n < Number(count); n += 20) answers.push(...(await Promise.all(Array.from({ length: 20 }, (_, m) => claim(n + m)))))
await vault.close()
process.stdout.write(JSON.stringify(answers))
process.stdin.destroy()
