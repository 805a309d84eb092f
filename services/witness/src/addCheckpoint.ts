// The one act of a witness (C2SP tlog-witness, add-checkpoint): a tree head that continues the last one is kept, then cosigned; nothing else ever is.
import {
  cosign,
  emptyRoot,
  openNote,
  parseAddCheckpoint,
  parseTreeHead,
  sameBytes,
  type Signer,
  TlogError,
  type TreeHead,
  verifyConsistency,
} from '@consent-ledger/tlog'
import type { News } from './evidence.ts'
import type { KnownLogs } from './logs.ts'
import type { Mark } from './mark.ts'
import type { Cosigned, Step, WitnessRecord } from './record.ts'

/** `clock`: epoch ms. `onNews`: a head by the log's own key was refused that convicts it, or might. */
export type Witness = {
  logs: KnownLogs
  signer: Signer
  record: WitnessRecord
  mark: Mark
  clock: () => number
  onNews: (news: NonNullable<News>, head: TreeHead) => void
}

/** An HTTP answer: `type` is its media type, text/plain if absent; `retryAfter` in seconds. */
export type Answer = { status: number; body: string; type?: string; retryAfter?: number }

type Request = { old: bigint; proof: readonly Uint8Array[]; head: TreeHead; text: string; note: string }

/** What `read` gives; what it throws as a TlogError becomes an answer with that status. */
const orAnswer = <T extends object>(status: number, read: () => T): T | Answer => {
  try {
    return read()
  } catch (error) {
    if (error instanceof TlogError) return { status, body: `${error.code}: ${error.message}\n` }
    throw error
  }
}

/** The answer to one request. What a 200 says is durable before this returns, in the record and in the mark. Throws only a fault of one of them. */
export const addCheckpoint = (witness: Witness, body: string): Answer => {
  const request = readRequest(witness.logs, body)
  if ('status' in request) return request
  if (request.old > request.head.size) return { status: 400, body: 'The old size is larger than the tree.\n' }
  const { answer, news } = witness.record.update(request.head.origin, (last) => decide(witness, request, last))
  if (news !== null) witness.onNews(news, request.head)
  // A crash here leaves the head kept, perhaps beyond the mark, and its cosignature unsaid: the log asks again, is told the size, and gets a cosignature of the same tree.
  if (answer.status === 200) witness.mark.cover(request.head.origin)
  return answer
}

/** Well-formed and signed by a key of a log that is known; nothing else of it is true yet. */
const readRequest = (logs: KnownLogs, body: string): Request | Answer => {
  const message = orAnswer(400, () => parseAddCheckpoint(body))
  if ('status' in message) return message
  const keys = logs.get(message.note.slice(0, message.note.indexOf('\n')))
  if (keys === undefined) return { status: 404, body: 'This witness does not know the log.\n' }
  const opened = orAnswer(403, () => openNote(message.note, keys))
  if ('status' in opened) return opened
  const head = orAnswer(400, () => parseTreeHead(opened.text))
  if ('status' in head) return head
  const note = `${opened.text}\n${opened.verified.map(({ line }) => line).join('')}`
  return { old: message.old, proof: message.proof, head, text: opened.text, note }
}

const decide = (witness: Witness, request: Request, last: Cosigned | null): Step<Answer> => {
  const { old } = request
  const size = last?.size ?? 0n
  if (old !== size) return { answer: { status: 409, body: `${size}\n`, type: 'text/x.tlog.size' } }
  const continues = orAnswer(422, () => demandContinued(request, last))
  if ('status' in continues) return { answer: continues, ...suspicion(request, last) }
  return cosigned(witness, request, last)
}

/** The proof is the sender's, who may be anybody; only the head is the log's. So two roots of one size convict it, and nothing else does. */
const suspicion = ({ head: { size, root }, note }: Request, last: Cosigned | null): Pick<Step<Answer>, 'contested' | 'unproven'> => {
  if (last === null) return {}
  if (size > last.size) return { unproven: { size, root, note } }
  return sameBytes(root, last.root) ? {} : { contested: { size, root, note } }
}

/** Errors: TlogError. */
const demandContinued = ({ head, proof }: Request, last: Cosigned | null): TreeHead => {
  verifyConsistency({ from: last?.size ?? 0n, to: head.size, fromRoot: last?.root ?? emptyRoot, toRoot: head.root, proof })
  if (head.size === 0n && !sameBytes(head.root, emptyRoot)) throw new TlogError('CONSISTENCY_WRONG', 'a tree of no leaves has another root')
  return head
}

const cosigned = ({ signer, clock }: Witness, { head, text, note }: Request, last: Cosigned | null): Step<Answer> => {
  const time = BigInt(Math.floor(clock() / 1000))
  // «At that time this was the largest» would contradict the last cosignature, were its time later than this one's.
  if (last !== null && time < last.time) return { answer: behind(last.time - time) }
  // Whoever repeats a head costs the disk one write a second.
  if (last !== null && time === last.time && head.size === last.size) return { answer: { status: 200, body: last.signature } }
  const signature = cosign(signer, text, time)
  return { keep: { size: head.size, root: head.root, time, note, signature }, answer: { status: 200, body: signature } }
}

const behind = (seconds: bigint): Answer => ({
  status: 503,
  body: "This witness's clock is behind its last cosignature.\n",
  retryAfter: Number(seconds < 3600n ? seconds : 3600n),
})
