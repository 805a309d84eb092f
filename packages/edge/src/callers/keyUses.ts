// When each API key was last used: remembered here, written to the vault now and then.
import type { Vault } from '@consent-ledger/vault'

const interval = 60_000

export type KeyUses = {
  note(keyId: string, at: number): void
  /** Writes what is not written yet; on an error it is kept for the next time. */
  flush(): Promise<void>
  /** Stops the timer and writes the rest. */
  close(): Promise<void>
}

/** Writes at most once a minute and at the close. A crash loses the uses of the last minute, nothing else. `onFault` hears of a write that failed. */
export const keyUsesInto = (vault: Pick<Vault, 'noteKeyUses'>, onFault: (error: unknown) => void): KeyUses => {
  let uses = new Map<string, number>()
  const flush = async (): Promise<void> => {
    if (uses.size === 0) return
    const batch = uses
    uses = new Map()
    try {
      await vault.noteKeyUses(batch)
    } catch (error) {
      uses = new Map([...batch, ...uses])
      onFault(error)
    }
  }
  const timer = setInterval(() => void flush(), interval)
  timer.unref()
  return {
    note: (keyId, at) => void uses.set(keyId, at),
    flush,
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
