// The tables of the read model, as kysely sees them in SQLite and in PostgreSQL. Migrations make them; every row can be made again from the events and the log.

/** One row. `checkpoint` and `log_size` are read as text, so that no driver rounds them. */
export type MetaTable = {
  id: number
  schema_version: number
  ledger_id: string
  checkpoint: bigint
  as_of: number | null
  log_size: bigint
}

/** Last writer by order for each subject, purpose, channel and register. `subject` has 16 bytes, `event_id` too: half the size of their text, and they sort alike. */
export type AnswersTable = {
  controller: string
  subject: Buffer
  purpose: string
  channel: string
  register: string
  kind: string
  order_at: number
  rank: number
  since: number
  until: number | null
  notice_id: string | null
  notice_version: number | null
  site: string | null
  event_id: Buffer
  revision: bigint
}

/** `site` is '' where there is none, so that it can be part of the key. */
export type SiteActivityTable = { controller: string; day: string; site: string; type: string; count: number }
export type TurnedAwayTable = { controller: string; hour: number; site: string; route: string; code: string; count: number }

/** Where the log has an event. `stream`: see `streamBytes`. */
export type LeavesTable = { stream: Buffer; revision: bigint; leaf_index: bigint }

export type Tables = {
  meta: MetaTable
  answers: AnswersTable
  site_activity: SiteActivityTable
  turned_away: TurnedAwayTable
  leaves: LeavesTable
}
