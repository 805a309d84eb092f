// Acts of administration: who writes them, and how a repeated Idempotency-Key finds the first one again.
import { randomUUID } from 'node:crypto'
import type { Writer } from '@consent-ledger/domain'
import { decideAndAppend, type Decision } from '@consent-ledger/eventstore'
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

/** With an Idempotency-Key always the same for that writer, key and `what`, so that the stream itself knows whether it was done; else random. */
export const actIdOf = async (deps: IngestDeps, { writer, idempotencyKey }: Administration, what: string): Promise<string> => {
  if (idempotencyKey === undefined) return randomUUID()
  return asUuid(Buffer.from(await deps.vault.mac('act', `${writer.kind}:${writer.id}\n${what}\n${idempotencyKey}`), 'hex'))
}

type Step<State, Conclusion> = Pick<Decision<State, Conclusion>, 'aggregate' | 'decide' | 'conclude'>

/** Appends what is decided, as `decideAndAppend`, and reads the catalogue again: what was done holds here at once. */
export const administer = async <State, Conclusion>(
  { store, clock, live }: IngestDeps,
  by: Administration,
  actId: string,
  step: Step<State, Conclusion>,
): Promise<Conclusion> => {
  const again = by.idempotencyKey !== undefined
  const conclusion = await decideAndAppend({ ...step, store, clock, act: { actId, writer: by.writer }, again })
  await live.refresh()
  return conclusion
}
