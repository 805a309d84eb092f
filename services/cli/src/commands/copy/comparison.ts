// Whether two stores hold the same streams, and where they do not.
import { ledgerStream, LedgerError, type Violation } from '@consent-ledger/domain'
import type { StreamNumbers, Tally } from './tally.ts'

/** `stream` is an opaque id. `source`, `target`: how many events each holds; where the target has no fewer they are not the same events. */
export type Difference = { stream: string; source: number; target: number }

const mostNamed = 20

/** Streams that are not the same in both, but for `ledger` if it is `left` for later. */
export const differences = (numbers: StreamNumbers, source: Tally, target: Tally, left?: typeof ledgerStream): Difference[] =>
  [...numbers.all()].flatMap(([stream, number]) => {
    if (stream === left) return []
    const counts = { source: source.counts.get(number), target: target.counts.get(number) }
    const same = counts.source === counts.target && source.digest(number).equals(target.digest(number))
    return same ? [] : [{ stream, ...counts }]
  })

/**
 * Reads `whole` to its end, from its beginning, and answers with the streams of `part`, read before, that do not begin the same streams there.
 * What `whole` holds beyond `part` is not looked at. `seen` is called after each event.
 */
export const notBegun = async (numbers: StreamNumbers, part: Tally, whole: Tally, seen: () => void): Promise<string[]> => {
  const begun = new Set<number>()
  await whole.advance((number) => {
    if (whole.counts.get(number) === part.counts.get(number) && whole.digest(number).equals(part.digest(number))) begun.add(number)
    seen()
  })
  return [...numbers.all()].flatMap(([stream, number]) => (part.counts.get(number) === 0 || begun.has(number) ? [] : [stream]))
}

const saying = ({ stream, source, target }: Difference): Violation => ({
  pointer: stream,
  rule: 'equal',
  message:
    target < source
      ? `${source} events at the source, ${target} at the target`
      : `the first ${source} events are not the same, or others follow`,
})

/** Errors: INTEGRITY names up to 20 of the streams that differ; `so` says what that means for both stores. */
export const demandNone = (found: readonly Difference[], so: string): void => {
  if (found.length === 0) return
  const count = found.length === 1 ? '1 stream differs' : `${found.length} streams differ`
  throw new LedgerError('INTEGRITY', `The copy is not the same as the source: ${count}. ${so}`, {
    violations: found.slice(0, mostNamed).map(saying),
  })
}
