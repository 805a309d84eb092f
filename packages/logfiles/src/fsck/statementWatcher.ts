// A statement of completeness against the log: it said which revision was the last of each stream below a size, and a later leaf there convicts who signed it (DESIGN §6).
import { controllerStream, ledgerStream, parseCompleteness, statementKeyName } from '@consent-ledger/domain'
import { openNote, parseNote, sameBytes, type Verifier } from '@consent-ledger/tlog'
import { demanding, Difference } from './difference.ts'
import type { Leaf, Watcher } from './watcher.ts'

/** What of a statement is about the log. `streams`: last revision of each below `size`. */
type Claims = { origin: string; size: bigint; root: Uint8Array; streams: Map<string, bigint> }

const where = 'completeness.note'
const wrong = (what: string): Difference => new Difference('STATEMENT_WRONG', where, `The statement ${what}.`)

const parse = (text: string): Claims => {
  const { origin, size, root, streams, catalogue, ledger } = parseCompleteness(text)
  const last = new Map(streams.map(({ stream, lastRevision }) => [stream, lastRevision]))
  last.set(controllerStream(catalogue.controllerId), catalogue.lastRevision).set(ledgerStream, ledger.lastRevision)
  return { origin, size, root, streams: last }
}

export class StatementWatcher implements Watcher {
  readonly #note: string
  readonly #claims: Claims
  readonly #accepted: () => readonly Verifier[]
  /** Of the streams that the statement names, below its size. */
  readonly #found = new Map<string, { revision: bigint; index: bigint }>()
  #rootSeen = false

  /** `note`: the signed note. `accepted`: the keys of statements that the log names, asked at the end. Errors: Difference for what is no statement. */
  constructor(note: string, accepted: () => readonly Verifier[]) {
    this.#note = note
    this.#claims = demanding('STATEMENT_WRONG', where, 'The statement is not a signed note of completeness', () =>
      parse(parseNote(note).text),
    )
    this.#accepted = accepted
  }

  see({ index, place, tree }: Leaf): undefined {
    const { size, root, streams } = this.#claims
    if (index >= size) return
    if (place !== null && streams.has(place.stream)) this.#found.set(place.stream, { revision: place.revision, index })
    if (tree.size !== size) return
    this.#rootSeen = true
    if (!sameBytes(tree.root(), root)) throw wrong(`names another root for ${size} leaves than this log has`)
  }

  async end(): Promise<void> {
    const { origin, size, streams } = this.#claims
    const keys = this.#accepted().filter(({ name }) => name === statementKeyName(origin))
    if (keys.length === 0) throw wrong(`is by ${statementKeyName(origin)}, and this log names no such key`)
    demanding('STATEMENT_WRONG', where, 'The statement is not signed by a key that this log names', () => openNote(this.#note, keys))
    if (!this.#rootSeen) throw wrong(`is about a tree of ${size} leaves, and the published log does not reach that far`)
    for (const [stream, revision] of streams) this.#demandLast(stream, revision)
  }

  #demandLast(stream: string, claimed: bigint): void {
    const found = this.#found.get(stream)
    if (found?.revision === claimed) return
    const broken = (message: string): Difference => new Difference('STATEMENT_BROKEN', stream, message)
    if (found === undefined || found.revision < claimed)
      throw broken(
        `The statement says that ${stream} reaches revision ${claimed}; below its size the log has ${found?.revision ?? 'none'}.`,
      )
    throw broken(
      `The statement says that ${stream} ends at revision ${claimed}; leaf ${found.index}, below its size, is revision ${found.revision}: it was left out.`,
    )
  }
}
