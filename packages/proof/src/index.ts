// What an auditor takes away: the proof with its 20 fields of evidence, and every event in plain words.
export { buildProof, envelopeOf, type Issued, type ProofInput } from './build.ts'
export { EventEnvelope, OtherSubjects, Proof, proofJsonSchema } from './proof.ts'
export type { Opened, OpenedField, OpenedIdentifier } from './opened.ts'
export { storyteller } from './plain/plain.ts'
export type { ReportLanguage } from './plain/sentences.ts'
