// The vault through the faults of a real PostgreSQL: nobody is answered what is not durable, and the same call again gives the right answer.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { Claimed, Vault } from '@consent-ledger/vault'
import { act, email } from '@consent-ledger/vault/conformance'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { ask, openOwnPostgres, type OwnPostgres } from '../harness/postgres.ts'

const kek = createSecretKey(randomBytes(32))
const open = (url: string): Promise<Vault> => openPostgresVault({ url, kek, clock: Date.now })
const fault = (code: ErrorCode) => (error: unknown) => error instanceof LedgerError && error.code === code
const unavailable = fault('VAULT_UNAVAILABLE')
/** As the adapter takes it. */
const writersLock = 0x634c7631
const person = (n: number) => act([email(`p${n}@example.org`)], { idempotencyKey: `k-${n}` })

/** Asked again until it is answered; nothing but VAULT_UNAVAILABLE may come between. */
const insist = async (vault: Vault, claim: ReturnType<typeof person>, times = 50): Promise<Claimed> => {
  try {
    return await vault.claim(claim)
  } catch (error) {
    assert.ok(unavailable(error), String(error))
    assert.ok(times > 0, 'the vault did not come back')
    return insist(vault, claim, times - 1)
  }
}

/** Waits until `look` finds something. */
const until = async <T>(look: () => Promise<T | undefined>, times = 500): Promise<T> => {
  const found = await look()
  if (found !== undefined) return found
  assert.ok(times > 0, 'what was waited for never came')
  await setTimeout(10)
  return until(look, times - 1)
}

describe('a vault on a server that', () => {
  let postgres: OwnPostgres
  let url = ''
  let vault: Vault
  before(async () => {
    postgres = await openOwnPostgres()
    url = await postgres.newDatabase()
    // Warnings count, whatever the database says of them.
    await ask(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET client_min_messages = 'error'`)
    vault = await open(url)
    await vault.claim(person(0))
  })
  after(async () => {
    await vault.close()
    await postgres.close()
  })

  /** The server process of the vault's writer, while it waits for `event` inside a COMMIT. */
  const inCommit = async (event: string): Promise<number | undefined> => {
    const text = `SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active' AND wait_event = $1 AND datname = current_database()`
    const [found] = await ask(url, text, [event])
    return found && Number(found['pid'])
  }

  for (const how of ['fast', 'immediate'] as const)
    test(`is stopped (${how}) and started between claims`, async () => {
      // What is answered is durable though the database says that it need not be.
      await ask(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`)
      const sharp = await open(url)
      const numbers = Array.from({ length: 40 }, (_, n) => n + (how === 'fast' ? 1000 : 2000))
      const before = await sharp.actCount()
      const answers = await Promise.all(numbers.map((n) => sharp.claim(person(n))))
      await postgres.stop(how)
      await assert.rejects(sharp.claim(person(1)), unavailable)
      await assert.rejects(sharp.actCount(), unavailable)
      await postgres.start()
      const again = await Promise.all(numbers.map((n) => insist(sharp, person(n))))
      for (const [n, answer] of again.entries()) {
        const first = answers[n]
        assert.ok(first && 'targets' in first && 'targets' in answer)
        assert.equal(answer.outcome, 'again')
        assert.equal(answer.targets[0]?.actId, first.targets[0]?.actId)
      }
      assert.equal(await sharp.actCount(), before + 40n)
      await sharp.close()
    })

  test('ends sessions that nobody uses', async () => {
    await Promise.all([vault.claim(person(10)), vault.actCount(), vault.actCount()])
    await ask(url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()')
    const answer = await insist(vault, person(11))
    assert.equal(answer.outcome, 'claimed')
  })

  test('ends the session before COMMIT is done: nothing is written, and the same claim again is the first', async () => {
    const acts = await vault.actCount()
    // Holds the COMMIT back, as a slow disk would.
    await ask(url, `CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$`)
    await ask(url, 'CREATE CONSTRAINT TRIGGER held AFTER INSERT ON vault.acts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION held()') // prettier-ignore
    const refused = assert.rejects(vault.claim(person(20)), unavailable)
    await ask(url, 'SELECT pg_terminate_backend($1)', [await until(() => inCommit('PgSleep'))])
    await refused
    await ask(url, 'DROP TRIGGER held ON vault.acts')
    assert.equal(await vault.actCount(), acts)
    assert.equal((await insist(vault, person(20))).outcome, 'claimed')
  })

  /** A claim whose COMMIT waits for a standby; those before it were answered, since not all sessions learn at once that there should be one. */
  const heldBySync = async (n: number): Promise<{ n: number; refusal: Promise<unknown>; pid: number }> => {
    let answered = false
    const refusal = vault.claim(person(n)).then(
      () => void (answered = true),
      (error: unknown) => error,
    )
    const pid = await until(async () => (answered ? 0 : inCommit('SyncRep')))
    return pid === 0 ? heldBySync(n + 1) : { n, refusal, pid }
  }
  /** A COMMIT stands on this server and waits for a standby that never comes, until `end`. */
  const committedUnanswered = async (first: number, end: 'pg_terminate_backend' | 'pg_cancel_backend'): Promise<void> => {
    const acts = await vault.actCount()
    await ask(url, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`)
    await ask(url, 'SELECT pg_reload_conf()')
    const { n, refusal, pid } = await heldBySync(first)
    await ask(url, `SELECT ${end}($1)`, [pid])
    assert.ok(unavailable(await refusal))
    // What stands here only is found again, but not answered before a standby has it.
    let answered = false
    const retry = vault.claim(person(n)).finally(() => void (answered = true))
    assert.ok(await until(async () => (answered ? 0 : inCommit('SyncRep'))))
    await ask(url, 'ALTER SYSTEM RESET synchronous_standby_names')
    await ask(url, 'SELECT pg_reload_conf()')
    assert.equal((await retry).outcome, 'again')
    assert.equal(await vault.actCount(), acts + BigInt(n - first + 1))
  }
  test('ends the session after COMMIT, before its answer: the same claim again finds what was written', () =>
    committedUnanswered(10_000, 'pg_terminate_backend'))
  test('is told to stop waiting for its standbys: that COMMIT is not taken for one', () => committedUnanswered(20_000, 'pg_cancel_backend'))

  test('freezes the writer’s session: refused in its time, and the next call has another session', async () => {
    await vault.claim(person(60))
    const text = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'consent-ledger vault' AND query = 'COMMIT'`
    const pids = (await ask(url, text)).map(({ pid }) => Number(pid))
    assert.equal(pids.length, 1)
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      await assert.rejects(vault.claim(person(61)), unavailable)
      assert.equal((await vault.claim(person(61))).outcome, 'claimed')
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
  })

  test('holds another writer longer than anybody waits', async () => {
    const held = ask(url, `SELECT pg_advisory_lock(${writersLock}), pg_sleep(60)`).catch(() => [])
    const pid = await until(async () => {
      const [found] = await ask(url, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = ${writersLock}`)
      return found && Number(found['pid'])
    })
    const asked = performance.now()
    const many = Array.from({ length: 1300 }, (_, n) => vault.claim(person(30_000 + n)))
    assert.ok((await Promise.allSettled(many)).every((one) => one.status === 'rejected' && unavailable(one.reason)))
    // Many groups, and none waits for those before it: each would take two seconds.
    assert.ok(performance.now() - asked < 10_000)
    await assert.rejects(vault.claim(person(30)), unavailable)
    // Who only reads waits for no writer.
    assert.equal(await vault.identity(), null)
    await ask(url, 'SELECT pg_terminate_backend($1)', [pid])
    await held
    assert.equal((await insist(vault, person(30))).outcome, 'claimed')
  })

  const codes: [sqlState: string, code: ErrorCode][] = [
    ['53100', 'VAULT_UNAVAILABLE'],
    ['53300', 'VAULT_UNAVAILABLE'],
    ['57P01', 'VAULT_UNAVAILABLE'],
    ['40001', 'VAULT_UNAVAILABLE'],
    ['25006', 'VAULT_UNAVAILABLE'],
    ['58030', 'VAULT_UNAVAILABLE'],
    ['XX001', 'DATA_CORRUPT'],
    ['42P01', 'DATA_CORRUPT'],
    ['23505', 'INTERNAL'],
  ]
  test('refuses a row: the code says what to do, and nothing that the server said is repeated', async () => {
    for (const [sqlState, code] of codes) {
      await ask(url, `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '${sqlState}', DETAIL = 'canary'; END $$`) // prettier-ignore
      await ask(url, 'CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON vault.acts EXECUTE FUNCTION refuse()')
      await assert.rejects(vault.claim(person(40)), (error) => fault(code)(error) && !String(error).includes('canary'))
    }
    await ask(url, 'DROP TRIGGER refuse ON vault.acts')
    assert.equal((await vault.claim(person(40))).outcome, 'claimed')
  })

  test('cannot keep what one of many wants to write: that one is told, and nobody else', async () => {
    const access = { at: 1, operatorId: 'o-1', role: 'legal', subjectId: 's', purpose: 'a\0b' }
    const [mine, ...theirs] = await Promise.allSettled([vault.logAccess(access), vault.claim(person(50)), vault.claim(person(51))])
    assert.ok(mine.status === 'rejected' && fault('INTERNAL')(mine.reason))
    assert.deepEqual(theirs.map((one) => one.status === 'fulfilled' && one.value.outcome), ['claimed', 'claimed']) // prettier-ignore
  })

  test('is asked for names that it cannot even hold', async () => {
    assert.equal(await vault.controllerOf('\0'), null)
    assert.equal(await vault.findAct('a\0b'), null)
    assert.deepEqual(await vault.accesses('\0'), [])
    assert.equal(await vault.claimOn('\0', { writer: 'operator:o-1', body: '{}' }), null)
  })

  test('is silent, absent, or not to be let into: refused within its time, and the password is repeated nowhere', async () => {
    const silent = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const changed = (change: (url: URL) => void): string => {
      const other = new URL(url)
      other.password = 'canary'
      change(other)
      return other.href
    }
    const places = [
      changed(() => {}),
      changed((other) => (other.port = String(port))),
      changed((other) => (other.port = '1')),
      changed((other) => (other.pathname = '/nowhere')),
      changed((other) => other.searchParams.set('sslmode', 'verify-full')),
      changed((other) => other.searchParams.set('sslrootcert', '/nowhere')),
      'postgres://canary:canary@[::1',
    ]
    try {
      for (const place of places)
        await assert.rejects(open(place), (error) => unavailable(error) && !String(error).includes('canary') && !inspected(error))
    } finally {
      silent.close()
    }
  })
})

/** Whether the password stands anywhere in an error, its causes or their fields. */
const inspected = (error: unknown): boolean =>
  error instanceof Error && (JSON.stringify(error, Object.getOwnPropertyNames(error)).includes('canary') || inspected(error.cause))
