// Dossiers of a controller with a long history: more files than a plain zip can count, read by us, by Python and by unzip alike.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { zipOf } from '../src/dossier/zip.ts'
import { readArchive } from '../src/verify/archive.ts'
import type { VerifyCode } from '../src/verify/codes.ts'
import { VerifyError } from '../src/verify/finding.ts'

const filesOf = (count: number): Map<string, Uint8Array> =>
  new Map(Array.from({ length: count }, (_, n) => [`catalogue/${n}/leaf.json`, Buffer.from(`{"revision":"${n}"}`)]))
const refuses = async (zip: Uint8Array, code: VerifyCode): Promise<void> => {
  await assert.rejects(readArchive(zip), (error) => error instanceof VerifyError && error.code === code)
}
const recordLength = 56
const locatorLength = 20
const endLength = 22

describe('more files than 65,534', () => {
  const directory = mkdtempSync(join(tmpdir(), 'archive-'))
  after(() => rmSync(directory, { recursive: true }))
  const files = filesOf(70_000)
  const zip = Buffer.from(zipOf(files))
  const record = zip.length - endLength - locatorLength - recordLength
  const changed = (change: (zip: Buffer) => void): Buffer => {
    const copy = Buffer.from(zip)
    change(copy)
    return copy
  }

  test('given 70,000 files, when they are packed and read, then each is there', async () => {
    const read = await readArchive(zip)
    assert.equal(read.size, 70_000)
    assert.deepEqual([...read].at(-1), [...files].sort(([a], [b]) => (a < b ? -1 : 1)).at(-1))
  })

  test("given 70,000 files, when Python's zipfile and unzip read them, then they find as many and no fault", () => {
    const file = join(directory, 'dossier.zip')
    writeFileSync(file, zip)
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(len(z.namelist()), z.testzip(), z.read("catalogue/69999/leaf.json").decode())'
    assert.equal(spawnSync('python3', ['-c', script, file], { encoding: 'utf8' }).stdout, '70000 None {"revision":"69999"}\n')
    const unzip = spawnSync('unzip', ['-tqq', file], { encoding: 'utf8' })
    // Not everybody has unzip; where it is, it must agree.
    if (unzip.error === undefined) assert.deepEqual([unzip.status, unzip.stdout], [0, ''])
  })

  test('given 65,534 files and one more, then only the latter has the larger end', () => {
    const plain = zipOf(filesOf(65_534))
    const larger = zipOf(filesOf(65_535))
    assert.equal(Buffer.from(plain).includes('PK\u0006\u0006', 0, 'latin1'), false)
    assert.equal(Buffer.from(larger).includes('PK\u0006\u0006', 0, 'latin1'), true)
  })

  test('given an end that counts otherwise, lies elsewhere or hides bytes, then it is refused', async () => {
    for (const count of [69_999n, 70_001n])
      await assert.rejects(
        readArchive(
          changed((bytes) => {
            bytes.writeBigUInt64LE(count, record + 24)
            bytes.writeBigUInt64LE(count, record + 32)
          }),
        ),
        VerifyError,
      )
    await refuses(
      changed((bytes) => bytes.writeBigUInt64LE(69_999n, record + 24)),
      'ARCHIVE_UNUSUAL',
    )
    await refuses(
      changed((bytes) => bytes.writeUInt32LE(1, record + 16)),
      'ARCHIVE_UNUSUAL',
    )
    await refuses(
      changed((bytes) => bytes.writeBigUInt64LE(0n, record + recordLength + 8)),
      'ARCHIVE_UNUSUAL',
    )
    await refuses(
      changed((bytes) => bytes.writeBigUInt64LE(7n, record + 48)),
      'ARCHIVE_UNUSUAL',
    )
    const behind = record + recordLength
    await refuses(Buffer.concat([zip.subarray(0, record), Buffer.from('hidden'), zip.subarray(record)]), 'ARCHIVE_EXTRA_BYTES')
    await refuses(Buffer.concat([zip.subarray(0, behind), Buffer.from('hidden'), zip.subarray(behind)]), 'ARCHIVE_UNUSUAL')
    await refuses(Buffer.concat([zip.subarray(0, record), zip.subarray(-endLength)]), 'ARCHIVE_UNUSUAL')
  })

  test('given few files under the larger end, then it is refused: there is one way to pack them', async () => {
    const small = Buffer.from(zipOf(filesOf(3)))
    const at = small.length - endLength
    const larger = Buffer.concat([small.subarray(0, at), zip.subarray(record)])
    const [directorySize, directoryAt] = [small.readUInt32LE(at + 12), small.readUInt32LE(at + 16)]
    for (const place of [24, 32]) larger.writeBigUInt64LE(3n, at + place)
    larger.writeBigUInt64LE(BigInt(directorySize), at + 40)
    larger.writeBigUInt64LE(BigInt(directoryAt), at + 48)
    larger.writeBigUInt64LE(BigInt(at), at + recordLength + 8)
    larger.writeUInt32LE(directorySize, larger.length - 10)
    larger.writeUInt32LE(directoryAt, larger.length - 6)
    await refuses(larger, 'ARCHIVE_UNUSUAL')
  })
})
