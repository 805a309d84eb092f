// What the steps of the sequencer share: what it is given, and the log as it stands between two batches.
import type { EventStore } from '@consent-ledger/eventstore'
import type { LogFiles, LogState } from '@consent-ledger/logfiles'
import type { Signer } from '@consent-ledger/tlog'
import type { End } from './heads.ts'
import type { Partials } from './partials.ts'
import type { RightEdge } from './rightEdge.ts'
import type { SigningKeys } from './signingKeys.ts'
import type { Unsealed } from './unsealed.ts'
import type { Witnesses } from './witnesses.ts'

/** As pino's. Gets codes, sizes and names of ours only. */
export type Log = { info(fields: object, message: string): void; warn(fields: object, message: string): void }

export type SealingDeps = {
  ledgerId: string
  store: EventStore
  /** Id of this run, by which it knows what it recorded itself. */
  run: string
  /** Kind of the store; positions of another kind say nothing. */
  kind: string
  /** Open for writing, by this process alone. */
  files: LogFiles
  keys: SigningKeys
  /** Epoch ms. */
  clock: () => number
  log: Log
  /** Name of the log as the settings have it; counts at the first start only. */
  origin?: string | undefined
  /** Whether a range is looked at twice before it is sealed: for a store in which what was read may still be cut. */
  settle?: boolean
  witnesses?: Witnesses | undefined
}

/** The log between two batches. Changed by the steps; after any failure it is thrown away and taken up again from the files. */
export type OpenLog = {
  readonly edge: RightEdge
  readonly source: Unsealed
  readonly partials: Partials
  /** Signs the next head. */
  signer: Signer
  /** Of the stream `tree-heads`. */
  end: End
  /** Of the last leaf that was sealed; null while there is none. */
  state: LogState | null
  /** Size of the head that everybody can read; 0 while there is none. */
  published: bigint
}
