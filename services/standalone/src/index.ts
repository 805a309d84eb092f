// The whole ledger in one process.
export { startStandalone, type Standalone, type Starting } from './start.ts'
