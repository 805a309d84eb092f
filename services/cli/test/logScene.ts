// A small ledger with its log, keys and vault, sealed batch by batch as the sequencer would: for the tests of backup, restore and doctor.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { iso, isSealed, leafBytes, treeHeadsStream, type JsonObject, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { formatState, lastRevisionOf, openKeyFile, stateFile, type LogFiles } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import {
  encodeEntries,
  entriesPath,
  formatTreeHead,
  Frontier,
  leafHash,
  newTiles,
  signNote,
  tilePath,
  tileRoot,
  type Signer,
} from '@consent-ledger/tlog'
import { openKeyDirectory, type KeyDirectory, type Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'

export const ledgerId = '7b0c6a2e-3a54-4d0e-9a34-1f2b8c9d0e11'
export const origin = 'log.example.org'
const start = Date.parse('2026-11-23T10:00:00.000Z')

const writer = { kind: 'system', id: 'scene', trust: 'system' } as const
const event = (type: string, data: JsonObject, at: number): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { schemaVersion: 1, recordedAt: iso(at), writer, actId: randomUUID() },
})

/** Tiles and entries of one tree that grows. */
class Tree {
  readonly #leaves: Uint8Array[] = []
  readonly #frontier = new Frontier()
  readonly #levels: Uint8Array[][] = []

  get size(): bigint {
    return BigInt(this.#leaves.length)
  }

  root(): Uint8Array {
    return this.#frontier.root()
  }

  add(leaf: Uint8Array): void {
    this.#leaves.push(leaf)
    this.#frontier.append(leafHash(leaf))
    let hash = leafHash(leaf)
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= [])
      hashes.push(hash)
      if (hashes.length % 256 !== 0) return
      hash = tileRoot(Buffer.concat(hashes.slice(-256)))
    }
  }

  async write(files: LogFiles, from: bigint): Promise<void> {
    for (const tile of newTiles(from, this.size)) {
      const first = Number(tile.index) * 256
      const bytes = Buffer.concat(this.#levels[tile.level]?.slice(first, first + tile.width) ?? [])
      await files.create([{ path: tilePath(tile), bytes }])
      if (tile.level > 0) continue
      await files.create([{ path: entriesPath(tile), bytes: encodeEntries(this.#leaves.slice(first, first + tile.width)) }])
    }
  }
}

export type LogScene = {
  root: string
  /** The key directory, with master.key and log.key. */
  keys: string
  master: KeyDirectory
  signer: Signer
  store: EventStore
  files: LogFiles
  vault: Vault
  record: (stream: string, ...types: string[]) => Promise<void>
  /** People whom the vault knows, each with an act of her own. Answers with their ids. */
  signUp: (count: number) => Promise<string[]>
  /** Everything recorded goes into the log, under a head; `published: false` keeps the head back, as a crash would. Answers with the note. */
  seal: (published?: boolean) => Promise<string>
}

type Append = (stream: string, ...facts: [string, JsonObject][]) => Promise<void>

/** Acts at one ms each, in order. */
const appendingTo = (store: EventStore): Append => {
  let acts = 0
  return async (stream, ...facts) => {
    const at = start + ++acts
    const events = facts.map(([type, data]) => event(type, data, at))
    await store.append(stream, await lastRevisionOf(store, stream), events)
  }
}

const signingUp = (vault: Vault, append: Append): LogScene['signUp'] => {
  let people = 0
  const one = async (): Promise<string> => {
    const identifiers = [{ scheme: 'email', kind: 'account', value: `visitor-${people++}@example.org` }] as const
    const claim = { controller: 'campo', writer: 'site:campo/campo-fr', body: '{}', identifiers, reach: 'one', link: false, onConflict: 'refuse' } as const // prettier-ignore
    const claimed = await vault.claim(claim)
    const subjectId = 'targets' in claimed ? (claimed.targets[0]?.subjectId ?? '') : ''
    await append(`subject-${subjectId}`, ['ConsentGiven', { purpose: 'news' }], ['ConsentRefused', { purpose: 'ads' }])
    return subjectId
  }
  return async (count) => {
    const ids: string[] = []
    for (let n = 0; n < count; n++) ids.push(await one())
    return ids
  }
}

const sealing = (store: EventStore, files: LogFiles, signer: Signer, append: Append): LogScene['seal'] => {
  const tree = new Tree()
  let [position, last]: [bigint, RecordedEvent | null] = [beginning, null]
  const take = async (): Promise<void> => {
    for (const recorded of await store.readAll({ after: position, limit: 1_000_000 })) {
      position = recorded.position
      if (!isSealed(recorded.stream)) continue
      tree.add(leafBytes(recorded))
      last = recorded
    }
  }
  const keepState = async (): Promise<void> => {
    const { stream, revision, id, position } = last ?? { stream: '', revision: 0n, id: '', position: 0n }
    const root = Buffer.from(tree.root()).toString('base64')
    const known = { ledgerId, origin, vkey: signer.vkey, size: tree.size, root, treeHeadsRevision: 0n }
    await files.replace(stateFile, formatState({ ...known, last: { stream, revision, id }, place: { store: 'memory', position } }))
  }
  return async (published = true) => {
    const from = tree.size
    await take()
    await tree.write(files, from)
    await keepState()
    const note = signNote(formatTreeHead({ origin, size: tree.size, root: tree.root() }), signer)
    if (!published) return note
    await append(treeHeadsStream, ['TreeHeadSigned', { size: tree.size.toString(), note }])
    await files.replace('checkpoint', Buffer.from(note))
    return note
  }
}

/** A ledger that has begun, with nothing sealed yet. `store`, `files`: in memory unless given. Its keys vanish with `remove`. */
export const openLogScene = async ({
  store = new MemoryEventStore(),
  files = new MemoryLogFiles(),
}: { store?: EventStore; files?: LogFiles } = {}): Promise<LogScene & { remove: () => Promise<void> }> => {
  const root = await mkdtemp(join(tmpdir(), 'ledger-'))
  const keys = join(root, 'data.keys')
  const master = openKeyDirectory(keys, () => {})
  const signer = openKeyFile(join(keys, 'log.key'), origin, { expectExisting: false })
  const vault = openMemoryVault({ kek: master.kek, clock: () => start })
  await vault.adopt(ledgerId)
  const append = appendingTo(store)
  await append('ledger', ['LedgerCreated', { ledgerId, masterKeyCheck: master.check(ledgerId) }], ['FirstKeysIssued', {}])
  await append('ledger', ['LogKeyIntroduced', { vkey: signer.vkey }])
  await append('controller-campo', ['ControllerRegistered', {}], ['PurposePublished', {}])
  const record: LogScene['record'] = (stream, ...types) => append(stream, ...types.map((type): [string, JsonObject] => [type, {}]))
  const acting = { record, signUp: signingUp(vault, append), seal: sealing(store, files, signer, append) }
  return { root, keys, master, signer, store, files, vault, ...acting, remove: () => rm(root, { recursive: true }) }
}

/** A store that holds the first `count` events of another, at the same places. */
export const beginningOf = async (store: EventStore, count: number): Promise<MemoryEventStore> => {
  const older = new MemoryEventStore()
  for (const { stream, revision, id, type, data, metadata } of await store.readAll({ after: beginning, limit: count }))
    await older.append(stream, revision - 1n, [{ id, type, data, metadata }])
  return older
}

/** The leaves of each stream but those of the heads: what a restored store has in common with the one that was lost. */
export const sealedLeaves = async (store: EventStore): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>()
  for (const recorded of await store.readAll({ after: beginning, limit: 1_000_000 })) {
    if (!isSealed(recorded.stream)) continue
    found.set(recorded.stream, [...(found.get(recorded.stream) ?? []), Buffer.from(leafBytes(recorded)).toString('utf8')])
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)))
}
