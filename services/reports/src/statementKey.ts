// The statement key: it signs what the ledger states about its streams (completeness, certificates), and is held by this service alone.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { decideStatementKey, statementKeyName, ledgerAggregate, LedgerError } from '@consent-ledger/domain'
import type { Clock, Live } from '@consent-ledger/edge'
import { decideAndAppend, type EventStore } from '@consent-ledger/eventstore'
import { openKeyFile } from '@consent-ledger/logfiles'
import type { Signer } from '@consent-ledger/tlog'

/** `keys`: directory of the key files. `say`: hears a warning about the file. */
export type StatementKeyOpening = {
  keys: string
  live: Pick<Live, 'ledger' | 'refresh'>
  store: EventStore
  clock: Clock
  say?: (line: string) => void
}

/** Name of the log, by the key that signs it now. Errors: NOT_READY as long as no sequencer has begun it. */
const logOriginOf = (live: Pick<Live, 'ledger'>): string => {
  const [origin] = live.ledger().logKeys.at(-1)?.vkey.split('+') ?? []
  if (origin === undefined) throw new LedgerError('NOT_READY', 'The transparency log has no key yet: start the sequencer of this ledger')
  return origin
}

/**
 * Opens `statement.key`, made (0600) where the ledger names none yet, and names it in the log before it signs anything: another file than before is the next key.
 * File and event are durable on return; a crash between the two leaves a key that the next start names.
 * Errors: SIGNING_KEY_WRONG (the ledger names a key and there is no file, or the file is none), NOT_READY, those of the store.
 */
export const openStatementKey = async ({ keys, live, store, clock, say }: StatementKeyOpening): Promise<Signer> => {
  await live.refresh()
  const signer = openKeyFile(join(keys, 'statement.key'), statementKeyName(logOriginOf(live)), {
    expectExisting: live.ledger().statementKeys.length > 0,
    ...(say === undefined ? {} : { say }),
  })
  await decideAndAppend({
    store,
    clock,
    aggregate: ledgerAggregate,
    act: { actId: randomUUID(), writer: { kind: 'system', id: 'reports', trust: 'system' } },
    decide: (ledger) => decideStatementKey(ledger, signer.vkey),
    conclude: () => undefined,
  })
  await live.refresh()
  return signer
}
