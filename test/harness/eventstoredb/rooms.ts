// What the handlers of the double share.
import type { Access } from './access.ts'
import type { Faults } from './faults.ts'
import type { Log } from './log.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Anything that came over a connection: enough to find the connection. */
export type Call = { getPeer(): string }

export type Rooms = {
  log: Log
  faults: Faults
  access: Access
  subscriptions: Subscriptions
  /** Milliseconds after which the server gives up on an append; the real one's are 2,000. */
  giveUpAfter: number
  /** False while it starts: every call is answered so. */
  ready: boolean
  /** Resets the connection that a call came over. */
  cut(call: Call): void
  /** Ends by itself: the port closed, every connection ended after what was said on it, the data kept. */
  shutDown(): void
}
