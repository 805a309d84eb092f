// The read model in a SQLite file of its own, beside the events: the embedded default.
export { openSqliteReadModel } from './open.ts'
