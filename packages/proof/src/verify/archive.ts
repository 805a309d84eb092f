// A dossier as bytes into its files by name. Whoever made the archive is not trusted: two readers must see the same files, and none may be hurt.
import { crc32 } from 'node:zlib'
import { fromBufferPromise, type Entry, type LocalFileHeader, type ZipFile } from 'yauzl'
import { archiveLimits } from '../dossier/zip.ts'
import { demandEnvelope, type Envelope } from './envelope.ts'
import { VerifyError } from './finding.ts'

/** The archive's own directory of files, as far as it is ours to judge before anything is unpacked. */
type Listed = { name: string; entry: Entry }

const stored = 0
const deflated = 8
/** Bits of the general purpose flag that mean nothing to a reader: strength of compression, and UTF-8 names (ours are ASCII). */
const harmlessFlags = 0b1000_0000_0110

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/

/** Names are ASCII, relative, of plain segments: neither `..` nor a drive, a backslash, a NUL or a name that another system reads otherwise. */
const nameOf = (entry: Entry): string => {
  const name = Buffer.from(entry.fileNameRaw).toString('latin1')
  if (name.length > 255 || !safeName.test(name)) throw new VerifyError('ARCHIVE_PATH', name)
  return name
}

const fileType = (entry: Entry): number => (entry.externalFileAttributes >>> 16) & 0o170000
const plainFile = 0o100000

const demandPlain = (name: string, entry: Entry): void => {
  const unusual = (what: string): VerifyError => new VerifyError('ARCHIVE_UNUSUAL', name, `This file is ${what}, which no dossier has.`)
  if (fileType(entry) !== 0 && fileType(entry) !== plainFile) throw unusual('a link or something else that is no plain file')
  if ((entry.generalPurposeBitFlag & ~harmlessFlags) !== 0) throw unusual('encrypted, streamed or marked in another unusual way')
  if (entry.extraFieldLength + entry.fileCommentLength > 0) throw unusual('listed with extra fields or a comment')
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) throw unusual('packed by an unusual method')
}

/** Names that are alike but for capitals are one name to half of the systems that unpack, and a file is no folder. */
const demandDistinct = (names: readonly string[]): void => {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw new VerifyError('ARCHIVE_DUPLICATE', name)
    seen.add(name.toLowerCase())
  }
  for (const name of seen)
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1))
      if (seen.has(name.slice(0, at))) throw new VerifyError('ARCHIVE_DUPLICATE', name, 'This name is that of a file and of a folder.')
}

const tooLarge = (where: string): VerifyError => new VerifyError('ARCHIVE_TOO_LARGE', where)

const listOf = async (zip: ZipFile, envelope: Envelope): Promise<Listed[]> => {
  const listed: Listed[] = []
  let directory = 0
  let total = 0
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry)
    demandPlain(name, entry)
    directory += 46 + entry.fileNameLength
    total += entry.uncompressedSize
    if (entry.uncompressedSize > archiveLimits.file || total > archiveLimits.total) throw tooLarge(name)
    listed.push({ name, entry })
  }
  if (directory !== envelope.directorySize) throw new VerifyError('ARCHIVE_EXTRA_BYTES', 'archive')
  demandDistinct(listed.map(({ name }) => name))
  return listed
}

const agrees = (entry: Entry, header: LocalFileHeader): boolean =>
  Buffer.compare(Buffer.from(entry.fileNameRaw), Buffer.from(header.fileName)) === 0 &&
  header.extraFieldLength === 0 &&
  header.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
  header.compressionMethod === entry.compressionMethod &&
  header.crc32 === entry.crc32 &&
  header.compressedSize === entry.compressedSize &&
  header.uncompressedSize === entry.uncompressedSize

/** A file that is listed, and the offset of its first byte. */
type Located = Listed & { start: number }

/**
 * Where each file begins. They lie one behind the other from the first byte to the directory: nothing is hidden between them, and no bytes serve two of them.
 */
const locate = async (zip: ZipFile, listed: readonly Listed[], envelope: Envelope): Promise<Located[]> => {
  const located: Located[] = []
  let next = 0
  for (const one of listed.toSorted((a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader)) {
    const { name, entry } = one
    if (entry.relativeOffsetOfLocalHeader !== next) throw new VerifyError('ARCHIVE_EXTRA_BYTES', name)
    const header = await zip.readLocalFileHeaderPromise(entry)
    if (!agrees(entry, header)) throw new VerifyError('ARCHIVE_DAMAGED', name, 'The archive lists this file in two ways that do not agree.')
    next = header.fileDataStart + entry.compressedSize
    located.push({ ...one, start: header.fileDataStart })
  }
  if (next !== envelope.directoryAt) throw new VerifyError('ARCHIVE_EXTRA_BYTES', 'archive')
  return located
}

/** The declared size bounds what is unpacked: a file that grows beyond it is given up at once. */
const inflated = async (zip: ZipFile, { name, entry }: Listed): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    const bytes: Buffer = chunk
    size += bytes.length
    if (size > entry.uncompressedSize) throw tooLarge(name)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** Files of a dossier are stored: a stream for each of a hundred thousand would take most of the time. */
const contentOf = async (zip: ZipFile, archive: Buffer, file: Located): Promise<Buffer> => {
  const { name, entry, start } = file
  const content = entry.compressionMethod === stored ? archive.subarray(start, start + entry.compressedSize) : await inflated(zip, file)
  if (content.length !== entry.uncompressedSize || crc32(content) !== entry.crc32) throw new VerifyError('ARCHIVE_DAMAGED', name)
  return content
}

/**
 * The files of a dossier by name, in the order in which they lie; stored ones are views of `bytes`. Errors (VerifyError): NOT_AN_ARCHIVE, those that begin with
 * ARCHIVE. Memory: the files, bounded by `archiveLimits`, whatever the archive says.
 */
export const readArchive = async (bytes: Uint8Array): Promise<Map<string, Uint8Array>> => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const envelope = demandEnvelope(buffer)
  let reading = 'archive'
  try {
    const zip = await fromBufferPromise(buffer, { lazyEntries: true, decodeStrings: false, validateEntrySizes: false })
    const listed = await listOf(zip, envelope)
    const located = await locate(zip, listed, envelope)
    const files = new Map<string, Uint8Array>()
    for (const one of located) {
      reading = one.name
      files.set(one.name, await contentOf(zip, buffer, one))
    }
    return files
  } catch (error) {
    if (error instanceof VerifyError) throw error
    throw new VerifyError('ARCHIVE_DAMAGED', reading, undefined, { cause: error })
  }
}
