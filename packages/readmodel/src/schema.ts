// The tables of the read model, as kysely sees them in SQLite and in PostgreSQL. Migrations make them; but for what senders and recipients said of themselves (`sinks`, `acknowledgements`) every row can be made again from the events and the log.

/**
 * One row. `checkpoint`, `log_size`, `epoch`, `feed_n` and `runs` are read as text, so that no driver rounds them. `epoch`: of the feed, ms at which it began or the one
 * before + 1. `feed_n`: the newest change. `runs`: how many fan-outs ever began.
 */
export type MetaTable = {
  id: number
  schema_version: number
  ledger_id: string
  checkpoint: bigint
  as_of: number | null
  log_size: bigint
  epoch: bigint
  feed_n: bigint
  runs: bigint
}

/** One row for each subject, purpose and channel: verdict and answer. `subject` has 16 bytes, ids of events too: half the size of their text, and they sort alike. `allowed`: 0 or 1. `stopped_n`, `stopped_at`: see `EligibilityRow.stopped`. */
export type EligibilityTable = {
  controller: string
  subject: Buffer
  purpose: string
  channel: string
  allowed: number
  reason: string
  until: number | null
  basis: string | null
  event_id: Buffer | null
  revision: bigint
  effective_at: number
  n: bigint | null
  stopped_n: bigint | null
  stopped_at: number | null
  state: string
  since: number | null
  state_until: number | null
  objection_id: Buffer | null
  objected_since: number | null
  notice_id: string | null
  notice_version: number | null
  notice_language: string | null
  site: string | null
  answer_id: Buffer | null
  answer_revision: bigint | null
  due_at: number | null
}

/** Every subject that ever had an event. `revision`: of the last one it was judged by. */
export type SubjectsTable = { controller: string; subject: Buffer; revision: bigint }

/** Those in force. `purposes`: a JSON array, or null for all. */
export type RestrictionsTable = {
  controller: string
  subject: Buffer
  event_id: Buffer
  purposes: string | null
  ground: string
  since: number
}

/** Those under way. `after_subject`: the last that was judged anew. */
export type FanOutsTable = { controller: string; run: bigint; cause_at: number; after_subject: Buffer | null }

export type SinksTable = { sink: string; holder: string; until: number; epoch: bigint; n: bigint }
export type AcknowledgementsTable = {
  controller: string
  recipient: string
  epoch: bigint
  n: bigint
  at: number
  slowest_ms: number | null
}

/** `revision`: in the controller's stream. `cut_off`: 0 or 1. */
export type ScrubsTable = {
  controller: string
  revision: bigint
  scrub_id: string
  operator: string
  purpose: string
  channel: string
  count: number
  allowed: number
  input_sha256: string
  output_sha256: string
  as_of: number
  cursor: string
  recipient: string | null
  cut_off: number
  recorded_at: number
}

/** `site` is '' where there is none, so that it can be part of the key. */
export type SiteActivityTable = { controller: string; day: string; site: string; type: string; count: number }
export type TurnedAwayTable = { controller: string; hour: number; site: string; route: string; code: string; count: number }

/** Where the log has an event. `stream`: see `streamBytes`. */
export type LeavesTable = { stream: Buffer; revision: bigint; leaf_index: bigint }

export type Tables = {
  meta: MetaTable
  eligibility: EligibilityTable
  subjects: SubjectsTable
  restrictions: RestrictionsTable
  fan_outs: FanOutsTable
  sinks: SinksTable
  acknowledgements: AcknowledgementsTable
  scrubs: ScrubsTable
  site_activity: SiteActivityTable
  turned_away: TurnedAwayTable
  leaves: LeavesTable
}

/** What a rebuild makes again, and therefore empties first. */
export const madeOfEvents = [
  'eligibility', 'subjects', 'restrictions', 'fan_outs', 'scrubs', 'site_activity', 'turned_away', 'leaves',
] as const satisfies readonly (keyof Tables)[] // prettier-ignore
