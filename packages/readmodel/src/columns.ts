// The columns of the tables that are written with every group, once: statements, and the order in which values are bound, are made of them.
import type { ActivityCount, TurnedAwayCount } from './activity/counts.ts'
import type { EligibilityTable, LeavesTable, RestrictionsTable, ScrubsTable, SubjectsTable } from './schema.ts'

/** By column, in order, how PostgreSQL names its type; a file has bytes as blobs, and numbers as integers. */
export type Columns<Row> = Readonly<Record<keyof Row & string, 'text' | 'bytea' | 'bigint'>>

export const eligibility: Columns<EligibilityTable> = {
  controller: 'text', subject: 'bytea', purpose: 'text', channel: 'text', allowed: 'bigint', reason: 'text', until: 'bigint', basis: 'text', event_id: 'bytea',
  revision: 'bigint', effective_at: 'bigint', n: 'bigint', stopped_n: 'bigint', stopped_at: 'bigint', state: 'text', since: 'bigint', state_until: 'bigint',
  objection_id: 'bytea', objected_since: 'bigint', notice_id: 'text', notice_version: 'bigint', notice_language: 'text', site: 'text', answer_id: 'bytea',
  answer_revision: 'bigint', due_at: 'bigint',
} // prettier-ignore
export const subjects: Columns<SubjectsTable> = { controller: 'text', subject: 'bytea', revision: 'bigint' }
export const restrictions: Columns<RestrictionsTable> = {
  controller: 'text', subject: 'bytea', event_id: 'bytea', purposes: 'text', ground: 'text', since: 'bigint',
} // prettier-ignore
export const scrubs: Columns<ScrubsTable> = {
  controller: 'text', revision: 'bigint', scrub_id: 'text', operator: 'text', purpose: 'text', channel: 'text', count: 'bigint', allowed: 'bigint',
  input_sha256: 'text', output_sha256: 'text', as_of: 'bigint', cursor: 'text', recipient: 'text', cut_off: 'bigint', recorded_at: 'bigint',
} // prettier-ignore
export const activity: Columns<ActivityCount> = { controller: 'text', day: 'text', site: 'text', type: 'text', count: 'bigint' }
export const turnedAway: Columns<TurnedAwayCount> = {
  controller: 'text', hour: 'bigint', site: 'text', route: 'text', code: 'text', count: 'bigint',
} // prettier-ignore
export const leaves: Columns<LeavesTable> = { stream: 'bytea', revision: 'bigint', leaf_index: 'bigint' }

export const columnsOf = <Row>(columns: Columns<Row>) => Object.keys(columns) as (keyof Row & string)[]
