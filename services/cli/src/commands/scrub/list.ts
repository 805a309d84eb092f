// The list that is sent: a file as it is, or one with an address a line, each made a line of NDJSON, so that both have the same numbers.
import { createReadStream } from 'node:fs'
import { LedgerError } from '@consent-ledger/domain'
import { LineSplitter, type Line } from '@consent-ledger/proof'
import type { Terminal } from '../../terminal.ts'

/** `file`: `-` for standard input. `scheme`: of every line of a file that has addresses alone. */
export type ListNamed = { file: string; scheme?: string | undefined }

/** Bytes that are sent in one piece, and of the longest line that is looked at: the ledger itself names any line above 4 KiB. */
const pieceLength = 64 * 1024

/** An empty line stays one: the numbers in the answer are those of the file. */
const asIdentifier = ({ number, bytes }: Line, scheme: string): string => {
  if (bytes === null) throw new LedgerError('INVALID_REQUEST', `Line ${number} is too long for an address: is this a list with one a line?`)
  const value = bytes.toString('utf8').trim()
  return value === '' ? '\n' : `${JSON.stringify({ scheme, value })}\n`
}

async function* asIdentifiers(pieces: AsyncIterable<Buffer>, scheme: string): AsyncGenerator<Buffer> {
  const splitter = new LineSplitter(pieceLength)
  let text = ''
  for await (const piece of pieces) {
    for (const line of splitter.push(piece)) text += asIdentifier(line, scheme)
    if (text.length < pieceLength) continue
    yield Buffer.from(text)
    text = ''
  }
  for (const line of splitter.end()) text += asIdentifier(line, scheme)
  yield Buffer.from(text)
}

async function* typed({ stdin }: Terminal): AsyncGenerator<Buffer> {
  for await (const part of stdin) yield Buffer.from(part)
}

async function* readFile(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: pieceLength })) yield piece as Buffer
  } catch (cause) {
    throw new LedgerError('INVALID_REQUEST', 'The list cannot be read: name a file, or - for standard input.', { cause })
  }
}

/** The bytes that are sent, from the first on each time; standard input only once. Errors: INVALID_REQUEST if the file cannot be read, or a line is far too long. */
export const piecesOf = ({ file, scheme }: ListNamed, terminal: Terminal): AsyncGenerator<Buffer> => {
  const pieces = file === '-' ? typed(terminal) : readFile(file)
  return scheme === undefined ? pieces : asIdentifiers(pieces, scheme)
}
