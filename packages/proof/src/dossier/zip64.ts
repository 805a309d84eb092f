// The end of an archive that has more files than a plain zip can count: ZIP64 (APPNOTE.TXT 4.3.14, 4.3.15). Written by the builder, demanded by the verifier.

/** Where the directory of files lies, and how many there are. */
export type Directory = { count: number; directorySize: number; directoryAt: number }

/** This many files need it, and fewer do not have it. */
export const zip64From = 0xff_ff

const recordLength = 56
const locatorLength = 20
/** Bytes of record and locator together. */
export const zip64Length = recordLength + locatorLength
/** Version 4.5 of the format, the first that has ZIP64. */
const version = 45

/** The end record of ZIP64 and its locator, which stand behind the directory and before the plain end record. No file of a dossier needs more of ZIP64. */
export const zip64End = ({ count, directorySize, directoryAt }: Directory): Buffer => {
  const bytes = Buffer.alloc(zip64Length)
  bytes.write('PK\u0006\u0006', 0, 'latin1')
  bytes.writeBigUInt64LE(BigInt(recordLength - 12), 4)
  bytes.writeUInt16LE(version, 12)
  bytes.writeUInt16LE(version, 14)
  for (const at of [24, 32]) bytes.writeBigUInt64LE(BigInt(count), at)
  bytes.writeBigUInt64LE(BigInt(directorySize), 40)
  bytes.writeBigUInt64LE(BigInt(directoryAt), 48)
  bytes.write('PK\u0006\u0007', recordLength, 'latin1')
  bytes.writeBigUInt64LE(BigInt(directoryAt + directorySize), recordLength + 8)
  bytes.writeUInt32LE(1, recordLength + 16)
  return bytes
}

/** Whether `bytes` are exactly what `zip64End` writes for so large a directory at this place. */
export const isZip64End = (bytes: Buffer, { directorySize, directoryAt }: Omit<Directory, 'count'>): boolean => {
  if (bytes.length !== zip64Length) return false
  const count = bytes.readUInt32LE(32)
  return count >= zip64From && bytes.equals(zip64End({ count, directorySize, directoryAt }))
}
