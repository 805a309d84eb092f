// What the verifier found, as lines for somebody who is no engineer.
import type { Finding } from '../finding.ts'
import type { Scan, ScannedEvent } from '../scan/scan.ts'
import type { ScrubFacts, ScrubFound } from '../scrub/verify.ts'
import type { Facts, Verdict } from '../verify.ts'

const tellFinding = ({ code, where, message }: Finding): string[] => [`  ${code}  ${where}`, `    ${message}`]

const tellFindings = (findings: readonly Finding[]): string[] => {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  return [
    ...(errors.length === 0 ? [] : ['', 'Why it is rejected:', ...errors.flatMap(tellFinding)]),
    ...(warnings.length === 0 ? [] : ['', 'What you must know:', ...warnings.flatMap(tellFinding)]),
  ]
}

const tellOthers = ({ others, streams }: Facts): string[] => {
  const counted = others.map(({ count, reason }) => `${count ?? 'an unknown number of'} other stream(s) (${reason})`)
  const unpublished = streams.reduce((sum, stream) => sum + stream.unpublished, 0)
  const recent = unpublished === 0 ? [] : [`${unpublished} event(s) not yet published when it was issued`]
  const all = [...counted, ...recent]
  return all.length === 0 ? [] : [`Not shown:   ${all.join('; ')} (the signed word of the issuer)`]
}

const tellFacts = (facts: Facts): string[] => [
  `Proof:       ${facts.proofId}, issued ${facts.issuedAt}`,
  `Person:      subject ${facts.subjectId}`,
  `Log:         ${facts.log.origin}, tree of ${facts.log.size} events, root ${facts.log.root}`,
  `Signed by:   ${facts.log.signedBy ?? 'nobody whom you accept'}`,
  ...facts.streams.map(({ stream, lastRevision }) => `Stream:      ${stream}, events 0 to ${lastRevision}`),
  ...tellOthers(facts),
  ...facts.witnesses.map(({ witness, time, size }) => `Witness:     ${witness} saw the tree of ${size} events at ${time}`),
]

const accepted = [
  'Nothing in it was changed since the ledger sealed it, and the report says what follows from its events, as far as this tree of the log shows.',
  'That no event was left out at the end of the streams named below, up to the tree head, the issuer has signed; only a scan of the entries shows it.',
  'Why and for whom it was issued, what was not published then, whom else the identifiers reach, and what was destroyed, is the issuer’s word.',
  'Who vouches for what each event claims stands in the report itself.',
]
const rejected = ['Do not rely on it. At least one thing in it is not what it must be.']

/** The verdict on a dossier. */
export const tellVerdict = ({ accepted: holds, findings, facts }: Verdict): string[] => [
  holds ? 'ACCEPTED' : 'REJECTED',
  ...(holds ? accepted : rejected),
  ...(facts === null ? [] : ['', ...tellFacts(facts)]),
  ...tellFindings(findings),
]

const tellEvent = ({ leafIndex, event }: ScannedEvent, dossierSize: string | null): string => {
  const later = dossierSize !== null && leafIndex >= BigInt(dossierSize) ? '  (after the dossier)' : ''
  return `${leafIndex}  ${event.stream}  ${event.revision}  ${event.type}  ${event.metadata.recordedAt}${later}`
}

const scrubAccepted = [
  'These verdicts are the ones that the ledger gave, whole and in their order, and it recorded so before the tree head below was signed.',
  'When that was is the word of the ledger, but for what a witness says below.',
  'Nothing here shows to whom something was sent afterwards, or that a verdict was right: the latter follows from the events of that person.',
]

const tellScrubFacts = ({ said, log, input, witnesses }: ScrubFacts): string[] => [
  `Scrub:       ${said.scrubId}, recorded ${said.recordedAt}, of what was known as of ${said.asOf} (cursor ${said.cursor})`,
  `Asked:       ${said.controllerId}, purpose ${said.purpose} by ${said.channel}${said.recipient === null ? '' : `, for ${said.recipient}`}`,
  `Answered:    ${said.count} line(s), ${said.allowed} of them with a yes${input ? '; the addresses are those that were brought along' : ''}`,
  ...(log === null
    ? ['Signed by:   nobody whom you accept']
    : [
        `Log:         ${log.origin}, leaf ${log.leafIndex} of a tree of ${log.size} events, root ${log.root}`,
        `Signed by:   ${log.signedBy}`,
      ]),
  ...witnesses.map(({ witness, time, size }) => `Witness:     ${witness} saw the tree of ${size} events at ${time}`),
]

/** The verdict on a scrub. */
export const tellScrub = ({ accepted: holds, findings, facts }: ScrubFound): string[] => [
  holds ? 'ACCEPTED' : 'REJECTED',
  ...(holds ? scrubAccepted : rejected),
  ...(facts === null ? [] : ['', ...tellScrubFacts(facts)]),
  ...tellFindings(findings),
]

/** What a scan of the entries found. */
export const tellScan = ({ accepted: holds, findings, origin, size, root, dossierSize, events }: Scan): string[] => [
  holds ? 'ACCEPTED' : 'REJECTED',
  ...(root === null ? [] : [`All ${size} entries of ${origin} were read; they make the root ${root}.`]),
  ...(events.length === 0 ? ['No event of the streams in question lies among them.'] : ['leaf  stream  revision  type  recorded']),
  ...events.map((scanned) => tellEvent(scanned, dossierSize)),
  ...tellFindings(findings),
]
