// Where events are kept.
export * from './port.ts'
export * from './fold.ts'
export * from './decideAndAppend.ts'
export * from './follow.ts'
export { backOff, pause } from './backOff.ts'
export { Continuity } from './continuity.ts'
export { missingRevision } from './stored.ts'
