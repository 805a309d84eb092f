// The spool: bytes in their order whoever is quick and whoever is slow, a file without a name, and nothing left of it.
import assert from 'node:assert/strict'
import { randomBytes, createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readlinkSync, rmSync, rmdirSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { Spool } from '../src/scrub/spool.ts'

const opened = (t: TestContext): { spool: Spool; directory: string } => {
  const directory = mkdtempSync(join(tmpdir(), 'spool-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return { spool: new Spool(directory, 2 ** 30), directory }
}

/** Files of a directory that this process holds open, named or not; null where the system does not tell. */
const held = (directory: string): string[] | null => {
  const own = '/proc/self/fd'
  if (!existsSync(own)) return null
  return readdirSync(own).flatMap((fd) => {
    try {
      const path = readlinkSync(join(own, fd))
      return path.startsWith(directory) ? [path] : []
    } catch {
      // Closed meanwhile: the very listing of the directory was one.
      return []
    }
  })
}

/** Until this process holds none of a directory's files any more: a file is closed by another thread. Fails after a minute. */
const letGo = async (directory: string): Promise<void> => {
  for (const end = Date.now() + 60_000; (held(directory) ?? []).length > 0; await setImmediate())
    if (Date.now() > end) assert.fail(`After a minute still open: ${held(directory)?.join()}`)
}

const pieces = (count: number, size: number): Buffer[] => Array.from({ length: count }, () => randomBytes(size))
const hashOf = (all: readonly Buffer[]): string => createHash('sha256').update(Buffer.concat(all)).digest('hex')

const readAll = async (spool: Spool, between: () => Promise<unknown> = async () => {}): Promise<Buffer[]> => {
  const parts: Buffer[] = []
  for await (const part of spool.readable) {
    parts.push(part as Buffer)
    await between()
  }
  return parts
}

test('what nobody has taken waits on disk, under no name, and comes out in its order', async (t) => {
  const { spool, directory } = opened(t)
  const written = pieces(40, 50_000)
  for (const piece of written) await spool.write(piece)
  assert.deepEqual(readdirSync(directory), [])
  const files = held(directory)
  if (files !== null) assert.match(files.join(), /^[^,]*scrub-[0-9a-f-]{36} \(deleted\)$/)
  spool.end()
  assert.equal(hashOf(await readAll(spool)), hashOf(written))
  await letGo(directory)
})

test('what is taken as it comes never touches the disk', async (t) => {
  const { spool, directory } = opened(t)
  rmdirSync(directory)
  const reading = readAll(spool)
  const written = pieces(40, 50_000)
  for (const piece of written) {
    await spool.write(piece)
    await setImmediate()
  }
  spool.end()
  assert.equal(hashOf(await reading), hashOf(written))
})

test('a reader now quick and now slow reads what was written', async (t) => {
  for (const rhythm of [1, 2, 3, 5, 8]) {
    const { spool } = opened(t)
    const written = pieces(120, 30_000)
    let turn = 0
    const reading = readAll(spool, async () => {
      for (let pause = turn++ % (4 * rhythm); pause > 0; pause--) await setImmediate()
    })
    for (const [n, piece] of written.entries()) {
      await spool.write(piece)
      for (let pause = n % rhythm; pause > 0; pause--) await setImmediate()
    }
    spool.end()
    assert.equal(hashOf(await reading), hashOf(written), `rhythm ${rhythm}`)
  }
})

test('one that fails gives its reader no end, and lets go of its file', async (t) => {
  const { spool, directory } = opened(t)
  for (const piece of pieces(20, 50_000)) await spool.write(piece)
  const reading = readAll(spool)
  spool.fail(new Error('stale'))
  await assert.rejects(reading, /stale/)
  if (held(directory) !== null) assert.deepEqual(held(directory), [])
  await assert.rejects(async () => spool.write(randomBytes(300_000)), /nobody reads/)
  if (held(directory) !== null) assert.deepEqual(held(directory), [])
})

test('a disk that cannot be written fails the writer', async (t) => {
  const { spool, directory } = opened(t)
  rmdirSync(directory)
  await assert.rejects(async () => {
    for (const piece of pieces(20, 50_000)) await spool.write(piece)
  }, /ENOENT/)
})

test('more than it may hold on disk fails the writer; what was taken meanwhile does not count', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'spool-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const spool = new Spool(directory, 1_000_000)
  spool.readable.on('error', () => {})
  const [early, late] = [pieces(20, 50_000), pieces(20, 50_000)]
  for (const piece of early) await spool.write(piece)
  const parts: Buffer[] = []
  while (Buffer.concat(parts).length < 1_000_000) {
    const part = spool.readable.read() as Buffer | null
    if (part !== null) parts.push(part)
    await setImmediate()
  }
  for (const piece of late) await spool.write(piece)
  await assert.rejects(
    async () => {
      for (const piece of pieces(20, 50_000)) await spool.write(piece)
    },
    { code: 'TOO_LARGE' },
  )
  spool.fail(new Error('over'))
})
