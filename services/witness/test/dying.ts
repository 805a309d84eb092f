// For crash.test.ts: a witness that is killed by the system around the step that keeps a head: DIES says `before` or `after`.
import { startWitness } from '../src/start.ts'
import { parseSettings } from '../src/settings.ts'
import type { WitnessRecord } from '../src/record.ts'

const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('the system kills no later than here')
}

const dying = (record: WitnessRecord): WitnessRecord => ({
  ...record,
  update: (origin, decide) => {
    if (process.env['DIES'] === 'before') die()
    if (process.env['DIES'] === 'within') return record.update(origin, (last) => die() ?? decide(last))
    record.update(origin, decide)
    return die()
  },
})

process.umask(0o077)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const { url, vkey } = await startWitness({ settings: parseSettings(process.env), clock: Date.now, say, withRecord: dying })
say(`  ${vkey}`)
say(`Ready at ${url}`)
