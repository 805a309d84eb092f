// The heads of the transparency log, in the stream by which one of two sequencers loses (DESIGN §6). This stream alone is never sealed: the log would feed itself.
import { z } from 'zod'
import type { Aggregate } from './aggregate.ts'
import type { RecordedEvent } from './event.ts'

const Size = z.string().regex(/^(0|[1-9]\d*)$/)

export const treeHeadEvents = {
  /** A head that is signed and about to be published: no other is ever signed for this size. `note`: C2SP tlog-checkpoint, signed by the log's key. */
  TreeHeadSigned: z.strictObject({ size: Size, note: z.string() }),
  /** What witnesses said of the head of this size before it was published: C2SP signature lines. */
  TreeHeadCosigned: z.strictObject({ size: Size, signatures: z.array(z.string()).min(1) }),
} as const
export type TreeHeadFact = {
  [T in keyof typeof treeHeadEvents]: { type: T; data: z.infer<(typeof treeHeadEvents)[T]> }
}[keyof typeof treeHeadEvents]

export const treeHeadsStream = 'tree-heads'

/** `signatures`: of witnesses, beside the log's own in `note`. */
export type SignedHead = { size: bigint; note: string; signatures: string[] }

/** The newest head and where the stream ends. */
export type TreeHeads = { last: SignedHead | null; lastRevision: bigint }

const initialTreeHeads = (): TreeHeads => ({ last: null, lastRevision: -1n })

/** Adds one event to the fold; mutates and returns `heads`. */
const evolveTreeHeads = (heads: TreeHeads, event: RecordedEvent): TreeHeads => {
  heads.lastRevision = event.revision
  const fact = event as unknown as TreeHeadFact
  if (fact.type === 'TreeHeadSigned') heads.last = { size: BigInt(fact.data.size), note: fact.data.note, signatures: [] }
  else if (fact.type === 'TreeHeadCosigned' && heads.last !== null) heads.last.signatures.push(...fact.data.signatures)
  return heads
}

export const treeHeadsAggregate: Aggregate<TreeHeads> = { stream: treeHeadsStream, initial: initialTreeHeads, evolve: evolveTreeHeads }
