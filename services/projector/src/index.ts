// What runs beside the requests: the loop from the event store to the read model, and what is deleted when its time is over.
export { lagMetrics } from './lagMetrics.ts'
export { startProjector } from './projector.ts'
export { startRetention, sweep, type Keeping } from './retention.ts'
export type { Log, Projecting, Projector } from './projector.ts'
export type { ProjectorProgress } from './freshness.ts'
