// Which lines of a list say something.
import type { Line } from '@consent-ledger/proof'

/** Bytes; the longest identifier with every character escaped is shorter. */
export const longestLine = 4096

const blanks: ReadonlySet<number> = new Set([0x09, 0x0d, 0x20])

/** All but the empty ones, which still count: numbers are those of the file. */
export const saying = (lines: readonly Line[]): Line[] =>
  lines.filter(({ bytes }) => bytes === null || !bytes.every((byte) => blanks.has(byte)))
