// `feed replay`: the eligibility feed told anew from its beginning, in a new epoch, over HTTP and on the Kafka topic.
import type { Command } from 'commander'
import { z } from 'zod'
import { ask, type Ledger } from '../client.ts'
import { withLedger } from '../reach.ts'
import { answer, type Terminal } from '../terminal.ts'

const Replaying = z.looseObject({ status: z.literal('replaying'), epoch: z.string() })

const replay = (ledger: Ledger): Promise<z.output<typeof Replaying>> =>
  ask(ledger, { method: 'POST', path: '/v1/eligibility/replay', roles: ['admin'] }, Replaying)

const about = `
Every verdict is told again, as it is now: the Kafka topic fills with the records of a new epoch, and whoever reads over HTTP
is answered 410 CURSOR_RESET once, and takes a snapshot. Nothing that was recorded is touched, and nobody's verdict changes.`

/** Registers `feed replay`. It returns once the epoch has begun, durably; the telling goes on behind it. */
export const addFeed = (program: Command, terminal: Terminal): void => {
  program
    .command('feed')
    .description('the feed of who may be contacted')
    .command('replay')
    .description('tell it anew from its beginning, in a new epoch')
    .addHelpText('after', about)
    .action(async (_: unknown, command: Command) => {
      const { keys, json } = command.optsWithGlobals<{ keys?: string; json?: true }>()
      await withLedger(terminal.env, keys, async (ledger) => {
        const { epoch } = await replay(ledger)
        answer(terminal, json === true, { epoch }, [`The feed begins anew, in epoch ${epoch}.`])
      })
    })
}
