// The outermost bytes of an archive: where its directory of files begins and that nothing follows its end. Checked before any other reading.
import { VerifyError } from './finding.ts'

/** `directoryAt`: offset of the central directory; `directorySize`: its bytes, up to the end record. */
export type Envelope = { directoryAt: number; directorySize: number }

const localHeader = Buffer.from('PK\u0003\u0004', 'latin1')
const endRecord = Buffer.from('PK\u0005\u0006', 'latin1')
const endLength = 22

/**
 * Demands an archive that starts with a file and ends with its end record (APPNOTE.TXT 4.3.16), without comment, without ZIP64 (a dossier needs
 * neither). Errors: NOT_AN_ARCHIVE, ARCHIVE_TRUNCATED, ARCHIVE_EXTRA_BYTES, ARCHIVE_UNUSUAL.
 */
export const demandEnvelope = (archive: Buffer): Envelope => {
  const at = archive.lastIndexOf(endRecord)
  const starts = archive.indexOf(localHeader)
  if (starts === -1 && at === -1) throw new VerifyError('NOT_AN_ARCHIVE', 'archive')
  if (at === -1 || at + endLength > archive.length) throw new VerifyError('ARCHIVE_TRUNCATED', 'archive')
  if (at + endLength < archive.length || starts !== 0) throw new VerifyError('ARCHIVE_EXTRA_BYTES', 'archive')
  const directorySize = archive.readUInt32LE(at + 12)
  const directoryAt = archive.readUInt32LE(at + 16)
  if (archive.readUInt16LE(at + 10) === 0xff_ff || directoryAt === 0xff_ff_ff_ff) throw new VerifyError('ARCHIVE_UNUSUAL', 'archive')
  if (directoryAt + directorySize > at) throw new VerifyError('ARCHIVE_TRUNCATED', 'archive', 'The front of the archive is missing.')
  if (directoryAt + directorySize < at) throw new VerifyError('ARCHIVE_EXTRA_BYTES', 'archive')
  return { directoryAt, directorySize }
}
