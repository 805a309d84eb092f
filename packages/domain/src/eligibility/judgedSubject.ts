// One subject whole, as a projector hands it to the read model.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { restrictionsInForce } from '../subject/restriction.ts'
import type { Restriction, Subject } from '../subject/subject.ts'
import type { RestrictionGround } from '../words.ts'
import { judgeSubject, type JudgedKey } from './judged.ts'

/** `purposes`: null for all. `since`: epoch ms. */
export type RestrictionInForce = { eventId: string; purposes: readonly string[] | null; ground: RestrictionGround; since: number }

/**
 * One subject as it was judged: all of `judgeSubject`. `revision`: of its last event. `announce`: the feed tells each key again although nothing changed (a link was
 * made or undone). `restrictions`: those in force; null where there never was one.
 */
export type JudgedSubject = {
  controller: string
  subjectId: string
  revision: bigint
  keys: readonly JudgedKey[]
  announce: boolean
  restrictions: readonly RestrictionInForce[] | null
}

const rowOf = ({ eventId, purposes, ground, orderAt }: Restriction): RestrictionInForce => ({ eventId, purposes, ground, since: orderAt })

/**
 * Judges a subject at `at` (epoch ms), or at its last event if that is later, by the catalogue of its controller. `causeAt`: as of `judgeSubject`. `announce`: the events
 * that make this necessary hold a link (`isLink`).
 */
export const judgedSubject = (
  subject: Subject,
  catalogue: Catalogue,
  subjectId: string,
  at: number,
  { causeAt, announce = false }: { causeAt?: number | undefined; announce?: boolean } = {},
): JudgedSubject => {
  const judgedAt = Math.max(at, subject.lastRecordedAt)
  return {
    controller: catalogue.controllerId,
    subjectId,
    revision: subject.lastRevision,
    keys: judgeSubject(subject, catalogue, judgedAt, causeAt),
    announce,
    restrictions:
      subject.restrictions.length === 0
        ? null
        : restrictionsInForce(subject, { at: judgedAt, knownAt: Number.POSITIVE_INFINITY }).map(rowOf),
  }
}
