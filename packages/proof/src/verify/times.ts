// Whether the times that a dossier tells can all be true: each event by itself, those of one stream, the log as a whole, the issue of the proof, the witnesses.
import { iso, ms, type SubjectFact } from '@consent-ledger/domain'
import type { Findings } from './finding.ts'
import type { Log } from './heads.ts'
import { asRecorded } from './leaf.ts'
import type { SealedLeaf } from './sealed.ts'

/** Clocks of one ledger's machines, and of witnesses, may differ by this: ms. DESIGN §4 has the same limit for sites. */
export const clockTolerance = 5 * 60_000
/** What is sealed this much behind its time was not only written while a clock was a little wrong: ms. */
const backdatedBy = 24 * 3_600_000

/** A tree of `size` as a witness of the expert's policy saw it at `at`, epoch ms. */
export type SeenTree = { size: bigint; at: number; witness: string }

const recordedAt = ({ event }: SealedLeaf): number => ms(event.metadata.recordedAt)

/** `leaves`: by stream and revision. Events of one act were written together; each later act has a later time. Finds RECORDED_OUT_OF_ORDER. */
const checkGrowth = (leaves: readonly SealedLeaf[], findings: Findings): void => {
  for (const [n, leaf] of leaves.entries()) {
    const before = leaves[n - 1]
    if (before?.place.stream !== leaf.place.stream) continue
    const sameAct = before.event.metadata.actId === leaf.event.metadata.actId
    const grown = recordedAt(leaf) - recordedAt(before)
    if (grown < 0 || (grown === 0 && !sameAct)) findings.add('RECORDED_OUT_OF_ORDER', leaf.folder)
  }
}

/**
 * The log goes by the order in which events were recorded, so that times hardly ever fall along it. The stream `ledger` may come late: a ledger that was moved to
 * another store writes it last. Finds BACKDATED, TIME_OUT_OF_ORDER.
 */
const checkAlongLog = (leaves: readonly SealedLeaf[], findings: Findings): void => {
  let newest: SealedLeaf | undefined
  for (const leaf of leaves.toSorted((a, b) => (a.index < b.index ? -1 : 1))) {
    const fallen = newest === undefined || leaf.part === 'keys' ? 0 : recordedAt(newest) - recordedAt(leaf)
    if (newest !== undefined && fallen > clockTolerance)
      findings.add(
        fallen > backdatedBy ? 'BACKDATED' : 'TIME_OUT_OF_ORDER',
        leaf.folder,
        `Leaf ${leaf.index} says that it was recorded at ${leaf.event.metadata.recordedAt}; ${newest.folder}, leaf ${newest.index}, lies before it in the log and says ${newest.event.metadata.recordedAt}.`,
      )
    if (newest === undefined || recordedAt(leaf) > recordedAt(newest)) newest = leaf
  }
}

/** What `orderAt` of an event may lean on: a request by its id, the other events of an act. */
type Around = { byId: ReadonlyMap<string, SealedLeaf>; byAct: ReadonlyMap<string, SealedLeaf[]> }

const orderAt = (leaf: SealedLeaf | undefined): string[] => {
  const at = leaf?.event.data['orderAt']
  return typeof at === 'string' ? [at] : []
}

/** The times by which an event may be put in order (DESIGN §4, two clocks); null for one that has no such time. */
const orderTimes = (leaf: SealedLeaf, { byId, byAct }: Around): string[] | null => {
  const fact = asRecorded(leaf.event) as unknown as SubjectFact
  if (!('orderAt' in fact.data)) return null
  const { recordedAt: recorded, actId } = leaf.event.metadata
  if (fact.type === 'ConsentConfirmed') {
    const request = byId.get(fact.data.requestEventId)
    return request?.event.type === 'ConsentRequested' ? orderAt(request) : []
  }
  // An objection ends by a yes of the same act, and where that stands: all answers of one act have one time.
  if (fact.type === 'ObjectionLifted') {
    const yes = byAct.get(actId)?.find(({ event }) => event.type === 'ConsentGiven' || event.type === 'ConsentConfirmed')
    return [recorded, ...orderAt(yes)]
  }
  // What staff or the ledger itself does has the ledger's time alone.
  if (!('occurredAtFrom' in fact.data)) return [recorded]
  return fact.data.occurredAtFrom === 'ledger' ? [recorded] : [recorded, fact.data.occurredAt]
}

/** Finds ORDER_TIME_FORGED. */
const checkOrderTimes = (leaves: readonly SealedLeaf[], findings: Findings): void => {
  const personal = leaves.filter(({ part }) => part === 'events' || part === 'streams')
  for (const stream of Map.groupBy(personal, ({ place }) => place.stream).values()) {
    const byId = new Map(stream.map((leaf) => [leaf.event.id, leaf]))
    const around = { byId, byAct: Map.groupBy(stream, ({ event }) => event.metadata.actId) }
    for (const leaf of stream) {
      const allowed = orderTimes(leaf, around)
      const [given = ''] = orderAt(leaf)
      if (allowed !== null && !allowed.some((time) => ms(time) === ms(given))) findings.add('ORDER_TIME_FORGED', leaf.folder)
    }
  }
}

/** The issue itself is an event of the person's stream, so that it has a later time than all of that before it. Finds ISSUED_TOO_EARLY. */
const checkIssue = (leaves: readonly SealedLeaf[], issuedAt: number, findings: Findings): void => {
  for (const leaf of leaves) {
    const early = leaf.part === 'events' ? recordedAt(leaf) >= issuedAt : recordedAt(leaf) > issuedAt + clockTolerance
    if (early)
      findings.add(
        'ISSUED_TOO_EARLY',
        leaf.folder,
        `The dossier is dated ${iso(issuedAt)}; this event was recorded at ${leaf.event.metadata.recordedAt}.`,
      )
  }
}

/** Holds the times of events, log and issue against each other. `issuedAt`: epoch ms. Finds what the checks above do. */
export const checkTimes = ({ sealed }: Pick<Log, 'sealed'>, issuedAt: number, findings: Findings): void => {
  checkGrowth(sealed, findings)
  checkAlongLog(sealed, findings)
  checkOrderTimes(sealed, findings)
  checkIssue(sealed, issuedAt, findings)
}

/** Each leaf against the earliest of the trees that have it. Finds WITNESS_BEFORE_EVENT. */
export const checkBeforeSeen = (leaves: readonly SealedLeaf[], seen: readonly SeenTree[], findings: Findings): void => {
  const trees = seen.toSorted((a, b) => (a.size > b.size ? -1 : 1))
  let earliest: SeenTree | undefined
  let next = 0
  for (const leaf of leaves.toSorted((a, b) => (a.index > b.index ? -1 : 1))) {
    for (let tree = trees[next]; tree !== undefined && tree.size > leaf.index; tree = trees[(next += 1)])
      if (earliest === undefined || tree.at < earliest.at) earliest = tree
    if (earliest === undefined || recordedAt(leaf) <= earliest.at + clockTolerance) continue
    const { witness, size, at } = earliest
    findings.add(
      'WITNESS_BEFORE_EVENT',
      leaf.folder,
      `${witness} says that it saw the tree of ${size} events at ${iso(at)}; this one of them was recorded at ${leaf.event.metadata.recordedAt}.`,
    )
  }
}

/**
 * Holds what witnesses of the policy saw against the times of events and of the issue. Finds WITNESS_BEFORE_EVENT; ISSUED_TOO_EARLY for a dossier that is older
 * than its own tree; HEAD_STALE if the tree was a day old when the dossier was issued.
 */
export const checkSeen = (
  { latest, sealed }: Pick<Log, 'latest' | 'sealed'>,
  seen: readonly SeenTree[],
  issuedAt: number,
  findings: Findings,
): void => {
  checkBeforeSeen(sealed, seen, findings)
  const ofLatest = seen.filter(({ size }) => size === latest.size).map(({ at }) => at)
  if (ofLatest.length === 0) return
  if (Math.min(...ofLatest) > issuedAt + clockTolerance)
    findings.add('ISSUED_TOO_EARLY', latest.where, 'Every witness saw the tree of the dossier only after the dossier is dated.')
  if (Math.max(...ofLatest) < issuedAt - backdatedBy) findings.add('HEAD_STALE', latest.where)
}
