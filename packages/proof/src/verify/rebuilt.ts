// The report made again from the events, the opened values and the catalogue, and held against the one in the dossier: true leaves under a forged report are of no use.
import { canonicalJson, LedgerError, ms, type Json, type Completeness } from '@consent-ledger/domain'
import { judgedCosignatures } from '../dossier/cosignatures.ts'
import { openedFrom } from '../dossier/disclosures.ts'
import { dossierFiles, noticePathOf, type Disclosures } from '../dossier/format.ts'
import { render } from '../dossier/page/render.ts'
import { readme } from '../dossier/readme.ts'
import { dossierReport, DossierReport, type ReportFacts } from '../dossier/report.ts'
import { verifyScript } from '../dossier/script.ts'
import { fileOf, type Files } from './files.ts'
import { VerifyError, type Findings } from './finding.ts'
import { readCanonical, readShape } from './form.ts'
import type { Log } from './heads.ts'
import { asRecorded } from './leaf.ts'
import type { DossierLeaf } from './leaves.ts'

const where = dossierFiles.report

/** What a report is made from again. `leaves`: those whose place in the log is shown. `disclosed`: by event id. */
export type Evidence = {
  said: Completeness
  controllerId: string
  leaves: readonly DossierLeaf[]
  disclosed: ReadonlyMap<string, Disclosures>
  log: Log
}

/** Errors: FILE_MISSING, FILE_MALFORMED. */
export const readReport = (files: Files): DossierReport => readShape(DossierReport, readCanonical(fileOf(files, where), where), where)

const eventsOf = (leaves: readonly DossierLeaf[], which: (leaf: DossierLeaf) => boolean) =>
  leaves.filter(which).map(({ event }) => asRecorded(event))

/**
 * The facts: everything from leaves, head and statement but what only the issuer can say (why and for whom the proof was taken, to what it was narrowed, how
 * many other subjects the identifiers reached, which cosignatures it verified). That is taken from the report as it is, and the page shows it as the issuer's word.
 */
const factsOf = ({ said, controllerId, leaves, disclosed, log }: Evidence, { proof, log: told }: DossierReport): ReportFacts => {
  const own = eventsOf(leaves, ({ part }) => part === 'events')
  const others = Map.groupBy(
    leaves.filter(({ part }) => part === 'streams'),
    ({ place }) => place.stream,
  )
  const beside = said.streams.slice(1).map(({ stream, unpublished }) => {
    const events = eventsOf(others.get(stream) ?? [], () => true)
    return { stream, events, unpublished, opened: openedFrom(events, disclosed), reason: 'device' as const }
  })
  const { purpose, from, to } = proof.about
  return {
    subjectId: said.subjectId,
    controllerId,
    issued: {
      id: said.proofId,
      issuedAt: ms(said.issuedAt),
      reason: proof.reason,
      role: proof.role,
      language: proof.language,
      lastRevision: said.streams[0]?.lastRevision ?? -1n,
      purpose: purpose ?? undefined,
      from: from ?? undefined,
      to: to ?? undefined,
    },
    events: own,
    opened: openedFrom(own, disclosed),
    otherStreams: beside,
    catalogueEvents: eventsOf(leaves, ({ part }) => part === 'catalogue'),
    ledgerEvents: eventsOf(leaves, ({ part }) => part === 'keys'),
    otherSubjects: proof.otherSubjects,
    log: {
      origin: log.latest.origin,
      vkey: log.signedBy?.vkey ?? '',
      size: log.latest.size.toString(),
      root: Buffer.from(log.latest.root).toString('base64'),
      ...judgedCosignatures(log.latest.note, told.cosignatures),
    },
    unpublished: said.streams[0]?.unpublished ?? 0,
  }
}

/** Path to the first place at which two values differ, as an RFC 6901 pointer: what stands there is not told. */
const firstDifference = (a: Json | undefined, b: Json | undefined): string => {
  if (a === undefined || b === undefined || a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return ''
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  const text = (value: Json | undefined): string => (value === undefined ? '' : canonicalJson(value))
  const name = names.find((one) => text(left.get(one)) !== text(right.get(one)))
  return name === undefined ? '' : `/${name}${firstDifference(left.get(name), right.get(name))}`
}

const rebuild = (evidence: Evidence, stated: DossierReport): DossierReport => {
  const facts = factsOf(evidence, stated)
  if (facts.events.length === 0) throw new VerifyError('REPORT_FORGED', where, 'The report is about no event at all.')
  const { purpose } = facts.issued
  const known = facts.catalogueEvents.some(({ type, data }) => type === 'PurposePublished' && data['id'] === purpose)
  if (purpose !== undefined && !known) throw new VerifyError('NARROWING_UNKNOWN', where)
  try {
    return dossierReport(facts)
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new VerifyError('REPORT_FORGED', where, 'No report follows from the events and the catalogue.', { cause })
  }
}

const sameText = (files: Files, path: string, text: string): boolean => Buffer.compare(fileOf(files, path), Buffer.from(text, 'utf8')) === 0

/**
 * Makes the report again and compares it byte for byte, then the page, the file for the judge and the program with what they must be.
 * Finds REPORT_FORGED, NARROWING_UNKNOWN, PAGE_FORGED, FILE_MISSING (a text that was shown), PROGRAM_NOT_OURS.
 */
export const checkReport = (files: Files, evidence: Evidence, stated: DossierReport, findings: Findings): void => {
  const report = findings.attempt(() => rebuild(evidence, stated))
  if (report === null) return
  const text = canonicalJson(report)
  if (!sameText(files, where, text)) {
    const at = firstDifference(JSON.parse(text) as Json, stated)
    findings.add('REPORT_FORGED', where, `The report says something else than what follows from the events, first at ${at}.`)
  }
  if (canonicalJson(report.others) !== canonicalJson(evidence.said.others))
    findings.add(
      'STATEMENT_DISAGREES',
      dossierFiles.statement,
      'The statement counts other streams that are not shown than the report does.',
    )
  for (const notice of report.proof.notices) if (!files.has(noticePathOf(notice))) findings.add('FILE_MISSING', noticePathOf(notice))
  // Against the report as it stands: a page that repeats a forged report is not forged once more.
  if (!sameText(files, dossierFiles.page, render(stated))) findings.add('PAGE_FORGED', dossierFiles.page)
  if (!sameText(files, dossierFiles.readme, readme(stated))) findings.add('PAGE_FORGED', dossierFiles.readme)
  if (!sameText(files, dossierFiles.script, verifyScript)) findings.add('PROGRAM_NOT_OURS', dossierFiles.script)
}
