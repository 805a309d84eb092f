// Acts of administration: who writes them, and how a repeated Idempotency-Key finds the first one again.
import { randomBytes } from 'node:crypto'
import { leafBytes, type Fact, type RecordedEvent, type Writer } from '@consent-ledger/domain'
import { decideAndAppend, type Decided } from '@consent-ledger/eventstore'
import type { IngestDeps } from '../deps.ts'

/** An administrator, or the ledger itself at its first start. */
export type Administration = { writer: Writer; idempotencyKey?: string | undefined }

/** 16 bytes as a UUIDv4: the EventStoreDB client's UUID library knows versions 1–5 only. */
const asUuid = (bytes: Uint8Array): string => {
  const sixteen = Buffer.from(bytes.subarray(0, 16))
  sixteen.writeUInt8((sixteen.readUInt8(6) & 0x0f) | 0x40, 6)
  sixteen.writeUInt8((sixteen.readUInt8(8) & 0x3f) | 0x80, 8)
  return sixteen.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const freshBytes = (deps: Pick<IngestDeps, 'random'>, count: number): Uint8Array => deps.random?.(count) ?? randomBytes(count)

/** With an Idempotency-Key always the same for that writer, key and `what`, so that the stream itself knows whether it was done; else random. */
export const actIdOf = async (deps: IngestDeps, { writer, idempotencyKey }: Administration, what: string): Promise<string> => {
  if (idempotencyKey === undefined) return asUuid(freshBytes(deps, 16))
  return asUuid(Buffer.from(await deps.vault.mac('act', `${writer.kind}:${writer.id}\n${what}\n${idempotencyKey}`), 'hex'))
}

type Step<State> = {
  stream: string
  initial: () => State
  evolve: (state: State, event: RecordedEvent) => State
  decide: (state: State, recordedAt: number) => readonly Fact[]
}

/** Appends what is decided, as `decideAndAppend`, and reads the catalogue again: what was done holds here at once. */
export const administer = async <State>(
  deps: IngestDeps,
  by: Administration,
  actId: string,
  step: Step<State>,
): Promise<Decided<State>> => {
  const decided = await decideAndAppend({
    ...step,
    store: deps.store,
    clock: deps.clock,
    act: { actId, writer: by.writer },
    leaf: leafBytes,
  })
  await deps.live.refresh()
  return decided
}
