// Two sequencers on one event store, each with a log directory of its own, begun at the same moment: one goes on, the other ends, and there is one log.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { Apart } from '../harness/apart.ts'
import { command } from '../harness/command.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { request, signUp, type Ended, type LedgerProcess } from '../harness/ledger.ts'
import { openPostgres, type Postgres } from '../harness/postgres.ts'
import { Stranger } from '../harness/stranger.ts'

let double: EventStoreDouble
let postgres: Postgres
let apart: Apart
before(async () => {
  double = await startEventStoreDouble()
  postgres = await openPostgres()
  apart = new Apart({ eventStoreUrl: double.url, databaseUrl: await postgres.newDatabase() })
  const { code, output } = await apart.bootstrap()
  assert.equal(code, 0, output)
})
after(async () => {
  await apart.end()
  await double.stop()
  await postgres.close()
})

const program = 'sequencer/src/main.ts'
type Rival = { log: string; process: LedgerProcess }
const rival = (name: string): Rival => {
  const log = join(dirname(apart.log), name)
  return { log, process: apart.launch(program, { LEDGER_LOG: log }) }
}

/** Both have begun before either has recorded a head: it is held in the server until then. */
const beginTogether = async (): Promise<Rival[]> => {
  const held = double.faults.next('append', 'late', { stream: 'tree-heads', times: Number.POSITIVE_INFINITY })
  const rivals = ['log-of-one', 'log-of-another'].map(rival)
  await Promise.all(rivals.map(({ process }) => process.answering()))
  await held.met
  double.faults.clear()
  held.release()
  return rivals
}

const signedUp = async (ingest: LedgerProcess): Promise<string> => {
  const key = apart.keys.sites['huttopia-fr']?.secret ?? ''
  const address = `${randomUUID()}@example.org`
  const reply = await request(ingest.url, 'POST', '/v1/consents', { key, idempotencyKey: randomUUID(), body: signUp(address) })
  assert.equal(reply.status, 201, reply.text)
  return reply.json.receipt.id
}

/** People sign up until one of the two has ended. */
const untilOneLoses = async (ingest: LedgerProcess, rivals: readonly Rival[]): Promise<{ receipts: string[]; lost: Rival; how: Ended }> => {
  const [receipts, lost]: [string[], { lost: Rival; how: Ended }[]] = [[], []]
  for (const one of rivals) void one.process.ended.then((how) => lost.push({ lost: one, how }))
  for (;;) {
    receipts.push(await signedUp(ingest))
    const [first] = lost
    if (first !== undefined) return { receipts, ...first }
  }
}

const demandEndedBy = ({ code, output }: Ended, says: RegExp): void => {
  assert.equal(code, 70, output)
  assert.match(output, says)
}

test('one of the two loses at a head that both want to sign, and its directory is of no use any more', { timeout: 180_000 }, async () => {
  const ingest = await apart.start('ingest')
  const rivals = await beginTogether()
  const { receipts, lost, how } = await untilOneLoses(ingest, rivals)
  demandEndedBy(how, /^The ledger stopped\. DATA_LOCKED: Another sequencer writes the log of this ledger/m)

  const winner = rivals.find((one) => one !== lost) ?? assert.fail()
  receipts.push(await signedUp(ingest))
  const reports = await apart.start('reports', { LEDGER_LOG: winner.log })
  const stranger = await Stranger.meets(reports.url)
  const site = apart.keys.sites['huttopia-fr']?.secret ?? ''
  const kept = []
  for (const id of receipts) kept.push(...(await stranger.keep(id, site)))
  const shown = await new PublishedLog(openLogDirectoryReader(lost.log), () => stranger.vkeys).head()
  await stranger.demandKept(kept, shown === null ? [] : [{ origin: '', ...shown }])

  demandEndedBy(
    await apart.launch(program, { LEDGER_LOG: lost.log }).ended,
    /LOG_DISAGREES: tree-heads has a head of \d+ leaves, but state\.json ends at \d+: the log directory is older than what was signed/,
  )
  const { url } = double
  const checked = await command(['log', 'fsck', '--from-store'], { LEDGER_STORE: 'esdb', EVENTSTORE_URL: url, LEDGER_LOG: winner.log })
  assert.equal(checked.code, 0, checked.output)
})
