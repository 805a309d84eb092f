// The few ways in which the formats write bytes and numbers: one spelling each, every other is refused.

/** Sizes and indices are below 2^63, as in C2SP's other implementations. */
const bound = 1n << 63n

/** The number, or null: decimal, no sign, no leading zero, below 2^63. */
export const parseDecimal = (text: string): bigint | null => {
  const number = /^(?:0|[1-9]\d{0,18})$/.test(text) ? BigInt(text) : bound
  return number < bound ? number : null
}

/** Whether one of its characters is below U+0020 and not among those allowed. */
export const hasControl = (text: string, allowed: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20 && !allowed.includes(text.charAt(at))) return true
  return false
}

/** Standard base64 with padding. RFC 4648 §4. */
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')

/** The bytes, or null: padded, no other characters, and no bits set behind the last byte. */
export const fromBase64 = (text: string): Uint8Array | null => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : null
}
