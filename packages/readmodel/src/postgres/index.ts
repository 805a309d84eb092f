// The read model in the schema `readmodel` of a PostgreSQL database: for services apart.
export { openPostgresReadModel } from './open.ts'
