// One batch into the log: durable, read back, noted, signed, recorded, published, in this order (DESIGN §6). Each step says what is durable behind it and what a crash would leave.
import type { RecordedEvent, SignedHead } from '@consent-ledger/domain'
import { formatState, givingTurns, publishedNote, stateFile, type LogState } from '@consent-ledger/logfiles'
import { formatTreeHead, sameBytes, signNote } from '@consent-ledger/tlog'
import { askWitnesses } from './cosigning.ts'
import { appendToHeads } from './heads.ts'
import type { OpenLog, SealingDeps } from './openLog.ts'
import { rootReadBack } from './readBack.ts'
import { disagrees } from './tileFiles.ts'
import { keyAfter, type Batch } from './unsealed.ts'

export const checkpointFile = 'checkpoint'

/** Adds the leaves of a batch, at least one, and publishes a head over them. Errors: those of its steps; then `log` is to be taken up again. */
export const seal = async (deps: SealingDeps, log: OpenLog, { leaves }: Batch): Promise<void> => {
  const from = log.edge.size
  const turn = givingTurns()
  for (const { leaf } of leaves) {
    log.edge.add(leaf)
    await turn()
  }
  const last = leaves.at(-1)?.event
  if (last === undefined) return
  await writeFiles(deps, log)
  const root = await demandReadBack(deps, log, from)
  const state = stateOf(deps, log, last, root)
  await keepState(deps, log, state)
  await signAndPublish(deps, log, state)
  handOver(deps, log, last)
}

const writeFiles = async ({ files }: SealingDeps, { edge }: OpenLog): Promise<void> => {
  await files.create(edge.takeFiles())
  // Entries and tiles are durable, and nobody knows of them. A crash before or here leaves files beyond the state, any part of them: the next start reads the
  // same events in the same order, so what it makes again is the same where it was made already, and wider where more came meanwhile.
}

const demandReadBack = async ({ files }: SealingDeps, { edge }: OpenLog, from: bigint): Promise<Uint8Array> => {
  const root = await rootReadBack(files, from, edge.size)
  if (!sameBytes(root, edge.root())) throw disagrees(`The tiles of ${edge.size} leaves, as read back, give another root than the leaves`)
  // Nothing new is durable. What is signed from here on is what the files gave back.
  return root
}

const stateOf = (
  { ledgerId, kind }: SealingDeps,
  { edge, source, signer, end }: OpenLog,
  last: RecordedEvent,
  root: Uint8Array,
): LogState => ({
  ledgerId,
  origin: signer.name,
  vkey: signer.vkey,
  size: edge.size,
  root: Buffer.from(root).toString('base64'),
  last: { stream: last.stream, revision: last.revision, id: last.id },
  place: source.clearBehind(last.position) ? { store: kind, position: last.position } : null,
  treeHeadsRevision: end.revision,
})

export const keepState = async ({ files }: SealingDeps, log: OpenLog, state: LogState): Promise<void> => {
  await files.replace(stateFile, formatState(state))
  // These leaves have their places for good: this size has one root. A crash here leaves a state ahead of the heads: the next start signs exactly this root.
  log.state = state
}

/** Also the repair of a start that finds a state without its head. */
export const signAndPublish = async (deps: SealingDeps, log: OpenLog, state: LogState): Promise<void> => {
  const head = await sign(deps, log, state)
  await cosignAndPublish(deps, log, head)
}

const sign = async (deps: SealingDeps, log: OpenLog, { origin, size, root }: LogState): Promise<SignedHead> => {
  const note = signNote(formatTreeHead({ origin, size, root: Buffer.from(root, 'base64') }), log.signer)
  // Signed, but shown to nobody: Ed25519 signs the same text the same way, so a crash here leaves nothing.
  log.end = await appendToHeads(deps, log.end, { type: 'TreeHeadSigned', data: { size: size.toString(), note } })
  // The head is durable in the store, and no other will be signed for this size. A crash here leaves a head ahead of what is published: the next start publishes it.
  return { size, note, signatures: [] }
}

/** Also the repair of a start that finds a head ahead of what is published. */
export const cosignAndPublish = async (deps: SealingDeps, log: OpenLog, head: SignedHead): Promise<void> => {
  keepMark(deps, head)
  const cosigned = head.signatures.length > 0 ? head : { ...head, signatures: await cosign(deps, log, head) }
  await publish(deps, log, cosigned)
}

/** Before anybody is shown the head, witnesses too. */
export const keepMark = ({ keys }: SealingDeps, { note }: SignedHead): void => {
  keys.keepNewest(note)
  // The key directory knows the head: from here on a log that is put back behind it is refused. A crash here leaves a mark ahead of what is published, as the
  // signed head itself is, and the next start publishes it.
}

const cosign = async (deps: SealingDeps, log: OpenLog, { size, note }: SignedHead): Promise<string[]> => {
  const signatures = await askWitnesses(deps, { size, note })
  // Witnesses hold this head as the newest. A crash here loses what they said: the next start asks them again, for the same head.
  if (signatures.length === 0) return []
  log.end = await appendToHeads(deps, log.end, { type: 'TreeHeadCosigned', data: { size: size.toString(), signatures } })
  // What they said is durable in the store; a crash here leaves only the publishing to the next start.
  return signatures
}

const publish = async ({ files }: SealingDeps, log: OpenLog, head: SignedHead): Promise<void> => {
  await files.replace(checkpointFile, Buffer.from(publishedNote(head), 'utf8'))
  // Everybody can read the head, and it is durable. A crash here leaves partial tiles that nobody needs.
  const before = log.published
  log.published = head.size
  await files.remove(log.partials.passed(before))
}

/** Behind a head over a rotation the new key signs; behind any other, nothing changes. */
export const handOver = ({ keys }: SealingDeps, log: OpenLog, last: RecordedEvent): void => {
  const vkey = keyAfter(last)
  if (vkey === null) return
  // The head over the rotation is published, signed by the old key: the last of that key.
  keys.takeOver(vkey)
  // The files have their new names. A crash before leaves the old ones, and the next start finds both keys and does this again.
  log.signer = keys.named(vkey)
}
