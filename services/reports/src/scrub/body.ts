// The body of a scrub as it comes: of which type, packed or not, whole or cut short.
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LedgerError } from '@consent-ledger/domain'
import type { Unpacking } from './bounds.ts'

export const mediaTypes: readonly string[] = ['application/x-ndjson', 'application/jsonl']
const packings: readonly string[] = ['gzip', 'x-gzip']

/** Bytes that are unpacked at once. */
const chunkSize = 64 * 1024

const wordOf = (header: string | undefined): string => (header ?? '').split(';', 1).join('').trim().toLowerCase()

/** Refuses a body that cannot be read as lines before any of it is. Errors: UNSUPPORTED_MEDIA_TYPE. */
export const demandLines = ({ headers }: Pick<IncomingMessage, 'headers'>): { packed: boolean } => {
  if (!mediaTypes.includes(wordOf(headers['content-type'])))
    throw new LedgerError('UNSUPPORTED_MEDIA_TYPE', 'Send one { "scheme", "value" } a line, as application/x-ndjson.')
  const packing = wordOf(headers['content-encoding'])
  if (packing !== '' && packing !== 'identity' && !packings.includes(packing))
    throw new LedgerError('UNSUPPORTED_MEDIA_TYPE', 'No other Content-Encoding than gzip is read.')
  return { packed: packings.includes(packing) }
}

const broken = (cause?: unknown): LedgerError =>
  new LedgerError('UNREADABLE_BODY', 'The body does not come whole, or its gzip is broken.', { cause })

/** A reader that gives up says so over the connection, which must be there still. */
const keepConnection = { destroyOnReturn: false }

/** What unpacks to far more than came is made to fill disks. Errors: TOO_LARGE. */
const demandList = (came: number, unpackedTo: number, { ratio, unchecked }: Unpacking): void => {
  if (unpackedTo > unchecked && unpackedTo > ratio * came)
    throw new LedgerError('TOO_LARGE', 'The list unpacks to more than a list of addresses does.')
}

async function* unpacked(request: IncomingMessage, bounds: Unpacking): AsyncGenerator<Buffer, void, undefined> {
  let [length, unpackedTo] = [0, 0]
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of request.iterator(keepConnection)) {
      length += piece.length
      yield piece
    }
  }
  const gunzip = createGunzip({ chunkSize })
  for await (const piece of pipeline(counted, gunzip, () => {}).iterator(keepConnection)) {
    unpackedTo += (piece as Buffer).length
    demandList(length, unpackedTo, bounds)
    yield piece as Buffer
  }
  // Behind the end of a packed stream zeros are padding to zlib, and whatever stands behind them is passed over.
  if (gunzip.bytesWritten !== length) throw broken()
}

/** The pieces of the body, unpacked. Errors: UNREADABLE_BODY where it ends before its end: what came of it is no whole list; TOO_LARGE. */
export async function* piecesOf(
  request: IncomingMessage,
  { packed }: { packed: boolean },
  bounds: Unpacking,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* packed ? unpacked(request, bounds) : request.iterator(keepConnection)
  } catch (error) {
    throw error instanceof LedgerError ? error : broken(error)
  }
}
