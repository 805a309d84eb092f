// A witness of transparency logs (C2SP tlog-witness), for another organisation to run.
export { startWitness, type RunningWitness, type StartDeps } from './start.ts'
export { parseSettings, type Settings, StartRefused } from './settings.ts'
