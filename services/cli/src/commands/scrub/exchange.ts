// The list on its way out and the answers on their way in, both at once and packed: neither is ever whole in memory.
import { once } from 'node:events'
import { Agent, request as overHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as overHttps } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { LedgerError } from '@consent-ledger/domain'
import { problemIn, type Ledger } from '../../client.ts'
import { operatorKey } from '../../keyFile.ts'

/**
 * The connection is asked to stay: a ledger that refuses before the list is all sent would else close it on what still comes, and the refusal were lost with it.
 * `end` closes it.
 */
const begin = (url: URL, key: string): { asked: ClientRequest; end: () => void } => {
  const isSecure = url.protocol === 'https:'
  const agent = new (isSecure ? TlsAgent : Agent)({ keepAlive: true })
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/x-ndjson',
    'content-encoding': 'gzip',
    accept: 'application/x-ndjson, application/problem+json',
    'accept-encoding': 'gzip',
  }
  const asked = (isSecure ? overHttps : overHttp)(url, { method: 'POST', agent, headers })
  const end = (): void => {
    asked.destroy()
    agent.destroy()
  }
  return { asked, end }
}

const textOf = async (answer: Readable): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

const refusalIn = async (answer: IncomingMessage): Promise<Error> => {
  const text = await textOf(answer).catch(() => '')
  try {
    return problemIn(answer.statusCode ?? 0, JSON.parse(text))
  } catch {
    return problemIn(answer.statusCode ?? 0, null)
  }
}

/** Of two streams in a line the last one fails with the first, and is heard of there. */
const unpacked = (answer: IncomingMessage): Readable =>
  answer.headers['content-encoding'] === 'gzip' ? pipeline(answer, createGunzip(), () => {}) : answer

const cut = (cause: unknown): LedgerError =>
  new LedgerError('NOT_READY', 'The answer was cut off: what came of it is not whole, and nothing of it is kept. Send the list again.', {
    cause,
  })

async function* wholeAnswer(answer: IncomingMessage, sendingFailed: () => unknown): AsyncGenerator<Buffer> {
  try {
    for await (const piece of unpacked(answer)) yield piece as Buffer
  } catch (cause) {
    throw sendingFailed() ?? cut(cause)
  }
}

/**
 * Sends `list` and answers with the bytes that come back, which begin while the list is still being sent. Errors: Refused, NOT_READY (nobody there, or the answer was cut
 * off), SETTING_INVALID, and those of `list`. Once `told` is aborted the connection is closed: a ledger of the command's own could not end while it sends.
 */
export const exchange = async (
  ledger: Ledger,
  path: string,
  list: AsyncIterable<Buffer>,
  told: AbortSignal,
): Promise<{ answer: AsyncIterable<Buffer>; end: () => void }> => {
  const { asked, end } = begin(new URL(ledger.url + path), await operatorKey(ledger.keys, ['marketing', 'dpo', 'legal', 'auditor']))
  told.addEventListener('abort', end)
  let failed: unknown
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>
  pipeline(list, createGzip(), asked, (error) => {
    if (error instanceof LedgerError) failed = error
  })
  const [answer] = await answered.catch((cause: unknown) => {
    end()
    throw failed ?? new LedgerError('NOT_READY', `The ledger at ${ledger.url} stopped answering.`, { cause })
  })
  if (answer.statusCode === 200) return { answer: wholeAnswer(answer, () => failed), end }
  const refusal = await refusalIn(answer)
  end()
  throw refusal
}
