// What a record of the topic says, read strictly: a record that cannot be read is no reason to write to anybody.

/** The verdict on one key, as far as this consumer needs it. `epoch`, `n`: place in the feed; times epoch ms. */
export type Told = {
  key: string
  subjectId: string
  purpose: string
  channel: string
  allowed: boolean
  reason: string
  until: number | null
  revision: bigint
  effectiveAt: number
  epoch: bigint
  n: bigint
}
/** What a record is: a change, a heartbeat (everything up to `n` was told, and held at `asOf`), or the end of a key. */
export type Read =
  | { kind: 'change'; told: Told }
  | { kind: 'heartbeat'; epoch: bigint; n: bigint; asOf: number | null }
  | { kind: 'tombstone'; key: string; revision: bigint; effectiveAt: number }
  | { kind: 'foreign' }

export type Raw = { key: Buffer | null; value: Buffer | null; headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined> }

const wordOf = (value: unknown, what: string): string => {
  if (typeof value === 'string') return value
  throw new Error(`a record without ${what}`)
}
const timeOf = (value: unknown, what: string): number => {
  const at = Date.parse(wordOf(value, what))
  if (Number.isNaN(at)) throw new Error(`a record whose ${what} is no time`)
  return at
}
const timeOrNull = (value: unknown, what: string): number | null => (value === null ? null : timeOf(value, what))

const placeOf = (cursor: unknown): { epoch: bigint; n: bigint } => {
  const [, epoch, n] = /^(\d+)\.(\d+)$/.exec(wordOf(cursor, 'cursor')) ?? []
  if (epoch === undefined || n === undefined) throw new Error('a record whose cursor is none')
  return { epoch: BigInt(epoch), n: BigInt(n) }
}

const headerOf = ({ headers }: Raw, name: string): string => {
  const value = headers?.[name]
  return wordOf(Buffer.isBuffer(value) ? value.toString('utf8') : value, name)
}

const changeOf = (key: string, data: Record<string, unknown>): Read => ({
  kind: 'change',
  told: {
    key,
    subjectId: wordOf(data['subjectId'], 'subjectId'),
    purpose: wordOf(data['purpose'], 'purpose'),
    channel: wordOf(data['channel'], 'channel'),
    allowed: data['allowed'] === true,
    reason: wordOf(data['reason'], 'reason'),
    until: timeOrNull(data['until'], 'until'),
    revision: BigInt(wordOf(data['revision'], 'revision')),
    effectiveAt: timeOf(data['effectiveAt'], 'effectiveAt'),
    ...placeOf(data['cursor']),
  },
})

/** Throws for a record of ours that cannot be read; what another program put there is `foreign`. */
export const readRecord = (raw: Raw): Read => {
  const key = raw.key?.toString('utf8') ?? ''
  if (raw.value === null)
    return {
      kind: 'tombstone',
      key,
      revision: BigInt(headerOf(raw, 'revision')),
      effectiveAt: timeOf(headerOf(raw, 'effectiveAt'), 'effectiveAt'),
    }
  const event = JSON.parse(raw.value.toString('utf8')) as { type?: unknown; data?: Record<string, unknown> }
  if (event.type === 'marketing-eligibility.changed.v1') return changeOf(key, event.data ?? {})
  if (event.type === 'marketing-eligibility.as-of.v1')
    return { kind: 'heartbeat', ...placeOf(event.data?.['cursor']), asOf: timeOrNull(event.data?.['asOf'], 'asOf') }
  return { kind: 'foreign' }
}
