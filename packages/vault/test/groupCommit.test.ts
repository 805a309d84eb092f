// One commit for many: what it is told of, all of them are told. Failed, and failed though it was applied.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import type { Access } from '../src/index.ts'
import { openGroupCommit } from '../src/sqlite/groupCommit.ts'
import { steps } from '../src/sqlite/schema.ts'
import { sqliteTables } from '../src/sqlite/tables.ts'
import type { Step, Tables } from '../src/tables.ts'
import { rooms } from './rooms.ts'

const room = rooms()
after(room.clear)

type Fails = 'before' | 'after' | null
type Disk = { commit: Fails; commits: number }

/** SQLite, but for a disk that fails in a COMMIT, before or after it was carried out. */
const failing = (db: Database.Database, disk: Disk): Database.Database => {
  const refused = (): Error => new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC')
  const commit = db.prepare('COMMIT')
  const run = (): Database.RunResult => {
    disk.commits++
    if (disk.commit === 'before') throw refused()
    const done = commit.run()
    if (disk.commit === 'after') throw refused()
    return done
  }
  const prepare = (sql: string): unknown => (sql === 'COMMIT' ? { run } : db.prepare(sql))
  return new Proxy(db, { get: (target, name) => (name === 'prepare' ? prepare : (Reflect.get(target, name, target) as unknown)) })
}

const look = (n: number): Access => ({ at: n, operatorId: 'o-1', role: 'marketing', subjectId: `subject-${n}`, purpose: 'eligibility' })
const note =
  (n: number) =>
  (tables: Tables): Step<number> => ({ answer: n, apply: () => tables.addAccess(look(n)) })

const opened = () => {
  const file = room.file()
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  for (const step of steps) db.exec(step)
  const disk: Disk = { commit: null, commits: 0 }
  const { write } = openGroupCommit(failing(db, disk), sqliteTables(db))
  const others = new Database(file, { readonly: true })
  /** What another process finds: nothing that is not committed. */
  const noted = (): string[] => others.prepare<[], string>('SELECT subject_id FROM accesses ORDER BY at').pluck().all()
  const close = (): void => {
    others.close()
    db.close()
  }
  return { write, disk, noted, close }
}

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + n)
const names = (list: readonly number[]): string[] => list.map((n) => look(n).subjectId)
const isAway = (one: PromiseSettledResult<number>): boolean =>
  one.status === 'rejected' && one.reason instanceof LedgerError && one.reason.code === 'VAULT_UNAVAILABLE'

describe('given many who write at once', () => {
  test('when it is committed, then it was once for all, and nobody was answered before', async () => {
    const { write, disk, noted, close } = opened()
    const all = numbers(0, 64)
    await Promise.all(
      all.map(async (n) => {
        const answer = await write(note(n))
        assert.equal(answer, n)
        assert.ok(noted().includes(look(n).subjectId))
      }),
    )
    assert.equal(disk.commits, 1)
    assert.deepEqual(noted(), names(all))
    close()
  })

  for (const [commit, there] of [
    ['before', false],
    ['after', true],
  ] as const)
    // prettier-ignore
    test(`when the disk fails in the commit, ${commit} it is done, then all of them are refused and nobody else`, async () => {
      const { write, disk, noted, close } = opened()
      const [first, second, third] = [numbers(0, 3), numbers(10, 50), numbers(100, 3)]
      await Promise.all(first.map((n) => write(note(n))))
      disk.commit = commit
      assert.ok((await Promise.allSettled(second.map((n) => write(note(n))))).every(isAway))
      disk.commit = null
      assert.deepEqual(await Promise.all(third.map((n) => write(note(n)))), third)
      assert.deepEqual(noted(), names([...first, ...(there ? second : []), ...third]))
      close()
    })

  test('when the first of two commits fails, then who is in the second is answered', async () => {
    const { write, disk, noted, close } = opened()
    disk.commit = 'before'
    // One transaction takes 128.
    const all = numbers(0, 200)
    const asked = all.map(async (n) => {
      try {
        return await write(note(n))
      } finally {
        disk.commit = null
      }
    })
    const outcomes = await Promise.allSettled(asked)
    assert.ok(outcomes.slice(0, 128).every(isAway))
    assert.ok(outcomes.slice(128).every(({ status }) => status === 'fulfilled'))
    assert.deepEqual(noted(), names(all.slice(128)))
    close()
  })

  test('when one of them is refused before it writes, then that one is told and the others are answered', async () => {
    const { write, noted, close } = opened()
    const refusal = new LedgerError('DATA_FOREIGN', 'no')
    const refused = write(() => {
      throw refusal
    })
    const [one, two, three] = await Promise.allSettled([write(note(1)), refused, write(note(2))])
    assert.deepEqual([one.status, two.status === 'rejected' && two.reason, three.status], ['fulfilled', refusal, 'fulfilled'])
    assert.deepEqual(noted(), names([1, 2]))
    close()
  })
})
