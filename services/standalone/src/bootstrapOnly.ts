// `pnpm --filter @consent-ledger/standalone bootstrap`: begins the ledger for services that run apart, and ends. Again, it does nothing.
import { Opened, runProcess } from '@consent-ledger/edge'
import { beginLedger, keysFileIn } from './begin.ts'

runProcess(async (life) => {
  const opened = new Opened()
  try {
    const { keys, demo } = await beginLedger(life, opened)
    if (demo) life.say('DEMO: the example catalogue examples/huttopia was applied, since LEDGER_CATALOGUE names none.')
    life.say(
      keys === undefined
        ? 'The ledger has begun before: nothing to do.'
        : `The ledger has begun. The first keys are in ${keysFileIn(life.settings.data)}. Keep what you need of it elsewhere, then delete it.`,
    )
    return null
  } finally {
    await opened.close()
  }
})
