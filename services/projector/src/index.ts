// What runs beside the requests: the loop from the event store to the read model, and what is deleted when its time is over.
export { addProjector } from './beside.ts'
export { startLeafNotes } from './leafNotes.ts'
export { startProjector } from './projector.ts'
export { sweep } from './retention.ts'
export type { LeafNotes, NotingLeaves } from './leafNotes.ts'
export type { Log, Projecting, Projector } from './projector.ts'
export type { ProjectorProgress } from './freshness.ts'
