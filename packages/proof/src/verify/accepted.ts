// Whose signatures count: the keys that the expert brought, and those that the log itself hands over to or from them, each for trees of its time.
import { openNote, parseVkey, TlogError, type Verifier } from '@consent-ledger/tlog'
import type { LeafEvent } from './leaf.ts'

/** A key of the log and the trees that it may sign: sizes above `above`, up to and with `upTo` (null: no end). */
export type LogKey = { verifier: Verifier; above: bigint; upTo: bigint | null }

/** An event of the stream `ledger`, where it lies in the log, and the head under which it was proven (null where all entries were read). */
export type NamingLeaf = { event: LeafEvent; index: bigint; head: { size: bigint; note: string } | null }

/** What the key before signs when a log goes on under another key. */
const handOver = (origin: string, vkey: string): string => `${origin}\nlog-key-rotation v1\n${vkey}\n`

const keyIn = ({ data: { vkey } }: LeafEvent): Verifier | null => {
  if (typeof vkey !== 'string') return null
  try {
    return parseVkey(vkey)
  } catch (error) {
    if (error instanceof TlogError) return null
    throw error
  }
}

type Link = { key: LogKey; leaf: NamingLeaf }

/** Each key that the leaves name, in the log's order; a key ends with the leaf that names the next one. */
const chainOf = (leaves: readonly NamingLeaf[], origin: string): Link[] => {
  const links = leaves.flatMap((leaf): Link[] => {
    if (leaf.event.type !== 'LogKeyIntroduced' && leaf.event.type !== 'LogKeyRotated') return []
    const verifier = keyIn(leaf.event)
    const above = leaf.event.type === 'LogKeyRotated' ? leaf.index + 1n : 0n
    return verifier?.name === origin ? [{ leaf, key: { verifier, above, upTo: null } }] : []
  })
  return links.map(({ leaf, key }, n) => ({ leaf, key: { ...key, upTo: links[n + 1]?.key.above ?? null } }))
}

/** The keys that leaves name for the log `origin`, by their vkeys. */
export const namedKeys = (leaves: readonly NamingLeaf[], origin: string): Set<string> =>
  new Set(chainOf(leaves, origin).map(({ key }) => key.verifier.vkey))

const isSignedBy = (note: string, key: Verifier): string | null => {
  try {
    return openNote(note, [key]).text
  } catch (error) {
    if (error instanceof TlogError) return null
    throw error
  }
}

/** Whether `key` hands the log over in this leaf: by the statement in it, and by the head under which it lies, the last that the key signed. */
const handsOver = (key: LogKey, { leaf, key: next }: Link, origin: string): boolean => {
  const statement = leaf.event.data['statement']
  if (leaf.event.type !== 'LogKeyRotated' || typeof statement !== 'string') return false
  if (isSignedBy(statement, key.verifier) !== handOver(origin, next.verifier.vkey)) return false
  return leaf.head === null || (leaf.head.size === next.above && isSignedBy(leaf.head.note, key.verifier) !== null)
}

/** Whether the note of a head is signed by a key that holds for its size: that key, or null. */
export const signerOf = (keys: readonly LogKey[], head: { size: bigint; note: string; origin: string }): Verifier | null => {
  const holding = keys.filter(({ above, upTo }) => head.size > above && (upTo === null || head.size <= upTo))
  return holding.find(({ verifier }) => verifier.name === head.origin && isSignedBy(head.note, verifier) !== null)?.verifier ?? null
}

/**
 * The keys of the log that count. An anchor counts for the trees of its time. A later key counts if one that counts handed over to it; an earlier one if a
 * key that counts signed `latest`, the tree that names it. `leaves`: of the stream `ledger`, which lie in the tree of `latest` if somebody signed that.
 */
export const acceptedKeys = (
  anchors: readonly Verifier[],
  leaves: readonly NamingLeaf[],
  latest: { size: bigint; note: string; origin: string },
): LogKey[] => {
  const chain = chainOf(leaves, latest.origin)
  const named = namedKeys(leaves, latest.origin)
  const brought = new Set(anchors.map(({ vkey }) => vkey))
  const unnamed = anchors.filter(({ vkey }) => !named.has(vkey)).map((verifier): LogKey => ({ verifier, above: 0n, upTo: null }))
  const counting: LogKey[] = []
  for (const link of chain) {
    const before = counting.at(-1)
    const handed = before !== undefined && before.upTo === link.key.above && handsOver(before, link, latest.origin)
    if (brought.has(link.key.verifier.vkey) || handed) counting.push(link.key)
  }
  const keys = [...unnamed, ...counting]
  return signerOf(keys, latest) === null ? keys : [...unnamed, ...chain.map(({ key }) => key)]
}

/** The keys for statements that these leaves name for a log, in their order. */
export const statementKeys = (leaves: readonly NamingLeaf[], name: string): Verifier[] =>
  leaves.flatMap(({ event }) => (event.type === 'StatementKeyIntroduced' ? (keyIn(event) ?? []) : [])).filter((key) => key.name === name)

/** The key by which statements are signed at the end of these leaves: the newest that the log names for this origin. */
export const statementKey = (leaves: readonly NamingLeaf[], name: string): Verifier | null => statementKeys(leaves, name).at(-1) ?? null
