// What a stranger kept of a log: every head that was published, and a proof under each. All of it must hold for ever.
import assert from 'node:assert/strict'
import { leafBytes, isSealed } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { fsck, type LogReader } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import {
  consistencyProof,
  formatProofFile,
  inclusionProof,
  openTreeHead,
  parseProofFile,
  parseVkey,
  verifyConsistency,
  verifyProofFile,
} from '@consent-ledger/tlog'
import { hashReader, readEntries } from '../src/tileFiles.ts'
import { vkeysOf, type Scene } from './scene.ts'

export type Given = { leaf: Uint8Array; proof: string; note: string }

/** The published note; undefined before the first. */
export const noteIn = (kept: ReadonlyMap<string, Uint8Array>): string | undefined => {
  const bytes = kept.get('checkpoint')
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}

const sizeOf = (note: string): bigint => BigInt(note.split('\n')[1] ?? '')

const entryAt = async (files: LogReader, index: bigint, size: bigint): Promise<Uint8Array> => {
  const width = size - (index & ~0xffn)
  const entries = await readEntries(files, { index: index >> 8n, width: width > 256n ? 256 : Number(width) })
  return entries[Number(index & 0xffn)] ?? assert.fail(`no entry ${index}`)
}

/** Proofs of the first, the middle and the last leaf under the published head, as a caller takes them away. */
export const takeProofs = async ({ kept }: Pick<Scene, 'kept'>): Promise<Given[]> => {
  const note = noteIn(kept)
  if (note === undefined) return []
  const files = new MemoryLogFiles(kept)
  const size = sizeOf(note)
  return Promise.all(
    [0n, size / 2n, size - 1n].map(async (index) => {
      const proof = await inclusionProof(hashReader(files), { index, size })
      return { leaf: await entryAt(files, index, size), proof: formatProofFile({ index, proof, note }), note }
    }),
  )
}

/** Every proof still verifies, and every head is one of the tree that is published now: nobody was ever shown a fork. */
export const demandKept = async (
  { kept, store }: Pick<Scene, 'kept' | 'store'>,
  given: readonly Given[],
  notes: ReadonlySet<string>,
): Promise<void> => {
  const log = (await vkeysOf(store)).map(parseVkey)
  const reader = hashReader(new MemoryLogFiles(kept))
  const { head: newest } = openTreeHead(noteIn(kept) ?? '', log)
  for (const { leaf, proof } of given) verifyProofFile(parseProofFile(proof), { leaf, log })
  const roots = new Map<bigint, string>()
  for (const note of notes) {
    const { head } = openTreeHead(note, log)
    const root = Buffer.from(head.root).toString('base64')
    assert.equal(roots.get(head.size) ?? root, root, `one root for ${head.size}`)
    roots.set(head.size, root)
    const proof = await consistencyProof(reader, { from: head.size, to: newest.size })
    verifyConsistency({ from: head.size, to: newest.size, fromRoot: head.root, toRoot: newest.root, proof })
  }
}

const eventsOf = async (store: EventStore) => {
  const events = []
  for (;;) {
    const page = await store.readAll({ after: events.at(-1)?.position ?? beginning, limit: 1000 })
    if (page.length === 0) return events
    events.push(...page)
  }
}

/** Each event that is to be sealed is in the log once, by its leaf, and nothing else is. */
export const demandWhole = async ({ kept, store }: Pick<Scene, 'kept' | 'store'>): Promise<void> => {
  const size = sizeOf(noteIn(kept) ?? '\n0')
  const files = new MemoryLogFiles(kept)
  const sealed = (await eventsOf(store)).filter(({ stream }) => isSealed(stream)).map((event) => Buffer.from(leafBytes(event)).toString())
  const entries = []
  for (let index = 0n; index < size; index += 256n) {
    const width = size - index > 256n ? 256 : Number(size - index)
    entries.push(...(await readEntries(files, { index: index >> 8n, width })).map((entry) => Buffer.from(entry).toString()))
  }
  assert.deepEqual(entries.toSorted(), sealed.toSorted())
}

/** Everything is derived anew, and nothing differs. */
export const demandSound = async ({ kept, store }: Pick<Scene, 'kept' | 'store'>): Promise<void> => {
  const { finding, size } = await fsck({ files: new MemoryLogFiles(kept), keys: await vkeysOf(store), store })
  assert.equal(finding, null)
  assert.equal(size, sizeOf(noteIn(kept) ?? ''))
}
