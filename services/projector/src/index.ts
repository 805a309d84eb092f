// The loop from the event store to the read model.
export { startProjector } from './projector.ts'
export type { Log, Projecting, Projector } from './projector.ts'
export type { ProjectorProgress } from './freshness.ts'
