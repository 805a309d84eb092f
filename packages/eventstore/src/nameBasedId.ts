// Ids of events: UUID version 5, so that the same act makes the same ids wherever and whenever it is tried again.
import { hash as digest } from 'node:crypto'

/** UUIDv5 (RFC 9562 §5.5): SHA-1 over the 16 bytes of `namespace` and the UTF-8 of `name`. `namespace`: a UUID in text; answer in lower case. */
export const nameBasedId = (namespace: string, name: string): string => {
  const named = Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(name, 'utf8')])
  const hash = digest('sha1', named, 'buffer').subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
