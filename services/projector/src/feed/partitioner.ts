// Which partition a key belongs to: the same as Kafka's own clients choose for it, so that a record sent by any of them lies where ours do.

const seed = 0x9747b28c
const mixing = 0x5bd1e995

const mixed = (word: number): number => {
  const once = Math.imul(word, mixing)
  return Math.imul(once ^ (once >>> 24), mixing)
}

/** MurmurHash2, 32 bit, as Apache Kafka's clients compute it over the bytes of a key (`org.apache.kafka.common.utils.Utils.murmur2`). */
const murmur2 = (bytes: Buffer): number => {
  const whole = bytes.length & ~3
  let hash = seed ^ bytes.length
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, mixing) ^ mixed(bytes.readInt32LE(at))
  const rest = bytes.length - whole
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(whole, rest), mixing)
  hash = Math.imul(hash ^ (hash >>> 13), mixing)
  return hash ^ (hash >>> 15)
}

/** The partition of a key (UTF-8) among `partitions` of them, from 0. The same key has the same one for as long as their number stays. */
export const partitionOf = (key: string, partitions: number): number => (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions
