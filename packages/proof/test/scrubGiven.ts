// A scrub of three addresses: what went in, what came out, and the proof that the log gives of it; with every key that a forger may have.
import {
  formatScrubToken,
  iso,
  leafBytes,
  statementKeyName,
  type JsonObject,
  type RecordedEvent,
  type ScrubToken,
} from '@consent-ledger/domain'
import { generateKey, parseSkey, signNote, type Signer } from '@consent-ledger/tlog'
import { saltedHash, type ProvenEvent, type ScrubEnd, type ScrubProof } from '../src/index.ts'
import type { ScrubGiven } from '../src/verify/index.ts'
import { givenKeys, origin, type GivenKeys } from './dossierGiven.ts'
import { GivenLog } from './dossierLog.ts'
import { day, start, subjectId } from './given.ts'
import { ledgerOf } from './verifyWorld.ts'

export const otherId = 'fedcba9876543210fedcba9876543210'
const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
export const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const lines = (values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

export const addresses = lines([
  { scheme: 'email', value: 'anna.martin@example.org' },
  { scheme: 'email', value: 'nobody@example.org' },
  { scheme: 'email', value: 'bruno@example.org' },
]).replace('\n', '\nnot an address\n')

export const verdicts = lines([
  { line: 1, subjectId, allowed: true, reason: 'CONSENT_GIVEN', until: iso(start + 300 * day) },
  { line: 2, error: { code: 'UNREADABLE_BODY', pointer: '', rule: 'json' } },
  { line: 3, subjectId: null, allowed: false, reason: 'UNKNOWN_SUBJECT', until: null },
  { line: 4, subjectId: otherId, allowed: false, reason: 'OBJECTED', until: null },
])

/** `stolen`: a key of the right name that the log never named. */
export type ScrubWorld = {
  keys: GivenKeys
  stolen: Signer
  log: GivenLog
  event: RecordedEvent
  said: ScrubToken
  end: ScrubEnd
  proof: ScrubProof
  treeHead: string
}

const eventOf = (n: number, said: Omit<ScrubToken, 'revision'>, cutOff = false): RecordedEvent => {
  const { scrubId, purpose, channel, count, allowed, inputSha256, outputSha256, asOf, cursor, recipient } = said
  const data: JsonObject = { scrubId, operator: uuid(77), purpose, channel, count, allowed, inputSha256, outputSha256, asOf, cursor }
  return {
    id: uuid(2000 + n),
    type: 'ScrubPerformed',
    data: { ...data, ...(recipient === null ? {} : { recipient }), ...(cutOff ? { cutOff } : {}) },
    stream: `controller-${said.controllerId}`,
    revision: BigInt(n),
    position: BigInt(100 + n),
    metadata: {
      schemaVersion: 1,
      recordedAt: said.recordedAt,
      writer: { kind: 'operator', id: uuid(77), trust: 'operator' },
      actId: said.scrubId,
    },
  }
}

/** An event as the proof of a scrub carries it. */
export const provenEvent = async (log: GivenLog, event: RecordedEvent): Promise<ProvenEvent> => {
  const { id, type, stream, revision } = event
  const proof = await log.proofOf(event)
  const leaf = Buffer.from(leafBytes(event)).toString('utf8')
  return { id, type, stream, revision: `${revision}`, leaf, leafIndex: /^index (\d+)$/m.exec(proof)?.[1] ?? '', proof }
}

/** `over`: what the event and the token say otherwise. `signer`: of the token. `witnessAt`: a witness cosigned the head then. `cutOff`: the event says so. */
export const scrubbed = async (
  over: Partial<ScrubToken> = {},
  {
    signer,
    witnessAt,
    cutOff,
  }: { cutOff?: boolean; signer?: (world: { keys: GivenKeys; stolen: Signer }) => Signer; witnessAt?: number } = {},
): Promise<ScrubWorld> => {
  const keys = givenKeys()
  const stolen = parseSkey(generateKey(statementKeyName(origin)).skey)
  const nonce = '5a'.repeat(32)
  const plain = {
    origin,
    scrubId: uuid(9000),
    recordedAt: iso(start + day),
    controllerId: 'campo',
    purpose: 'news',
    channel: 'email' as const,
    recipient: 'mailer',
    count: 4,
    allowed: 1,
    inputSha256: saltedHash(nonce).update(addresses).digest('hex'),
    outputSha256: saltedHash(nonce).update(verdicts).digest('hex'),
    asOf: iso(start + day - 2000),
    cursor: '1.42',
    ...over,
  }
  const events = [eventOf(0, { ...plain, scrubId: uuid(9001), count: 7 }), eventOf(1, plain, cutOff)]
  const log = new GivenLog(origin)
  const ledger = ledgerOf(keys)
  log.append(...ledger)
  log.publish(keys.log)
  log.append(...events)
  const treeHead = log.publish(keys.log, witnessAt === undefined ? undefined : { signer: keys.witness, at: witnessAt })
  const [event] = events.slice(1)
  if (event === undefined) throw new Error('a scrub is recorded')
  const said = { ...plain, revision: event.revision }
  const token = signNote(formatScrubToken(said), signer?.({ keys, stolen }) ?? keys.statement)
  const { scrubId: id, count, inputSha256, outputSha256, asOf, cursor } = said
  const end: ScrubEnd = { id, token, nonce, count, inputSha256, outputSha256, asOf, lagMs: 2000, cursor }
  const naming = ledger.filter(({ type }) => type.includes('Key'))
  const from = [...(await log.consistency(log.size))].map(([size, proof]) => [`${size}`, proof.map((hash) => Buffer.from(hash).toString('base64'))] as const) // prettier-ignore
  const proof: ScrubProof = {
    scrubId: id,
    events: [await provenEvent(log, event), ...(await Promise.all(naming.map((one) => provenEvent(log, one))))],
    treeHead,
    consistency: { from: Object.fromEntries(from) },
  }
  return { keys, stolen, log, event, said, end, proof, treeHead }
}

/** The files as they lie before the expert, in pieces of seven bytes. */
export const filesOf = (
  { end, proof }: Pick<ScrubWorld, 'end' | 'proof'>,
  { output = verdicts + lines([end]), input = addresses }: { output?: string; input?: string | null } = {},
): ScrubGiven => {
  const pieces = (text: string) =>
    async function* (): AsyncGenerator<Uint8Array> {
      const bytes = utf8(text)
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
    }
  return { proof: utf8(JSON.stringify(proof)), output: pieces(output), input: input === null ? undefined : pieces(input) }
}
