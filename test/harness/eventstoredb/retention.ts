// What a stream's metadata hides from its readers: $maxCount, $maxAge, $tb. Nothing is lost by it until a scavenge.
import type { Stored } from './log.ts'

/** `raw`: the metadata as written, access lists too. `maxAge` in seconds. */
export type Retention = { raw: Record<string, unknown>; maxCount?: bigint; maxAge?: number; truncateBefore?: bigint }

/** 2^63 - 1 as JSON gives it back: rounded up. */
const softDelete = 2n ** 63n

/** An event's data, {} if it is no JSON object. */
export const objectIn = (event: Stored | undefined): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(event?.data ?? []).toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** `metadata`: the last event of the stream's metastream. A metastream itself shows its last event only. */
export const retentionOf = (stream: string, metadata: Stored | undefined): Retention => {
  if (stream.startsWith('$$')) return { raw: {}, maxCount: 1n }
  const raw = objectIn(metadata)
  const { $maxCount, $maxAge, $tb } = raw
  return {
    raw,
    ...(typeof $maxCount === 'number' ? { maxCount: BigInt($maxCount) } : {}),
    ...(typeof $maxAge === 'number' ? { maxAge: $maxAge } : {}),
    ...(typeof $tb === 'number' ? { truncateBefore: BigInt($tb) } : {}),
  }
}

export const softDeleted = ({ truncateBefore }: Retention): boolean => truncateBefore !== undefined && truncateBefore >= softDelete

/** The first revision that is shown. `events`: of one stream, by revision from 0, at least one. */
export const visibleFrom = ({ maxCount, maxAge, truncateBefore }: Retention, events: readonly Stored[]): bigint => {
  const length = BigInt(events.length)
  const byCount = maxCount === undefined || maxCount >= length ? 0n : length - maxCount
  const oldest = maxAge === undefined ? -Infinity : Date.now() - maxAge * 1000
  const young = maxAge === undefined ? 0 : events.findIndex(({ created }) => created >= oldest)
  const byAge = young === -1 ? length : BigInt(young)
  return [byCount, byAge, truncateBefore ?? 0n].reduce((most, from) => (from > most ? from : most))
}
