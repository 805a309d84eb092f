// `pnpm --filter @consent-ledger/standalone bootstrap`: begins the ledger for services that run apart, and ends. Again, it does nothing.
import { Opened, runProcess } from '@consent-ledger/edge'
import { beginLedger } from './begin.ts'
import { firstSteps } from './greeting.ts'

runProcess(async (life) => {
  const opened = new Opened()
  try {
    const { keys, demo } = await beginLedger(life, opened)
    const first = keys !== undefined
    for (const line of firstSteps({ data: life.settings.data, demo, first })) life.say(line)
    life.say(first ? 'The ledger has begun.' : 'The ledger has begun before: nothing to do.')
    return null
  } finally {
    await opened.close()
  }
})
