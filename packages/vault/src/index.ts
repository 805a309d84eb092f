// How a person is found and forgotten: port, identifiers in one spelling, sealed fields, the directory of keys. Adapters are subpaths.
export * from './port.ts'
export { normaliseIdentifier, type NormaliseOptions } from './normalise.ts'
export { readIdentifier, readIdentifiers, type IdentifiersRead } from './identifiers.ts'
export { isCommitment, keyIdOf, open, openField, seal, sealEvidence, sealIdentifier, type Opened, type SealContext } from './sealing.ts'
export { openKeyDirectory, type KeyDirectory } from './keys.ts'
