// What the bytes of a leaf say of its place, without reading all of them.

/** Where an event stands in the store. */
export type LeafPlace = { stream: string; revision: bigint; type: string }

/** RFC 8785 puts `revision`, `stream`, `type` and `v` last, and none of their values needs an escape. */
const end =
  /"revision":"(?<revision>0|[1-9]\d{0,18})","stream":"(?<stream>[A-Za-z0-9$_-]{1,200})","type":"(?<type>[A-Za-z0-9]{1,100})","v":1\}$/
const longestEnd = 400

/** Place of the event whose leaf this is (`leafBytes` of the domain); null if these are no such bytes. */
export const placeInLeaf = (entry: Uint8Array): LeafPlace | null => {
  const tail = entry.length > longestEnd ? entry.subarray(-longestEnd) : entry
  const found = end.exec(Buffer.from(tail.buffer, tail.byteOffset, tail.length).toString('latin1'))?.groups
  if (found === undefined) return null
  const { revision = '', stream = '', type = '' } = found
  return { stream, revision: BigInt(revision), type }
}
