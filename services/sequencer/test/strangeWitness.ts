// For witnesses.test.ts: addresses that answer as no witness should, and a tree head to ask them about.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import {
  consistencyProof,
  cosign,
  formatTreeHead,
  generateKey,
  type HashReader,
  leafHash,
  openFrontier,
  parseAddCheckpoint,
  parseNote,
  parsePolicy,
  parseSkey,
  type Signer,
  signNote,
} from '@consent-ledger/tlog'
import { openWitnesses, type Asked } from '../src/witnesses.ts'

const logKey = parseSkey(generateKey('log.example.org/42').skey)
const hashes = Array.from({ length: 200 }, (_, n) => leafHash(Buffer.from(String(n))))
const reader: HashReader = { tile: async ({ width }) => Buffer.concat(hashes.slice(0, width)) }

/** The head of the first `size` leaves of a log, and how many proofs were asked for. */
export const headOf = async (size: bigint): Promise<Asked & { proofs: bigint[] }> => {
  const root = (await openFrontier(reader, size)).root()
  const proofs: bigint[] = []
  const consistency: Asked['consistency'] = (from) => {
    proofs.push(from)
    return consistencyProof(reader, { from, to: size })
  }
  return { note: signNote(formatTreeHead({ origin: 'log.example.org/42', size, root }), logKey), size, consistency, proofs }
}

export const witnessKey = (n = 1): Signer => parseSkey(generateKey(`witness.example.org/${n}`, 0x04).skey)

/** Answers, and remembers which sizes it was asked from, and what it was asked to show. */
export type Strange = { url: string; asked: bigint[]; shown: string[] }
export type Manner = (request: { old: bigint; text: string; raw: IncomingMessage }, reply: Parameters<RequestListener>[1]) => void

/** An address on this machine until the test ends. `held`: what it serves as the last head that it cosigned; null: nothing. */
export const address = async (t: TestContext, manner: Manner, held: () => string | null = () => null): Promise<Strange> => {
  const asked: bigint[] = []
  const shown: string[] = []
  const server = createServer((raw, reply) => {
    if (raw.method === 'GET') {
      shown.push(raw.url ?? '')
      reply.writeHead(held() === null ? 404 : 200).end(held())
      return
    }
    const answer = async (): Promise<void> => {
      const { old, note } = parseAddCheckpoint((await buffer(raw)).toString('utf8'))
      asked.push(old)
      manner({ old, text: parseNote(note).text, raw }, reply)
    }
    answer().catch((fault: unknown) => reply.destroy(fault instanceof Error ? fault : undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => (server.closeAllConnections(), server.close()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, shown }
}

/** An address where nobody listens any more. */
export const deadAddress = async (): Promise<string> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** Cosigns whatever it is asked. */
export const obliging =
  (key: Signer): Manner =>
  ({ text }, reply) =>
    reply.end(cosign(key, text, 1_795_000_000n))

/** Witnesses of these keys and addresses, `quorum` of them enough. `now.ms` is how much time has passed. */
export const witnessesOf = (known: { key: Signer; url?: string }[], quorum: number) => {
  const lines = known.map(({ key, url = '' }, n) => `witness w${n} ${key.vkey} ${url}`)
  const group = `group enough ${quorum} ${known.map((_, n) => `w${n}`).join(' ')}`
  const now = { ms: 0 }
  const policy = parsePolicy([...lines, group, 'quorum enough', ''].join('\n'))
  return { now, witnesses: openWitnesses({ policy, elapsed: () => now.ms }) }
}
