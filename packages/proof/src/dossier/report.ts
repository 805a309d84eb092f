// The report of a dossier: the proof, the log it stands in, what is carried, what is missing and why, and the verdict at each date asked. Builder and verifier make it alike.
import { z } from 'zod'
import {
  catalogueKnownAt,
  controllerStream,
  evolveCatalogue,
  evolveSubject,
  initialCatalogue,
  initialSubject,
  Instant,
  iso,
  LedgerError,
  ledgerStream,
  ms,
  ObjectionRow,
  StateRow,
  subjectStream,
  subjectView,
  type Catalogue,
  type RecordedEvent,
  otherReasons,
} from '@consent-ledger/domain'
import { buildProof, type Issued } from '../build.ts'
import type { Opened } from '../opened.ts'
import { Proof, Step, type OtherSubjects } from '../proof.ts'
import { timelineOf } from '../report/timeline.ts'
import { missingOf } from './missing.ts'

const Size = z.string().regex(/^(0|[1-9]\d*)$/)

/** `name`: of a witness, as in its line of the tree head; `time`: when it says to have seen that tree. */
const Cosignature = z.strictObject({ name: z.string(), time: Instant })
export type Cosignature = z.infer<typeof Cosignature>

export const DossierReport = z.strictObject({
  v: z.literal(1),
  proof: Proof,
  /**
   * `root`: base64. `vkey`: of whoever signed the head of `size`. `cosignatures`: those that the issuer verified, by its own policy of witnesses. `unchecked`: names
   * in whose name the head bears further lines, which the issuer could not verify. `independentTime`: there is a verified one.
   */
  log: z.strictObject({
    origin: z.string(),
    vkey: z.string(),
    size: Size,
    root: z.string(),
    cosignatures: z.array(Cosignature),
    unchecked: z.array(z.string()),
    independentTime: z.boolean(),
  }),
  /**
   * Streams carried whole. `own` comes first, its time line is the proof's; `device`: an identifier of the person's reached it. `unpublished`: its events that
   * were recorded when the proof was issued and are not below the tree head.
   */
  streams: z.array(
    z.strictObject({
      stream: z.string(),
      lastRevision: Size,
      unpublished: z.int().min(0),
      reason: z.enum(['own', 'device']),
      timeline: z.array(Step),
    }),
  ),
  /** The controller's stream and the ledger's own, carried whole: what the catalogue and the keys of the log follow from. */
  catalogue: z.strictObject({ stream: z.string(), lastRevision: Size }),
  ledger: z.strictObject({ stream: z.string(), lastRevision: Size }),
  /** Streams not carried. `count` is null where nobody looked. */
  others: z.array(z.strictObject({ count: z.int().nullable(), reason: z.enum(otherReasons) })),
  /** Over all streams. */
  unpublished: z.int().min(0),
  missing: z.array(z.strictObject({ code: z.string(), what: z.string(), why: z.string() })),
  /** At each date that the question named, and at `issuedAt`, as known at `issuedAt`. */
  verdicts: z.array(z.strictObject({ at: Instant, states: z.array(StateRow), objections: z.array(ObjectionRow) })),
})
export type DossierReport = z.infer<typeof DossierReport>

/** A stream that an identifier of the person's reached, whole up to the tree of the dossier. `unpublished`: its events behind that when the proof was issued. */
export type CarriedStream = {
  stream: string
  events: readonly RecordedEvent[]
  opened: ReadonlyMap<string, Opened>
  unpublished: number
  reason: 'device'
}

/** What the tree head of the dossier says. `root`: base64. */
export type ReportedLog = Omit<DossierReport['log'], 'independentTime'>

/**
 * Everything that a report follows from. `events`: the person's own, from revision 0, all below the tree; `catalogueEvents` and `ledgerEvents`: the same of the
 * controller's stream and of `ledger`. `issued.lastRevision`: of the last of `events`. `otherSubjects`: as counted when the proof was issued; of the devices
 * among them those that are not in `otherStreams` have nothing below the tree. `unpublished`: of the person's own stream.
 */
export type ReportFacts = {
  subjectId: string
  controllerId: string
  issued: Issued
  events: readonly RecordedEvent[]
  opened: ReadonlyMap<string, Opened>
  otherStreams: readonly CarriedStream[]
  catalogueEvents: readonly RecordedEvent[]
  ledgerEvents: readonly RecordedEvent[]
  otherSubjects: OtherSubjects | null
  log: ReportedLog
  unpublished: number
}

const lastRevisionOf = (events: readonly RecordedEvent[]): string => (events.at(-1)?.revision ?? -1n).toString()

/** The dates of the verdict, each once: those by which the question was narrowed, then that of issue. What lies after the issue is not known yet. */
const datesOf = ({ from, to, issuedAt }: Issued): number[] => {
  const named = [from, to].flatMap((date) => (date === undefined ? [] : [ms(date)]))
  return [...new Set([...named.filter((at) => at < issuedAt), issuedAt])]
}

const verdictsOf = (facts: ReportFacts, catalogue: Catalogue): DossierReport['verdicts'] => {
  const { issued } = facts
  const subject = facts.events.reduce(evolveSubject, initialSubject())
  const concerns = ({ purpose }: { purpose: string }): boolean => issued.purpose === undefined || purpose === issued.purpose
  return datesOf(issued).map((at) => {
    const { states, objections } = subjectView(subject, catalogue, { at, knownAt: issued.issuedAt })
    return { at: iso(at), states: states.filter(concerns), objections: objections.filter(concerns) }
  })
}

/** Streams that are not carried, and why. `carried`: how many devices are. Errors: INTEGRITY if those are more than were reached, or nobody looked for any. */
export const othersOf = (counted: OtherSubjects | null, carried: number): DossierReport['others'] => {
  const devices = (counted?.device ?? 0) - carried
  if (devices < 0) throw new LedgerError('INTEGRITY', 'A dossier carries the stream of a device that no identifier reached')
  if (counted === null) return [{ count: null, reason: 'identifiers-closed' }]
  const others: DossierReport['others'] = [
    { count: counted.account, reason: 'account' },
    { count: devices, reason: 'device-unpublished' },
  ]
  return others.filter(({ count }) => count !== 0)
}

const streamsOf = (facts: ReportFacts, catalogue: Catalogue): DossierReport['streams'] => [
  {
    stream: subjectStream(facts.subjectId),
    lastRevision: lastRevisionOf(facts.events),
    unpublished: facts.unpublished,
    reason: 'own',
    timeline: [],
  },
  ...facts.otherStreams.map(({ stream, events, unpublished, reason }) => ({
    stream,
    lastRevision: lastRevisionOf(events),
    unpublished,
    reason,
    timeline: timelineOf(events, catalogue, facts.issued.language, {}),
  })),
]

/** Makes the report; the same facts give the same report. Errors: INTEGRITY (more devices than were reached), those of `buildProof`. */
export const dossierReport = (facts: ReportFacts): DossierReport => {
  const { subjectId, issued, events, opened, otherSubjects } = facts
  const whole = facts.catalogueEvents.reduce(evolveCatalogue, initialCatalogue(facts.controllerId))
  const catalogue = catalogueKnownAt(whole, issued.issuedAt)
  const independentTime = facts.log.cosignatures.length > 0
  const proof = buildProof({ subjectId, events, catalogue, issued, opened, otherSubjects, log: { cosigned: independentTime } })
  const others = othersOf(otherSubjects, facts.otherStreams.length)
  const streams = streamsOf(facts, catalogue)
  const unpublished = streams.reduce((sum, stream) => sum + stream.unpublished, 0)
  return {
    v: 1,
    proof,
    log: { ...facts.log, independentTime },
    streams,
    catalogue: { stream: controllerStream(facts.controllerId), lastRevision: lastRevisionOf(facts.catalogueEvents) },
    ledger: { stream: ledgerStream, lastRevision: lastRevisionOf(facts.ledgerEvents) },
    others,
    unpublished,
    missing: missingOf({ proof, others, unpublished }),
    verdicts: verdictsOf(facts, catalogue),
  }
}
