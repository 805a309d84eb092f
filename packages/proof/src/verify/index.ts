// The verifier for whoever calls it from code: a dossier, all entries of a log, or a scrub.
export { codes, type Severity, type VerifyCode } from './codes.ts'
export type { Finding } from './finding.ts'
export { InputError, keyLines } from './anchors.ts'
export { verifyDossier, type Facts, type Trusted, type Verdict } from './verify.ts'
export { scanEntries, type Scan, type ScanInput, type ScannedEvent } from './scan/scan.ts'
export type { EntryFiles } from './scan/entries.ts'
export { verifyScrub, type ScrubFacts, type ScrubFound, type ScrubGiven } from './scrub/verify.ts'
export type { Bytes } from './scrub/output.ts'
