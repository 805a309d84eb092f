// The keys of a log as its own leaves name them, and which of them signs the tree of which size.
import { ledgerEvents, ledgerStream, type LeafPlace } from '@consent-ledger/domain'
import { openNote, parseVkey, type Verifier } from '@consent-ledger/tlog'

type Named = { key: Verifier; /** It signs trees of more leaves than this. */ above: bigint }

/** What the old key signs when it hands over. */
const rotationText = (origin: string, vkey: string): string => `${origin}\nlog-key-rotation v1\n${vkey}\n`

/** Filled leaf by leaf. What a leaf says badly throws what its parser throws: the leaf is then no event of ours. */
export class LogKeys {
  readonly #log: Named[] = []
  readonly #statements: Verifier[] = []

  /** Keys by which statements are signed, oldest first. */
  get statements(): readonly Verifier[] {
    return this.#statements
  }

  /** Keys by which heads are signed, oldest first. */
  get all(): readonly Verifier[] {
    return this.#log.map(({ key }) => key)
  }

  /** The key that signs a tree of this size: the last one that was handed the log before its end. */
  signing(size: bigint): Verifier | undefined {
    return this.#log.findLast(({ above }) => above < size)?.key
  }

  /**
   * Whether the key that signs a tree of this size is one of `given`, or was handed the log by one of them, directly or through others. A key that merely comes
   * before a given one is not: anybody can name a stranger's key as the next.
   */
  isReached(size: bigint, given: readonly string[]): boolean {
    return this.#log.some(({ key, above }) => above < size && given.includes(key.vkey))
  }

  see(place: LeafPlace, index: bigint, entry: Uint8Array): void {
    if (place.stream !== ledgerStream || !/^(?:LogKey|StatementKey)/.test(place.type)) return
    const { data }: { data?: unknown } = JSON.parse(Buffer.from(entry).toString('utf8'))
    if (place.type === 'LogKeyIntroduced') this.#introduce(ledgerEvents.LogKeyIntroduced.parse(data).vkey)
    if (place.type === 'StatementKeyIntroduced') this.#statements.push(parseVkey(ledgerEvents.StatementKeyIntroduced.parse(data).vkey))
    if (place.type === 'LogKeyRotated') this.#rotate(ledgerEvents.LogKeyRotated.parse(data), index)
  }

  #introduce(vkey: string): void {
    // Each later key is handed the log by the one before: a second one without that is somebody else's.
    if (this.#log.length > 0) throw new Error('a log is begun by one key')
    this.#log.push({ key: parseVkey(vkey), above: 0n })
  }

  #rotate({ vkey, statement }: { vkey: string; statement: string }, index: bigint): void {
    const old = this.#log.at(-1)?.key
    if (old === undefined) throw new Error('a key follows where there was none')
    if (openNote(statement, [old]).text !== rotationText(old.name, vkey)) throw new Error('the key before signed something else')
    const key = parseVkey(vkey)
    if (key.name !== old.name) throw new Error('a key of another name')
    this.#log.push({ key, above: index + 1n })
  }
}
