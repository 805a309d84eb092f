// The outermost bytes of an archive: where its directory of files begins and that nothing follows its end. Checked before any other reading.
import { isZip64End, zip64From, zip64Length } from '../dossier/zip64.ts'
import { VerifyError } from './finding.ts'

/** `directoryAt`: offset of the central directory; `directorySize`: its bytes, up to the end records. */
export type Envelope = { directoryAt: number; directorySize: number }

const localHeader = Buffer.from('PK\u0003\u0004', 'latin1')
const endRecord = Buffer.from('PK\u0005\u0006', 'latin1')
const endLength = 22

/**
 * Demands an archive that starts with a file and ends with its end record (APPNOTE.TXT 4.3.16), without comment, and with the end of ZIP64 before it exactly where
 * there are too many files for the plain one. Errors: NOT_AN_ARCHIVE, ARCHIVE_TRUNCATED, ARCHIVE_EXTRA_BYTES, ARCHIVE_UNUSUAL.
 */
export const demandEnvelope = (archive: Buffer): Envelope => {
  const at = archive.lastIndexOf(endRecord)
  const starts = archive.indexOf(localHeader)
  if (starts === -1 && at === -1) throw new VerifyError('NOT_AN_ARCHIVE', 'archive')
  if (at === -1 || at + endLength > archive.length) throw new VerifyError('ARCHIVE_TRUNCATED', 'archive')
  if (at + endLength < archive.length || starts !== 0) throw new VerifyError('ARCHIVE_EXTRA_BYTES', 'archive')
  const directorySize = archive.readUInt32LE(at + 12)
  const directoryAt = archive.readUInt32LE(at + 16)
  const many = archive.readUInt16LE(at + 10) === zip64From
  const end = many ? at - zip64Length : at
  if (directoryAt === 0xff_ff_ff_ff) throw new VerifyError('ARCHIVE_UNUSUAL', 'archive')
  if (many && !isZip64End(archive.subarray(Math.max(end, 0), at), { directorySize, directoryAt }))
    throw new VerifyError('ARCHIVE_UNUSUAL', 'archive')
  if (directoryAt + directorySize > end) throw new VerifyError('ARCHIVE_TRUNCATED', 'archive', 'The front of the archive is missing.')
  if (directoryAt + directorySize < end) throw new VerifyError('ARCHIVE_EXTRA_BYTES', 'archive')
  return { directoryAt, directorySize }
}
