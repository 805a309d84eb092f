// What warehouses may build on (docs/warehouse.md): two views in the schema `export`, and a role that may read them and nothing else.
import type pg from 'pg'

/** Of the contract: another major version where a column goes, or means something else. */
const version = '1.0'

/** Epoch ms as an instant. */
const instant = (ms: string): string => `to_timestamp(${ms}::double precision / 1000)`
/** The bytes of an id of an event as it is written everywhere else. */
const uuid = (bytes: string): string => `encode(${bytes}, 'hex')::uuid::text`

/** A yes whose end has come is none, also while the projector has not judged it again yet. */
const inTime = `(until is null or ${instant('until')} > now())`
const stateEnded = `(state in ('given', 'renewed') and ${instant('state_until')} <= now())`
/** While everything is applied anew, a yes may be one that was withdrawn since. */
const known = 'meta.as_of is not null'

/** False while the catalogue has changed since and all subjects are being judged again, but not yet this one. */
const settled = `not exists (select from readmodel.fan_outs
    where fan_outs.controller = eligibility.controller and (fan_outs.after_subject is null or fan_outs.after_subject < eligibility.subject))`

/** As the feed tells it: while subjects are judged again, no later than what made that necessary. A yes that is not settled stays one: `n` will not tell of it again unless it changes. */
const asOf = `case when ${known} then least(meta.as_of, (select cause_at - 1 from readmodel.fan_outs where fan_outs.controller = eligibility.controller)) end`

const eligibility = `create view export.eligibility as select
  controller,
  encode(subject, 'hex') as subject_id,
  purpose,
  channel,
  (allowed = 1 and ${inTime} and ${known}) as allowed,
  case when allowed = 1 and not ${known} then 'REBUILDING' when allowed = 1 and not ${inTime} then 'ENDED' else reason end as reason,
  case when allowed = 1 and ${inTime} and ${known} then ${instant('until')} end as until,
  basis,
  ${uuid('event_id')} as event_id,
  revision,
  ${instant('effective_at')} as effective_at,
  meta.epoch || '.' || n as cursor,
  meta.epoch,
  n,
  ${settled} as settled,
  ${instant(asOf)} as as_of
from readmodel.eligibility, readmodel.meta where n is not null`

const consentState = `create view export.consent_state as select
  controller,
  encode(subject, 'hex') as subject_id,
  purpose,
  channel,
  case when ${stateEnded} then 'expired' else state end as state,
  (state in ('given', 'renewed') and ${stateEnded} is not true and ${known}) as in_force,
  ${instant(`case when ${stateEnded} then state_until else since end`)} as since,
  case when ${stateEnded} is not true then ${instant('state_until')} end as until,
  objection_id is not null as objected,
  ${instant('objected_since')} as objected_since,
  notice_id,
  notice_version,
  notice_language,
  site,
  ${uuid('answer_id')} as event_id,
  answer_revision as revision,
  ${settled} as settled,
  ${instant(asOf)} as as_of
from readmodel.eligibility, readmodel.meta where state <> 'unknown' or objection_id is not null`

/** Whoever may not create roles leaves that, and the grants, to an administrator. Of two databases of one server one creates it. */
const role = `do $$ begin
  if not exists (select from pg_roles where rolname = 'consent_ledger_export')
    and exists (select from pg_roles where rolname = current_user and (rolcreaterole or rolsuper)) then
    begin create role consent_ledger_export nologin; exception when duplicate_object or unique_violation then null; end;
  end if;
  if exists (select from pg_roles where rolname = 'consent_ledger_export') then
    grant usage on schema export to consent_ledger_export;
    grant select on export.eligibility, export.consent_state, export.contract to consent_ledger_export;
  end if;
end $$`

const statements = [
  `create view export.contract as select name, version from (values ('eligibility', '${version}'), ('consent_state', '${version}')) as views (name, version)`,
  eligibility,
  consentState,
  `comment on view export.eligibility is 'Consent Ledger, contract ${version}: whom may we contact, why, and until when. See docs/warehouse.md'`,
  `comment on view export.consent_state is 'Consent Ledger, contract ${version}: the current answer of each subject, purpose and channel. See docs/warehouse.md'`,
  role,
]

/** Takes the views away, in the caller's transaction, so that the tables below them can be changed. What others built on them stands in nobody's way. */
export const dropExport = async (client: pg.PoolClient): Promise<void> => {
  await client.query('drop view if exists export.eligibility, export.consent_state, export.contract cascade')
}

/** Whether nothing is to be made: the views are those of this version, or it is for the owner of the tables to make them. */
export const isMade = async (client: pg.PoolClient): Promise<boolean> => {
  const { rows } = await client.query<{ own: boolean; there: boolean }>(`select pg_has_role(tableowner, 'usage') as own,
    exists (select from pg_catalog.pg_views where schemaname = 'export' and viewname = 'contract') as there
    from pg_catalog.pg_tables where schemaname = 'readmodel' and tablename = 'meta'`)
  if (rows[0]?.own !== true) return true
  if (!rows[0].there) return false
  const told = await client.query<{ version: string }>('select version from export.contract')
  return told.rows.every((row) => row.version === version)
}

/** Makes the views, in place of those of another version, in the caller's transaction. They go with the tables of the read model; the schema stays. */
export const makeExport = async (client: pg.PoolClient): Promise<void> => {
  await dropExport(client)
  const there = await client.query(`select from pg_catalog.pg_namespace where nspname = 'export'`)
  // Only where there is none: whoever may not make one may find it made.
  if (!there.rowCount) await client.query('create schema export')
  for (const statement of statements) await client.query(statement)
}
