// Archives made to hurt a reader, or to show two readers two things: each is refused before anything of it is believed.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { archiveLimits } from '../src/dossier/zip.ts'
import { readArchive } from '../src/verify/archive.ts'
import type { VerifyCode } from '../src/verify/codes.ts'
import { VerifyError } from '../src/verify/finding.ts'
import { dossierOf } from './dossierGiven.ts'
import { rejects } from './verifyGiven.ts'

const anna = await dossierOf()
const trusted = { logKeys: anna.vkeys }

const refuses = async (zip: Uint8Array, code: VerifyCode): Promise<void> => {
  await assert.rejects(
    readArchive(zip),
    (error) => error instanceof VerifyError && assert.equal(error.code, code, error.message) === undefined,
  )
}
const small = (files: Record<string, string> = { 'a.txt': 'one', 'b.txt': 'two' }): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])), { level: 0 }))

/** Every occurrence of `from` becomes `to`, of the same length. */
const renamed = (zip: Buffer, from: string, to: string): Buffer => {
  assert.equal(Buffer.byteLength(to), Buffer.byteLength(from))
  return Buffer.from(zip.toString('latin1').replaceAll(from, Buffer.from(to).toString('latin1')), 'latin1')
}
/** Offsets of the directory's records. */
const records = (zip: Buffer): number[] => {
  const found: number[] = []
  for (let at = zip.indexOf('PK\u0001\u0002', 0, 'latin1'); at !== -1; at = zip.indexOf('PK\u0001\u0002', at + 1, 'latin1')) found.push(at)
  return found
}
const patched = (zip: Buffer, patch: (zip: Buffer, record: number) => void): Buffer => {
  const copy = Buffer.from(zip)
  patch(copy, records(copy)[0] ?? 0)
  return copy
}

test('a plain archive gives its files', async () => {
  const files = await readArchive(small())
  assert.deepEqual(
    [...files].map(([name, bytes]) => `${name} ${Buffer.from(bytes).toString()}`),
    ['a.txt one', 'b.txt two'],
  )
  assert.equal((await readArchive(zipSync({ 'a.txt': Buffer.alloc(5000) }))).get('a.txt')?.length, 5000)
})

test('truncated zip', async () => {
  for (const length of [anna.zip.length - 1, anna.zip.length - 22, anna.zip.length >> 1, 100])
    await rejects(anna.zip.subarray(0, length), trusted, 'ARCHIVE_TRUNCATED')
  await rejects(anna.zip.subarray(0, 3), trusted, 'NOT_AN_ARCHIVE')
  await rejects(Buffer.from('%PDF-1.7'), trusted, 'NOT_AN_ARCHIVE')
})

test('bytes before, between and behind the files', async () => {
  await refuses(Buffer.concat([small(), Buffer.from('PK')]), 'ARCHIVE_EXTRA_BYTES')
  await refuses(Buffer.concat([Buffer.from('#!/bin/sh\n'), small()]), 'ARCHIVE_EXTRA_BYTES')
  const zip = small()
  const directory = records(zip)[0] ?? 0
  const grown = Buffer.concat([zip.subarray(0, directory), Buffer.from('hidden'), zip.subarray(directory)])
  grown.writeUInt32LE(directory + 6, grown.length - 6)
  await refuses(grown, 'ARCHIVE_EXTRA_BYTES')
  // A comment of the archive, which ends it with bytes of no file.
  const commented = Buffer.concat([zip, Buffer.from('hello')])
  commented.writeUInt16LE(5, zip.length - 2)
  await refuses(commented, 'ARCHIVE_EXTRA_BYTES')
})

test('a directory of files that is not where the end of the archive says', async () => {
  const zip = small()
  const [first = 0, second = 0] = records(zip)
  const end = zip.length - 22
  // Bytes behind the last record, inside the directory and behind it.
  const inside = Buffer.concat([zip.subarray(0, end), Buffer.from('hidden'), zip.subarray(end)])
  await refuses(inside, 'ARCHIVE_EXTRA_BYTES')
  inside.writeUInt32LE(end - first + 6, inside.length - 10)
  await refuses(inside, 'ARCHIVE_EXTRA_BYTES')
  // The first file cut off, so that the archive still begins with one.
  const next = zip.readUInt32LE(second + 42)
  await refuses(zip.subarray(next), 'ARCHIVE_TRUNCATED')
  const endless = Buffer.from(zip)
  endless.writeUInt16LE(0xff_ff, end + 10)
  await refuses(endless, 'ARCHIVE_UNUSUAL')
})

describe('zip bomb', () => {
  test('by the sizes that it declares', async () => {
    await refuses(
      patched(small(), (zip, at) => zip.writeUInt32LE(archiveLimits.file + 1, at + 24)),
      'ARCHIVE_TOO_LARGE',
    )
    const many = Array.from({ length: 6 }, (_, n) => [`${n}.txt`, Buffer.alloc(1000)] as const)
    const zip = Buffer.from(zipSync(Object.fromEntries(many)))
    for (const at of records(zip)) zip.writeUInt32LE(archiveLimits.total / 5, at + 24)
    await refuses(zip, 'ARCHIVE_TOO_LARGE')
  })
  test('by the sizes that it has', async () => {
    const zip = Buffer.from(zipSync({ 'a.txt': Buffer.alloc(10_000_000) }))
    zip.writeUInt32LE(10, (records(zip)[0] ?? 0) + 24)
    zip.writeUInt32LE(10, 22)
    await refuses(zip, 'ARCHIVE_TOO_LARGE')
  })
  test('by files that share their bytes', async () => {
    const zip = patched(small(), (bytes) => {
      const [, second = 0] = records(bytes)
      bytes.writeUInt32LE(0, second + 42)
    })
    await refuses(zip, 'ARCHIVE_EXTRA_BYTES')
  })
  test('in a dossier', async () => {
    const bomb = patched(Buffer.from(anna.zip), (zip, at) => zip.writeUInt32LE(archiveLimits.file + 1, at + 24))
    await rejects(bomb, trusted, 'ARCHIVE_TOO_LARGE')
  })
})

test('path traversal', async () => {
  for (const name of [
    '../b/c.txt',
    'a/../../b',
    '/etc/passw',
    'a\\..\\..\\b',
    'C:/win.ini',
    './b/c.txt',
    'a//b/c.tx',
    'folder/b/',
    'a\u0000b/c.txt',
    'é/b.txt',
    '.hidden/b',
    '~root/b.c',
    'a b/c d.x',
  ])
    await refuses(small({ 'a.txt': 'one', [name]: 'two' }), 'ARCHIVE_PATH')
  const files = Object.fromEntries(await readArchive(anna.zip))
  await rejects(zipSync({ ...files, '../../.bashrc': Buffer.from('x') }, { level: 0 }), trusted, 'ARCHIVE_PATH')
})

test('duplicate names', async () => {
  await refuses(renamed(small(), 'b.txt', 'a.txt'), 'ARCHIVE_DUPLICATE')
  await refuses(small({ 'README.txt': 'one', 'readme.TXT': 'two' }), 'ARCHIVE_DUPLICATE')
  await refuses(small({ 'events/0': 'one', 'events/0/leaf.json': 'two' }), 'ARCHIVE_DUPLICATE')
  const twice = zipSync({ ...Object.fromEntries(await readArchive(anna.zip)), 'report.jso2': Buffer.from('{}') }, { level: 0 })
  await rejects(renamed(Buffer.from(twice), 'report.jso2', 'report.json'), trusted, 'ARCHIVE_DUPLICATE')
})

test('links, encryption, unusual methods, extra fields', async () => {
  const link = patched(small(), (zip, at) => zip.writeUInt32LE(0o120777 * 0x1_00_00, at + 38))
  await refuses(link, 'ARCHIVE_UNUSUAL')
  const encrypted = patched(small(), (zip, at) => {
    zip.writeUInt16LE(1, at + 8)
    zip.writeUInt32LE(zip.readUInt32LE(at + 20) + 12, at + 20)
  })
  await refuses(encrypted, 'ARCHIVE_UNUSUAL')
  await refuses(
    patched(small(), (zip, at) => zip.writeUInt16LE(8 /* streamed */, at + 8)),
    'ARCHIVE_UNUSUAL',
  )
  await refuses(
    patched(Buffer.from(zipSync({ a: Buffer.alloc(99) })), (zip, at) => zip.writeUInt16LE(14, at + 10)),
    'ARCHIVE_UNUSUAL',
  )
  await refuses(zipSync({ a: [Buffer.from('one'), { extra: { 0x7075: new Uint8Array(9) } }] }, { level: 0 }), 'ARCHIVE_UNUSUAL')
  await refuses(zipSync({ a: [Buffer.from('one'), { comment: 'see b' }] }, { level: 0 }), 'ARCHIVE_UNUSUAL')
})

test('two lists that do not agree, and content that is not what it was', async () => {
  await refuses(
    patched(small(), (zip) => zip.write('c', 30)),
    'ARCHIVE_DAMAGED',
  )
  await refuses(
    patched(small(), (zip) => zip.write('x', 35)),
    'ARCHIVE_DAMAGED',
  )
  await refuses(
    patched(small(), (zip, at) => zip.writeUInt32LE(7, at + 16)),
    'ARCHIVE_DAMAGED',
  )
  const torn = Buffer.from(zipSync({ a: Buffer.from('x'.repeat(999)) }))
  deflateRawSync(Buffer.alloc(0)).copy(torn, 31)
  await refuses(torn, 'ARCHIVE_DAMAGED')
})

test('dates, marks and packing, for which nobody signed', async () => {
  const dossier = Buffer.from(anna.zip)
  const marked = (at: number, mark: (zip: Buffer, record: number) => void) => {
    const copy = Buffer.from(dossier)
    mark(copy, records(dossier)[at] ?? 0)
    return rejects(copy, trusted, 'ARCHIVE_REWRITTEN')
  }
  await marked(0, (zip, at) => zip.writeUInt16LE(((2019 - 1980) << 9) | (5 << 5) | 7, at + 14))
  await marked(1, (zip, at) => zip.writeUInt32LE(0x02, at + 38))
  await marked(2, (zip, at) => zip.writeUInt8(3, at + 5))
  const files = await readArchive(dossier)
  await rejects(zipSync(Object.fromEntries(files)), trusted, 'ARCHIVE_REWRITTEN')
  await rejects(zipSync(Object.fromEntries([...files].toReversed()), { level: 0 }), trusted, 'ARCHIVE_REWRITTEN')
})

test('whatever single byte of the archive is changed: refused, or the same files', async () => {
  const zip = small({ 'a.txt': 'one', 'dir/b.txt': 'two' })
  const before = [...(await readArchive(zip))].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])
  for (let at = 0; at < zip.length; at += 1) {
    const changed = Buffer.from(zip)
    changed[at] = (changed[at] ?? 0) ^ 0x21
    const files = await readArchive(changed).catch((error: unknown) => error)
    if (files instanceof Map)
      assert.deepEqual(
        [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
        before,
        `byte ${at}`,
      )
    else assert.ok(files instanceof VerifyError, `byte ${at}: ${String(files)}`)
  }
})
