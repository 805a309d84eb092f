// A whole dossier in memory: Anna consents, a browser of hers refuses, she withdraws; the log's key changes in between. All invented, at example.org.
import {
  iso,
  subjectStream,
  type IdentifierKind,
  type JsonObject,
  type RecordedEvent,
  type SubjectEventType,
  type Writer,
  statementKeyName,
} from '@consent-ledger/domain'
import { generateKey, parseSkey, signNote, type Signer } from '@consent-ledger/tlog'
import { commitmentOf, openedFrom } from '../src/dossier/disclosures.ts'
import { buildDossier, type DossierInput } from '../src/dossier/build.ts'
import type { ReachedOpening } from '../src/dossier/format.ts'
import { heldInAll, type Issued, type Opened, type OpenedField, type OpenedIdentifier } from '../src/index.ts'
import { GivenLog } from './dossierLog.ts'
import { catalogue, day, sha256, start, stream, subjectId } from './given.ts'

export const origin = 'consent-ledger.example.org'
export const deviceId = 'fedcba9876543210fedcba9876543210'
export const witnessName = 'witness.example.org'
const uuid = (n: number): string => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`
const system: Writer = { kind: 'system', id: 'ledger', trust: 'system' }

type OpenedValue = Extract<OpenedField, { status: 'opened' }>['value']

/** By commitment: what was sealed there, so that the world can open it again. */
const sealed = new Map<string, { value: OpenedValue; salt: string }>()
const seal = (value: string, place: string): { commitment: string; sealed: string } => {
  const salt = Buffer.from(sha256(`salt of ${place}`), 'hex').toString('base64url')
  const commitment = commitmentOf(value, salt)
  sealed.set(commitment, { value, salt })
  return { commitment, sealed: 'a2V5.aXY.Y2lwaGVydGV4dA' }
}
/** What was sealed elsewhere. */
const sealedAs = ({ commitment, value, salt }: NonNullable<Scene['signals']>): JsonObject => {
  sealed.set(commitment, { value, salt })
  return { commitment, sealed: 'a2V5.aXY.Y2lwaGVydGV4dA' }
}
const identifier = (scheme: string, kind: IdentifierKind, value: string, place: string): JsonObject => ({
  scheme,
  kind,
  ...seal(value, place),
  salt: 'a2V5.aXY.c2FsdA',
})
const email = (place: string): JsonObject => identifier('email', 'account', 'anna.martin@example.org', place)
const cookie = (place: string): JsonObject => identifier('cookie', 'device', 'c-4711', place)

/** Anna's own stream: yes and no in one act, a link to her browser, its end, a withdrawal. */
const annas = (signals?: Scene['signals']): RecordedEvent[] =>
  stream(
    {
      type: 'ConsentGiven',
      act: 0,
      data: {
        identifiers: [email('anna 0'), cookie('anna 1')],
        evidence: {
          sessionId: seal('s-1', 'anna 2'),
          ip: seal('203.0.113.9', 'anna 3'),
          ...(signals ? { signals: sealedAs(signals) } : {}),
        },
      },
    },
    { type: 'ConsentRefused', act: 0, at: 0, data: { purpose: 'ads', channels: ['web'] } },
    {
      type: 'IdentityLinked',
      act: 0,
      at: 0,
      data: { controller: 'campo', linkId: uuid(70), scheme: 'cookie', kind: 'device', commitment: seal('c-4711', 'anna 1').commitment },
    },
    { type: 'IdentityUnlinked', at: day, data: { controller: 'campo', linkId: uuid(70), reason: seal('Two people share it', 'staff 0') } },
    { type: 'ConsentWithdrawn', at: 2 * day, data: { identifiers: [email('anna 4')] } },
  )

/** What her browser said while nobody knew whose it was. */
const browsers = (): RecordedEvent[] => {
  const types: SubjectEventType[] = ['ConsentRefused', 'ConsentGiven']
  const said = stream(
    ...types.map((type, n) => ({
      type,
      at: n * (day + 3_600_000),
      data: { channels: ['web'], purpose: 'ads', identifiers: [cookie(`browser ${n}`)] },
    })),
  )
  return said.map((event, n) => ({ ...event, id: uuid(80 + n), stream: subjectStream(deviceId) }))
}

const ledgerEvent = (revision: bigint, type: string, data: JsonObject): RecordedEvent => ({
  id: uuid(Number(revision) + 1),
  type,
  data,
  stream: 'ledger',
  revision,
  position: revision,
  metadata: { schemaVersion: 1, recordedAt: iso(start - 2 * day + Number(revision)), writer: system, actId: uuid(60) },
})

/** Somebody else's events, so that Anna's are not alone in the tree. */
const strangers = (from: number, count: number): RecordedEvent[] =>
  Array.from({ length: count }, (_, n) => ({
    ...ledgerEvent(BigInt(from + n), 'ConsentWithdrawn', { controller: 'campo' }),
    id: uuid(1000 + from + n),
    stream: `subject-${'0'.repeat(32)}`,
  }))

const openAll = (events: readonly RecordedEvent[], fields = true): Map<string, Opened> => {
  const openField = (commitment: string): OpenedField => {
    const found = sealed.get(commitment)
    return found && fields ? { status: 'opened', commitment, ...found } : { status: 'not-opened', commitment }
  }
  return new Map(
    [...heldInAll(events)].map(([eventId, held]) => {
      const identifiers = held.identifiers.map(({ identifier: { scheme, kind, commitment } }): OpenedIdentifier => {
        const found = sealed.get(commitment)
        return typeof found?.value === 'string'
          ? { status: 'opened', scheme, kind, eventId, commitment, value: found.value, salt: found.salt }
          : { status: 'destroyed', scheme, kind, eventId, commitment }
      })
      return [eventId, { identifiers, fields: Object.fromEntries(held.fields.map((one) => [one.name, openField(one.sealed.commitment)])) }]
    }),
  )
}

/** What `ProofIssued` noted of whom the identifiers reached, opened. */
export const reachedOpening = (value: ReachedOpening['value']): ReachedOpening => {
  const salt = Buffer.from(sha256('salt of reached'), 'hex').toString('base64url')
  return { value, salt, commitment: commitmentOf(value, salt) }
}

const signerOf = (name: string, type: 0x01 | 0x04 = 0x01): Signer => parseSkey(generateKey(name, type).skey)
export type GivenKeys = { log: Signer; nextLog: Signer; statement: Signer; witness: Signer }
export const givenKeys = (): GivenKeys => ({
  log: signerOf(origin),
  nextLog: signerOf(origin),
  statement: signerOf(statementKeyName(origin)),
  witness: signerOf(witnessName, 0x04),
})

/**
 * `witnessed`: the last head is cosigned. `rotated`: the log changes its key after Anna's first act. `published`: how many of her events lie in the tree
 * (default all 5). `strangers`: others' events between. `closed`: nothing is opened, so nobody looked for other streams.
 */
export type Scene = {
  keys?: GivenKeys
  witnessed?: boolean
  rotated?: boolean
  published?: number
  strangers?: number
  issued?: Partial<Issued>
  closed?: boolean
  /** A further field of the evidence of the first answer, opened. */
  signals?: { commitment: string; value: OpenedValue; salt: string }
}

/** Everything about one dossier: its input, the log it stands in, its keys. `vkeys`: of the log, oldest first. */
export type World = { input: DossierInput; log: GivenLog; keys: GivenKeys; vkeys: string[]; unpublished: RecordedEvent[] }

const writeLog = (scene: Scene, keys: GivenKeys, own: readonly RecordedEvent[]) => {
  const log = new GivenLog(origin)
  const ledger = [
    ledgerEvent(0n, 'LedgerCreated', { ledgerId: uuid(1), masterKeyCheck: sha256('check') }),
    ledgerEvent(1n, 'LogKeyIntroduced', { vkey: keys.log.vkey }),
    ledgerEvent(2n, 'StatementKeyIntroduced', { vkey: keys.statement.vkey }),
  ]
  log.append(...ledger, ...catalogue().history, ...strangers(0, scene.strangers ?? 3), ...own.slice(0, 3))
  log.publish(keys.log)
  const rotation = `${origin}\nlog-key-rotation v1\n${keys.nextLog.vkey}\n`
  const rotated = ledgerEvent(3n, 'LogKeyRotated', { vkey: keys.nextLog.vkey, statement: signNote(rotation, keys.log) })
  if (scene.rotated) {
    log.append(rotated)
    log.publish(keys.log)
  }
  return { log, ledger: scene.rotated ? [...ledger, rotated] : ledger, signer: scene.rotated ? keys.nextLog : keys.log }
}

/** Makes the world of a scene. */
export const worldOf = async (scene: Scene = {}): Promise<World> => {
  const keys = scene.keys ?? givenKeys()
  const all = annas(scene.signals)
  const events = all.slice(0, scene.published ?? all.length)
  const device = browsers()
  const { log, ledger, signer } = writeLog(scene, keys, events)
  log.append(...device.slice(0, 1), ...events.slice(3, 4))
  log.publish(signer)
  log.append(...strangers(500, 1), ...device.slice(1), ...events.slice(4))
  const treeHead = log.publish(signer, scene.witnessed ? { signer: keys.witness, at: start + 3 * day } : undefined)
  const catalogueEvents = catalogue().history
  const carried = scene.closed ? [] : device
  const proven = [...events, ...carried, ...catalogueEvents, ...ledger]
  const proofs = new Map(
    await Promise.all(proven.map(async (event) => [`${event.stream}@${event.revision}`, await log.proofOf(event)] as const)),
  )
  const input: DossierInput = {
    subjectId,
    controllerId: 'campo',
    issued: {
      id: uuid(4000),
      issuedAt: start + 10 * day,
      reason: 'Dispute 42, Lyon',
      role: 'legal',
      language: 'en',
      ...scene.issued,
      lastRevision: BigInt(events.length - 1),
    },
    events,
    opened: scene.closed ? openedFrom(events, new Map()) : openAll(events),
    otherStreams: scene.closed
      ? []
      : [{ stream: subjectStream(deviceId), events: device, opened: openAll(device, false), unpublished: 0, reason: 'device' }],
    catalogueEvents,
    ledgerEvents: ledger,
    otherSubjects: scene.closed ? null : { device: 1, account: 1 },
    reached: scene.closed ? null : reachedOpening({ devices: [deviceId], accounts: 1 }),
    unpublished: all.length - events.length,
    proofs,
    consistency: await log.consistency(log.size),
    treeHead,
    logVkey: signer.vkey,
    witnessed: scene.witnessed ? [{ name: witnessName, time: iso(start + 3 * day) }] : [],
    statementSigner: keys.statement,
  }
  const vkeys = scene.rotated ? [keys.log.vkey, keys.nextLog.vkey] : [keys.log.vkey]
  return { input, log, keys, vkeys, unpublished: all.slice(events.length) }
}

/** The dossier of a scene, and its world. */
export const dossierOf = async (scene: Scene = {}): Promise<World & { zip: Uint8Array }> => {
  const world = await worldOf(scene)
  return { ...world, zip: buildDossier(world.input) }
}
