// HTTP in: the acts of sites, the catalogue, keys. What a process needs to serve them, and what a first start does before there is a key.
export { ingestRoutes } from './routes.ts'
export type { IngestDeps } from './deps.ts'
export type { Administration } from './admin/administer.ts'
export { applyCatalogue, checkCatalogue } from './admin/catalogue.ts'
export { issueSiteKeys, revokeSiteKeys } from './admin/siteKeys.ts'
export { addOperator, revokeOperator } from './admin/operators.ts'
