// What a no lost on its way in, as flags of its event: it is never turned away for what stands beside it.
import type { Flag } from '../words.ts'

const droppable = [
  ['/evidence', 'evidence-dropped'],
  ['/method', 'method-dropped'],
  ['/reason', 'reason-dropped'],
] as const

/** `dropped`: RFC 6901 pointers of what was taken out of the post. */
export const flagsOfDropped = (dropped: readonly string[]): Flag[] =>
  droppable.flatMap(([field, flag]) => (dropped.some((pointer) => `${pointer}/`.startsWith(`${field}/`)) ? [flag] : []))
