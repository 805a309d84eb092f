// The words of the report page, in French and in English: one shape, so that a missing one does not compile.
import type { Channel, ConsentState, LegalBasis, Role } from '@consent-ledger/domain'
import type { ReportLanguage } from '../../plain/sentences.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

/** Everything that the page says of itself. Functions take what stands in the report. */
export type PageWords = {
  title: string
  subtitle: (controller: string) => string
  facts: { proof: string; issued: string; reason: string; role: string; about: string; evidence: string }
  about: { all: string; purpose: (title: string) => string; from: (time: string) => string; to: (time: string) => string }
  role: Record<Role, string>
  /** Caption of what only whoever took the proof says: why, as whom, and to what it was narrowed. */
  stated: string
  independent: (witnesses: string) => string
  alone: string
  unchecked: (names: string) => string
  head: {
    who: string
    verdict: (time: string) => string
    asked: string
    notice: string
    story: string
    others: string
    vouching: string
    missing: string
    check: string
  }
  who: {
    controller: string
    contact: string
    person: string
    number: string
    identifiers: string
    none: string
    entities: string
    namedIn: (event: string) => string
  }
  state: Record<ConsentState, string>
  channel: Record<Channel, string>
  basis: Record<LegalBasis, string>
  columns: { purpose: string; channel: string; state: string; since: string; until: string; text: string }
  noEnd: string
  objected: string
  nothing: string
  unanswered: string
  lead: { verdict: (size: string) => string; vouching: string; story: string; shown: string; others: string; whole: string }
  purpose: {
    basis: string
    data: string
    recipients: string
    nobody: string
    keeping: string
    asEvidence: (duration: string, ground: string) => string
    version: (version: number, time: string) => string
  }
  notice: {
    version: (notice: { id: string; version: number; language: string }) => string
    published: (time: string) => string
    exact: (path: string, sha256: string) => string
    withdrawal: string
    hidden: string
    none: string
  }
  story: { recorded: (time: string) => string; changed: string; opened: string; by: (writer: string) => string }
  writer: { site: string; operator: string; import: string; system: string; browser: string }
  evidence: { field: string; status: string; vouchedBy: string; note: string; grade: (present: number, of: number) => string }
  status: { present: string; absent: string; 'not-applicable': string }
  vouchedBy: { site: string; ledger: string; person: string; 'third-party': string }
  missing: { what: string; why: string }
  check: {
    lead: string
    origin: string
    size: string
    root: string
    key: string
    cosignatures: string
    noCosignature: string
    /** The commands stand between these two. */
    how: string
    anchor: string
  }
  device: (stream: string, events: number) => string
}

const languages: Record<ReportLanguage, PageWords> = { fr, en }

export const pageWords = (language: ReportLanguage): PageWords => languages[language]
