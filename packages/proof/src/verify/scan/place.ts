// Where the event of a leaf belongs, from the end of its bytes: a scan of ten million leaves cannot parse them all.

/** RFC 8785 sorts members by name, so that every leaf ends with these four. */
const ending = /"revision":"(?<revision>0|[1-9]\d{0,18})","stream":"(?<stream>[a-z][a-z0-9-]{0,127})","type":"[A-Z][A-Za-z]{0,62}","v":1\}$/

const longestEnding = 320

/** Stream and revision that a leaf names; null for what is no leaf. */
export const placeInLeaf = (entry: Uint8Array): { stream: string; revision: bigint } | null => {
  const end = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).subarray(-longestEnding).toString('latin1')
  const { stream, revision } = ending.exec(end)?.groups ?? {}
  return stream === undefined || revision === undefined ? null : { stream, revision: BigInt(revision) }
}
