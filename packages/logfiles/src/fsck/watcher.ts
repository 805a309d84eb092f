// What is asked of each leaf while the log is read once, from its first entry to its last.
import type { LeafPlace } from '@consent-ledger/domain'
import type { Frontier } from '@consent-ledger/tlog'

/** `tree`: up to and with this leaf. `place`: null if the entry is not the leaf of an event. */
export type Leaf = { index: bigint; entry: Uint8Array; place: LeafPlace | null; tree: Frontier }

/** Answers nothing while all is well. Errors: Difference. */
export type Watcher = {
  /** A promise only where something must be waited for: there are millions of leaves. */
  see(leaf: Leaf): Promise<void> | undefined
  /** After the last leaf. */
  end?(): Promise<void>
}
