// The only writer of the transparency log, the only holder of its key.
export { addSequencer } from './beside.ts'
export { startSequencer, type Sequencer, type Sequencing } from './sequencer.ts'
export { openSigningKeys, type SigningKeys } from './signingKeys.ts'
export type { SequencerProgress } from './progress.ts'
export { type Asked, type Cosigned, openWitnesses, type WitnessDeps, type WitnessOutcome, type Witnesses } from './witnesses.ts'
