// The tree heads of a dossier: signed by keys that count, all of one tree that only grew.
import { sameBytes, type Verifier } from '@consent-ledger/tlog'
import { acceptedKeys, namedKeys, signerOf, type LogKey } from './accepted.ts'
import { apartBy, type ConsistencyProofs } from './beginnings.ts'
import { codes, type VerifyCode } from './codes.ts'
import type { Findings } from './finding.ts'
import type { SealedLeaf, StatedHead } from './sealed.ts'

/** What was shown of the log: `signedBy` is null if no key that counts signed the dossier's own head. `heads`: all that are signed. */
export type Log = { latest: StatedHead; signedBy: Verifier | null; keys: LogKey[]; heads: StatedHead[]; sealed: SealedLeaf[] }

const isForkOf = (a: StatedHead, b: StatedHead): boolean => a.size === b.size && !sameBytes(a.root, b.root)

const findUnsigned = (latest: StatedHead, anchors: readonly Verifier[], findings: Findings): void => {
  if (anchors.some(({ name }) => name === latest.origin)) findings.add('WRONG_KEY', latest.where)
  else findings.add('OTHER_LOG', latest.where, `The dossier is of the log ${latest.origin}; the key that you accept is of another.`)
}

/**
 * A key that no event in the tree names has no beginning and no end: whoever stole a retired one could sign with it for ever, if nobody asked for its name. Finds
 * HEAD_KEY_UNNAMED, and KEY_NOT_IN_TREE for a key that the expert brought. `named`: vkeys.
 */
export const checkNamed = (
  { signedBy, anchors, head }: { signedBy: Verifier; anchors: readonly Verifier[]; head: StatedHead },
  named: ReadonlySet<string>,
  findings: Findings,
): void => {
  if (!named.has(signedBy.vkey)) findings.add('HEAD_KEY_UNNAMED', head.where)
  for (const { name, id, vkey } of anchors)
    if (name === head.origin && vkey !== signedBy.vkey && !named.has(vkey))
      findings.add('KEY_NOT_IN_TREE', head.where, `${codes.KEY_NOT_IN_TREE.means} Its id is ${id}.`)
}

/** The heads beside `latest`, one for each note. */
const othersOf = (sealed: readonly SealedLeaf[], latest: StatedHead): StatedHead[] => [
  ...new Map(sealed.filter(({ head }) => head.note !== latest.note).map(({ head }) => [head.note, head])).values(),
]

type Apart = ReadonlyMap<string, VerifyCode | null>

/** The heads that are signed and of one tree. Finds WRONG_KEY, LOG_FORKED, and what keeps a head apart. */
const soundHeads = (
  others: readonly StatedHead[],
  apart: Apart,
  { latest, keys }: Pick<Log, 'latest' | 'keys'>,
  findings: Findings,
): StatedHead[] => {
  const bySize = new Map([[latest.size, latest]])
  const heads = [latest]
  // Beginnings of the tree first, so that each other head of the same size is seen to be a fork of it.
  for (const head of others.toSorted((a, b) => Number(apart.get(a.note) !== null) - Number(apart.get(b.note) !== null))) {
    if (signerOf(keys, head) === null) {
      findings.add('WRONG_KEY', head.where)
      continue
    }
    const code = apart.get(head.note) ?? null
    const known = bySize.get(head.size) ?? head
    bySize.set(head.size, known)
    if (isForkOf(known, head)) findings.add('LOG_FORKED', head.where)
    else if (code !== null) findings.add(code, head.where)
    else heads.push(head)
  }
  return heads
}

/**
 * Judges the heads. `anchors`: keys that the expert brought; no other is trusted of itself. `sealed`: leaves whose path leads to a head; those that come back
 * lie in the tree of `latest`. Finds WRONG_KEY, OTHER_LOG, LOG_FORKED (only between heads that are both signed), HEAD_OLDER, HEAD_INCONSISTENT, and what
 * `checkNamed` does.
 */
export const judgeHeads = (
  given: { anchors: readonly Verifier[]; latest: StatedHead; sealed: readonly SealedLeaf[]; proofs: ConsistencyProofs },
  findings: Findings,
): Log => {
  const { anchors, latest, proofs } = given
  const others = othersOf(given.sealed, latest)
  const apart = new Map(others.map((head) => [head.note, apartBy(head, latest, proofs)]))
  const joined = given.sealed.filter(({ head }) => (apart.get(head.note) ?? null) === null)
  const naming = joined.filter(({ part }) => part === 'keys')
  const keys = acceptedKeys(anchors, naming, latest)
  const signedBy = signerOf(keys, latest)
  if (signedBy === null) {
    findUnsigned(latest, anchors, findings)
    return { latest, signedBy, keys, heads: [], sealed: [] }
  }
  const named = namedKeys(naming, latest.origin)
  // Where an event of the ledger's stream lies apart, that is the finding, and nothing is known of what it names.
  const known = naming.length === given.sealed.filter(({ part }) => part === 'keys').length
  if (known) checkNamed({ signedBy, anchors, head: latest }, named, findings)
  const counting = keys.filter(({ verifier: { vkey } }) => !known || named.has(vkey) || vkey === signedBy.vkey)
  const heads = soundHeads(others, apart, { latest, keys: counting }, findings)
  const notes = new Set(heads.map(({ note }) => note))
  return { latest, signedBy, keys, heads, sealed: joined.filter(({ head }) => notes.has(head.note)) }
}

/** Holds a head that the expert got elsewhere (a witness, a mirror, a receipt) against those of the dossier. Finds WRONG_KEY, OTHER_LOG, LOG_FORKED, HEAD_NOT_COMPARED. */
export const compareHead = (brought: StatedHead, { keys, heads, latest }: Log, findings: Findings): void => {
  if (brought.origin !== latest.origin) findings.add('OTHER_LOG', brought.where)
  else if (signerOf(keys, brought) === null) findings.add('WRONG_KEY', brought.where)
  else if (heads.some((known) => isForkOf(known, brought))) findings.add('LOG_FORKED', brought.where)
  else if (!heads.some(({ size }) => size === brought.size)) findings.add('HEAD_NOT_COMPARED', brought.where)
}
