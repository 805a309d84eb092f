// What each test of the suite stands on: a place for a read model, and what is told past the port about its rows.
import { it } from 'node:test'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { ReadModel } from '../port.ts'

/** A file, or a schema of a database. Nothing is in it before it is opened once. */
export type Place = {
  /** Several may be open at once, as if each were a process. */
  open: (ledgerId: string) => Promise<ReadModel>
  /** Every row that is made from events: for each table the rows in the order of their key. */
  rows: () => Promise<unknown[][]>
  /** Runs SQL behind the read model's back, as an accident would; tables go by their bare names. */
  meddle: (statements: string) => Promise<void>
  /** Makes the database refuse the answers of one event, until what it answers with is called. */
  refuse: (eventId: string) => Promise<() => Promise<void>>
  /** Removes what the test left, after whatever was open is closed. */
  dispose: () => Promise<void>
}
export type NewPlace = () => Promise<Place>

export const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'

/** `opened`: a read model at this place, closed behind the test. */
export type Setting = Pick<Place, 'rows' | 'meddle' | 'refuse'> & { opened: (ledger?: string) => Promise<ReadModel> }

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
    const { rows, meddle, refuse } = place
    try {
      await test({ opened, rows, meddle, refuse })
    } finally {
      for (const model of models) await model.close()
      await place.dispose()
    }
  })
}

/** As `rows` tells of an empty read model. */
export const nothing: unknown[][] = [[], [], []]

/** Applies in groups of `size`, as a follower would. */
export const applyAll = async (model: ReadModel, events: readonly RecordedEvent[], size = 7): Promise<void> => {
  for (let from = 0; from < events.length; from += size) {
    const group = events.slice(from, from + size)
    await model.apply(group, group.at(-1)?.position ?? -1n)
  }
}
