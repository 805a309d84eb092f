// The first start, ended by a crash at each of its steps: the next one goes on, and the keys that it hands out are the ones that work.
import assert from 'node:assert/strict'
import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { openLive, readCatalogueFile } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { bootstrap, createLedger, type KeysFile } from '../src/bootstrap.ts'
import { demoCatalogue } from '../src/demoCatalogue.ts'

/** A store whose disk is gone from the nth append on; `applied`: the append that fails was made all the same. */
const failing = (store: EventStore, n: number, applied: boolean): EventStore => {
  let appends = 0
  return {
    append: async (stream, expected, events) => {
      if (++appends < n) return store.append(stream, expected, events)
      if (applied && appends === n) await store.append(stream, expected, events)
      throw new LedgerError('STORE_UNAVAILABLE', 'The disk is gone.')
    },
    readStream: (stream, page) =>
      appends < n ? store.readStream(stream, page) : Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'The disk is gone.')),
    readAll: (page) => store.readAll(page),
    subscribeAll: (page, signal) => store.subscribeAll(page, signal),
    head: () => store.head(),
    close: () => store.close(),
  }
}

const clock = Date.now

const run = async (store: EventStore, keysFile: string, vault: ReturnType<typeof openMemoryVault>): Promise<KeysFile> => {
  await createLedger({ store, clock }, '6f0f1c1e-6f0a-4c7e-9b3b-0f2d6a3c9e11', 'a'.repeat(64))
  const live = await openLive({ store, clock })
  try {
    return await bootstrap({ store, vault, live, clock, settings: {}, log: null }, await readCatalogueFile(demoCatalogue), keysFile)
  } finally {
    await live.close()
  }
}

const demandThatKeysWork = async (store: EventStore, keys: KeysFile): Promise<void> => {
  const live = await openLive({ store, clock })
  const hash = (key: string): string => createHash('sha256').update(key).digest('hex')
  assert.equal(live.ledger().firstKeysIssued, true)
  for (const key of Object.values(keys.operators)) assert.ok(live.operator(hash(key)))
  for (const { secret, publishable } of Object.values(keys.sites))
    for (const key of [secret, publishable]) assert.ok(live.siteKey(hash(key)))
  assert.equal(live.controllers().length, 1)
  await live.close()
}

for (const applied of [false, true]) {
  test(`a crash at each append of the first start, ${applied ? 'after it was applied' : 'before'}`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'first-start-'))
    const keysFile = join(directory, 'keys.json')
    const vault = openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock })
    let crashes = 0
    try {
      for (let n = 1; ; n++) {
        const store = new MemoryEventStore()
        let ended = true
        await run(failing(store, n, applied), keysFile, vault).catch(() => (ended = false))
        if (ended) break
        crashes++
        const keys = await run(store, keysFile, vault)
        await demandThatKeysWork(store, keys)
        assert.deepEqual(JSON.parse(readFileSync(keysFile, 'utf8')), keys)
      }
      assert.ok(crashes >= 9, `the first start has ${crashes} appends`)
      assert.equal(statSync(keysFile).mode & 0o777, 0o600)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
}

test('two first starts at once on one store, the second at each append of the first: the keys in the file work', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'first-start-'))
  const keysFile = join(directory, 'keys.json')
  const vault = openMemoryVault({ kek: createSecretKey(randomBytes(32)), clock })
  const ends: unknown[] = []
  try {
    for (let n = 1; ; n++) {
      const store = new MemoryEventStore()
      let appends = 0
      const between: EventStore = {
        append: async (stream, expected, events) => {
          if (++appends === n) await run(store, keysFile, vault)
          return store.append(stream, expected, events)
        },
        readStream: (stream, page) => store.readStream(stream, page),
        readAll: (page) => store.readAll(page),
        subscribeAll: (page, signal) => store.subscribeAll(page, signal),
        head: () => store.head(),
        close: () => store.close(),
      }
      const end = await run(between, keysFile, vault).catch((error: unknown) => error)
      if (appends < n) break
      if (end instanceof Error) assert.ok(end instanceof LedgerError && end.code === 'DATA_LOCKED', String(end))
      ends.push(end)
      await demandThatKeysWork(store, JSON.parse(readFileSync(keysFile, 'utf8')) as KeysFile)
    }
    assert.ok(ends.some((end) => end instanceof LedgerError) && ends.some((end) => !(end instanceof LedgerError)))
  } finally {
    rmSync(directory, { recursive: true })
  }
})
