// `pnpm --filter @consent-ledger/sequencer start`: the only writer of the transparency log, as a process of its own. Its HTTP is for the machines that watch it.
import { logReady, runProcess, startWithoutPeople } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { openLogDirectory } from '@consent-ledger/logfiles/directory'
import { addSequencer } from './beside.ts'

runProcess((life) =>
  startWithoutPeople(life, 'sequencer', { openEventStore: openEsdbEventStore }, async (parts) => {
    const { settings, say, onFatal } = life
    const { opened, readiness, clock, patiently, ...rest } = parts
    const files = opened.keep(await openLogDirectory({ directory: settings.log }))
    const sequencing = { ...rest, opened, settings, keys: settings.keys, say, kind: 'esdb', settle: true, files, clock, onFault: onFatal }
    const sequencer = await patiently(() => addSequencer(sequencing))
    readiness.push(logReady(sequencer))
  }),
)
