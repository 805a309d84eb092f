// One witness asked for one tree head (C2SP tlog-witness): what it holds is learnt from its answer, and asked from there once more; what it holds against it, it is asked to show.
import { createHash } from 'node:crypto'
import { formatAddCheckpoint, openNote, parseNote, TlogError, type Verifier } from '@consent-ledger/tlog'

/** A tree head to be cosigned. `note`: with the log's signature, of the log named in its first line. `consistency`: the proof from that size, below `size` and above 0, to `size`. */
export type Asked = { note: string; size: bigint; consistency: (from: bigint) => Promise<Uint8Array[]> }

/**
 * `silent`: no answer by the deadline. `ahead`: it holds a larger tree than this one. `disagrees`: it holds a tree that this one does not continue, by its own
 * word. `malformed`: its answer is none. `refused`: it does not know the log or its key, or has a fault.
 */
export type Outcome = 'cosigned' | 'unreachable' | 'silent' | 'refused' | 'ahead' | 'disagrees' | 'malformed'

/**
 * `lines`: verified cosignatures, empty unless `cosigned`. `holds`: the size it is now known to hold; null: nothing learnt. `shown`: what a witness that is ahead
 * or disagrees serves as the last head that it cosigned, believed in nothing; null if it showed none.
 */
export type Told = { outcome: Outcome; why: string; lines: string[]; holds: bigint | null; shown: string | null }

/** `url`: its submission prefix. */
export type Called = { url: string; verifier: Verifier }

type Reply = { status: number; text: string }

/** A few cosignatures, or a size: what is longer is no answer of a witness. */
const longestReply = 16_384
const failed = (outcome: Outcome, why: string, holds: bigint | null = null): Told => ({
  outcome,
  why,
  lines: [],
  holds,
  shown: null,
})

const readBounded = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > longestReply) return ''
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** `path`: below the prefix. A redirect is not followed: it would lead to an address that the policy does not name. */
const request = async (url: string, path: string, init: RequestInit): Promise<Reply> => {
  const response = await fetch(`${url.replace(/\/+$/, '')}/${path}`, { ...init, redirect: 'error' })
  return { status: response.status, text: await readBounded(response) }
}

const post = async (url: string, body: string, signal: AbortSignal): Promise<Reply | Told> => {
  try {
    return await request(url, 'add-checkpoint', { method: 'POST', body, signal })
  } catch {
    return signal.aborted ? failed('silent', 'did not answer in time') : failed('unreachable', 'cannot be reached')
  }
}

/** The last head that the witness cosigned for this log, as it serves it to anybody; null if it serves none. Nothing of it is checked. Never rejects. */
export const lastShown = async (url: string, origin: string, signal: AbortSignal): Promise<string | null> => {
  try {
    const reply = await request(url, `${createHash('sha256').update(origin).digest('hex')}/checkpoint`, { signal })
    return reply.status === 200 ? reply.text : null
  } catch {
    return null
  }
}

const cosignatureIn = ({ text }: Reply, { verifier }: Called, asked: Asked): Told => {
  try {
    const opened = openNote(`${asked.note}${text}`, [verifier])
    // An answer with an empty line in it would make the head a part of another text. Its signature, published, would spoil the head for whoever knows the witness.
    if (opened.text !== parseNote(asked.note).text) return failed('malformed', 'answered with a signature of another text')
    return { outcome: 'cosigned', why: 'cosigned', lines: opened.verified.map(({ line }) => line), holds: asked.size, shown: null }
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    return failed('malformed', `answered with no cosignature of its key (${error.code})`)
  }
}

const sizeIn = (text: string): bigint | null => (/^(?:0|[1-9]\d{0,18})\n?$/.test(text) ? BigInt(text.trim()) : null)

const judged = (reply: Reply, called: Called, asked: Asked, old: bigint): Told => {
  if (reply.status === 200) return cosignatureIn(reply, called, asked)
  if (reply.status === 422) return failed('disagrees', `holds a tree of ${old} leaves that this one does not continue`, old)
  if (reply.status !== 409) return failed('refused', `answered ${reply.status}`)
  const size = sizeIn(reply.text)
  if (size === null) return failed('malformed', 'answered 409 without a size')
  // Witnesses of the protocol before July 2026 say so of another root at the same size, too.
  if (size === old && size === asked.size) return failed('disagrees', `holds another tree of ${size} leaves`, size)
  if (size > asked.size) return failed('ahead', `holds a larger tree, of ${size} leaves`, size)
  return failed('refused', `answered 409, and holds ${size} leaves`, size)
}

const askFrom = async (called: Called, asked: Asked, old: bigint, signal: AbortSignal): Promise<Told> => {
  // From nothing, and from the same size, the proof is empty (RFC 9162 §2.1.4).
  const proof = old === 0n || old === asked.size ? [] : await asked.consistency(old)
  const reply = await post(called.url, formatAddCheckpoint({ old, proof, note: asked.note }), signal)
  return 'status' in reply ? judged(reply, called, asked, old) : reply
}

/** What is said against the log is worth nothing; a head with the log's own signature is. */
const withEvidence = async (told: Told, { url }: Called, { note }: Asked, signal: AbortSignal): Promise<Told> => {
  if (told.outcome !== 'ahead' && told.outcome !== 'disagrees') return told
  return { ...told, shown: await lastShown(url, note.slice(0, note.indexOf('\n')), signal) }
}

/**
 * Asks for a cosignature of `asked`, from the size that the witness is believed to hold; told that it holds another, asks again from that one, once. A witness
 * that missed some heads, or kept one whose answer was lost, is so served in the same call. Rejects only with a fault of `asked.consistency`.
 */
export const askWitness = async (called: Called, asked: Asked, believed: bigint, signal: AbortSignal): Promise<Told> => {
  const old = believed > asked.size ? 0n : believed
  const first = await askFrom(called, asked, old, signal)
  const moved = first.outcome === 'refused' && first.holds !== null && first.holds !== old
  const told = moved && first.holds !== null ? await askFrom(called, asked, first.holds, signal) : first
  return withEvidence(told, called, asked, signal)
}
