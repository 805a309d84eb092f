// kill -9 of a process that seals without a pause, 50 times, in two ledgers side by side: the log that is left is whole, holds what was acknowledged, and every proof that a stranger took away still verifies.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { fsck, PublishedLog, readKeyFile } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
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

const program = fileURLToPath(new URL('../harness/sealing.ts', import.meta.url))
const kills = 50

type Given = { leaf: Uint8Array; proof: string }

const reading = (directory: string): { files: ReturnType<typeof openLogDirectoryReader>; log: PublishedLog; vkeys: () => string[] } => {
  const key = join(directory, 'keys', 'log.key')
  const vkeys = (): string[] => (existsSync(key) ? [readKeyFile(key).vkey] : [])
  const files = openLogDirectoryReader(join(directory, 'log'))
  return { files, log: new PublishedLog(files, vkeys), vkeys }
}

/** A proof of some leaf under the head that is published at this moment; none before the first. */
const take = async (log: PublishedLog): Promise<Given[]> => {
  const head = await log.head()
  if (head === null) return []
  const index = BigInt(randomInt(Number(head.size)))
  const proof = await inclusionProof(log.reader(head.size), { index, size: head.size })
  for await (const { entry } of log.entries(index, index + 1n))
    return [{ leaf: entry, proof: formatProofFile({ index, proof, note: head.note }) }]
  return []
}

/** A process that has come up and waits for its turn: starting costs more than sealing, so the next is started while this one seals. */
const started = (directory: string) => {
  const child = spawn(process.execPath, [program, directory], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return { child, said: text(child.stderr), ended: once(child, 'close') }
}

/** Lets it seal until `enough` says so of the ids that the store took, then kills it. Answers with those ids. */
const run = async (
  { child, said, ended }: ReturnType<typeof started>,
  enough: (acknowledged: readonly string[]) => Promise<boolean>,
): Promise<string[]> => {
  const acknowledged: string[] = []
  child.stdin.write('go\n')
  for await (const id of createInterface({ input: child.stdout })) {
    acknowledged.push(id)
    if (await enough(acknowledged)) child.kill('SIGKILL')
  }
  const [code] = await ended
  assert.equal(code, null, `ended by itself: ${await said}`)
  return acknowledged.filter((id) => id.length === 36)
}

/** A ledger whose process is killed so many times, and what is left of it in the end. */
const killedAgainAndAgain = async (t: TestContext, directory: string, kills: number): Promise<void> => {
  const { log, files, vkeys } = reading(directory)
  const acknowledged = new Set<string>()
  const given: Given[] = []
  let next = started(directory)
  t.after(() => next.child.kill('SIGKILL'))
  for (let round = 0; round < kills; round++) {
    const now = next
    next = started(directory)
    const most = randomInt(1, 100)
    const taken = async (ids: readonly string[]): Promise<boolean> => {
      if (ids.length % 40 === 1) given.push(...(await take(log)))
      return ids.length >= most
    }
    for (const id of await run(now, taken)) acknowledged.add(id)
  }
  // What comes now is sealed behind everything that was recorded before.
  await run(next, async ([first = '']) => (await sealedIds(log)).includes(first))
  await demandWhole(directory, { log, files, vkeys: vkeys(), given })
  await demandSealed(log, [...acknowledged])
  assert.ok(given.length >= kills / 2, `${given.length} proofs`)
}

test(`killed ${kills} times while it seals`, { timeout: 600_000 }, async (t) => {
  const directories = [mkdtempSync(join(tmpdir(), 'sealing-')), mkdtempSync(join(tmpdir(), 'sealing-'))]
  try {
    await Promise.all(directories.map((directory) => killedAgainAndAgain(t, directory, kills / directories.length)))
  } finally {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true })
  }
})

type Held = { log: PublishedLog; files: ReturnType<typeof openLogDirectoryReader>; vkeys: string[]; given: readonly Given[] }

/** Derived anew from what lies there; each proof holds, and each head was one of this very tree. */
const demandWhole = async (directory: string, { log, files, vkeys, given }: Held): Promise<void> => {
  const store = await openSqliteEventStore({ directory, onFatal: (fault) => assert.fail(fault) })
  try {
    assert.equal((await fsck({ files, keys: vkeys, store })).finding, null)
  } finally {
    await store.close()
  }
  const keys = vkeys.map(parseVkey)
  const newest = (await log.head()) ?? assert.fail('a head is published')
  for (const { leaf, proof } of given) {
    const file = parseProofFile(proof)
    verifyProofFile(file, { leaf, log: keys })
    const { size, root } = openTreeHead(file.note, keys).head
    const between = { from: size, to: newest.size }
    const consistency = await consistencyProof(log.reader(newest.size), between)
    verifyConsistency({ ...between, fromRoot: root, toRoot: newest.root, proof: consistency })
  }
}

/** Ids of the events in the published log, in order. */
const sealedIds = async (log: PublishedLog): Promise<string[]> => {
  const ids: string[] = []
  for await (const { entry } of log.entries(0n, (await log.head())?.size ?? 0n))
    ids.push(/"id":"([0-9a-f-]{36})","metadata"/.exec(Buffer.from(entry).toString('utf8'))?.[1] ?? '')
  return ids
}

/** What the store acknowledged is in the log, once. */
const demandSealed = async (log: PublishedLog, acknowledged: readonly string[]): Promise<void> => {
  const sealed = await sealedIds(log)
  const ids = new Set(sealed)
  assert.equal(ids.size, sealed.length, 'nothing is sealed twice')
  assert.deepEqual(
    acknowledged.filter((id) => !ids.has(id)),
    [],
  )
}
