// `pnpm start`: the whole ledger in one process.
import { runProcess } from '@consent-ledger/edge'
import { greeting } from './greeting.ts'
import { startStandalone } from './start.ts'

runProcess(async (life) => {
  const ledger = await startStandalone(life)
  const { url, demo, keys } = ledger
  return { greeting: greeting({ url, data: life.settings.data, demo, first: keys !== undefined }), stop: () => ledger.stop() }
})
