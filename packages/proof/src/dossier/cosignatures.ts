// Who else signed a tree head, read from the note alone: what witnesses say of themselves, not yet believed.
import { iso } from '@consent-ledger/domain'
import type { Cosignature } from './report.ts'

/** C2SP tlog-cosignature: 4 bytes of key id, 8 of POSIX seconds, 64 of the signature. */
const cosignatureSize = 76

/**
 * The cosignatures of a signed note by their form, in its order, whoever made them: without the witnesses' keys nobody can tell a true one. A verifier with a
 * policy checks them; the report says only that they are there.
 */
export const cosignaturesIn = (note: string): Cosignature[] =>
  note.split('\n').flatMap((line) => {
    const [, name = '', encoded = ''] = /^— (\S+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length !== cosignatureSize) return []
    const at = Number(bytes.readBigUInt64BE(4)) * 1000
    return at <= 8.64e15 ? [{ name, time: iso(at) }] : []
  })

/**
 * The cosignatures of a head as a report tells them. `verified`: those that somebody checked with a witness's key; only what the head bears of them counts.
 * `unchecked`: the names of all other lines, in the head's order.
 */
export const judgedCosignatures = (
  note: string,
  verified: readonly Cosignature[],
): { cosignatures: Cosignature[]; unchecked: string[] } => {
  const left = [...verified]
  const judged = cosignaturesIn(note).map((one) => {
    const at = left.findIndex(({ name, time }) => name === one.name && time === one.time)
    if (at !== -1) left.splice(at, 1)
    return { one, holds: at !== -1 }
  })
  return {
    cosignatures: judged.flatMap(({ one, holds }) => (holds ? [one] : [])),
    unchecked: judged.flatMap(({ one, holds }) => (holds ? [] : [one.name])),
  }
}
