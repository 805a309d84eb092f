// What each test of the suite stands on: a place for a read model, and what is told past the port about its rows.
import { it } from 'node:test'
import type { ReadModel } from '../port.ts'

/** Every row that is made from events: for each table the rows in the order of their key, by column. */
export type Rows = Record<(typeof tables)[number], Record<string, unknown>[]>
export const tables = ['eligibility', 'subjects', 'restrictions', 'scrubs', 'site_activity', 'turned_away'] as const

/** A file, or a schema of a database. Nothing is in it before it is opened once. */
export type Place = {
  /** Several may be open at once, as if each were a process. */
  open: (ledgerId: string) => Promise<ReadModel>
  rows: () => Promise<Rows>
  /** Runs SQL behind the read model's back, as an accident would; tables go by their bare names. */
  meddle: (statements: string) => Promise<void>
  /** Makes the database refuse the answers of one event, until what it answers with is called. */
  refuse: (eventId: string) => Promise<() => Promise<void>>
  /** Puts the tables back to how a program of the second schema version made them, with some rows in them. */
  backToSecond: () => Promise<void>
  /** Removes what the test left, after whatever was open is closed. */
  dispose: () => Promise<void>
}
export type NewPlace = () => Promise<Place>

export const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'

/** `opened`: a read model at this place, closed behind the test. */
export type Setting = Omit<Place, 'open' | 'dispose'> & { opened: (ledger?: string) => Promise<ReadModel> }

/** A test with a place of its own. */
export const withPlace = (newPlace: NewPlace, title: string, test: (setting: Setting) => Promise<void>): void => {
  void it(title, async () => {
    const place = await newPlace()
    const models: ReadModel[] = []
    const opened = async (ledger = ledgerId): Promise<ReadModel> => {
      const model = await place.open(ledger)
      models.push(model)
      return model
    }
    const { rows, meddle, refuse, backToSecond } = place
    try {
      await test({ opened, rows, meddle, refuse, backToSecond })
    } finally {
      for (const model of models) await model.close()
      await place.dispose()
    }
  })
}

/** As `rows` tells of an empty read model. */
export const nothing: Rows = { eligibility: [], subjects: [], restrictions: [], scrubs: [], site_activity: [], turned_away: [] }

/** What a row says that a rebuild may leave out: nothing is known, and nothing will come of it by itself. */
const isSilent = (row: Record<string, unknown>): boolean =>
  Number(row['allowed']) === 0 &&
  row['state'] === 'unknown' &&
  ['event_id', 'objection_id', 'due_at'].every((column) => row[column] === null)

/** Rows without what says since when and in which order they came to be so, and without silent ones: that depends on when they were judged. */
export const stateOf = ({ eligibility, ...rest }: Rows): Rows => ({
  ...rest,
  eligibility: eligibility
    .filter((row) => !isSilent(row))
    .map(({ revision: _, effective_at: __, stopped_n: ___, stopped_at: ____, n, ...row }) => ({ ...row, inFeed: n !== null })),
})
