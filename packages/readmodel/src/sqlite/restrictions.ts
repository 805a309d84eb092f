// The restrictions in force of one subject, replaced whole.
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { columnsOf, restrictions } from '../columns.ts'
import type { JudgedSubject } from '../port.ts'
import { restrictionRows, subjectBytes } from '../rows.ts'
import type { Tables } from '../schema.ts'
import { oneRow, saving } from './columns.ts'

export const writeRestrictions = (file: Database, builder: Kysely<Tables>): ((subject: JudgedSubject) => void) => {
  const clear = file.prepare<[string, Buffer]>('delete from restrictions where controller = ? and subject = ?')
  const into = builder.insertInto('restrictions').columns(columnsOf(restrictions)).expression(oneRow(restrictions))
  const add = saving(file, into.compile(), restrictions)
  return (subject) => {
    clear.run(subject.controller, subjectBytes(subject.subjectId))
    for (const row of restrictionRows(subject)) add(row)
  }
}
