// What fsck finds between a log and the event store, and between a log and a signed statement.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCompleteness } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { formatTreeHead, generateKey, parseSkey, signNote, tilePath, treeRoot } from '@consent-ledger/tlog'
import { formatState, fsck, parseState, type Fsck } from '../src/index.ts'
import { MemoryLogFiles } from '../src/memory.ts'
import { flip, LoggedLedger, loggedLedger } from './loggedLedger.ts'

const { origin } = new LoggedLedger()

const found = async (log: LoggedLedger, more: Partial<Fsck>): Promise<string> => {
  const { finding } = await fsck({ files: log.files, keys: log.vkeys(), ...more })
  return finding === null ? 'nothing' : `${finding.code} ${finding.where}`
}

type Reading = Pick<EventStore, 'readStream' | 'readAll'>
/** The store as somebody would like it to be: each event changed, or left out (null). */
const altered = (store: Reading, alter: (event: Awaited<ReturnType<Reading['readAll']>>[number]) => typeof event | null): Reading => ({
  readAll: async (page) => (await store.readAll({ ...page, limit: 1_000_000 })).flatMap((event) => alter(event) ?? []),
  readStream: async (stream, page) => (await store.readStream(stream, page)).flatMap((event) => alter(event) ?? []),
})

describe('fsck from the store', () => {
  it('finds nothing where the store has more than the log, later', async () => {
    const log = await loggedLedger()
    await log.recordMany('subject-2', 3)
    assert.equal(await found(log, { store: log.store }), 'nothing')
  })

  it('names an event that was changed in the store', async () => {
    const log = await loggedLedger()
    const store = altered(log.store, (event) =>
      event.stream === 'subject-1' && event.revision === 7n ? { ...event, data: { n: 'another' } } : event,
    )
    assert.equal(await found(log, { store }), 'STORE_DIFFERS revision 7 of subject-1')
  })

  it('names what the store lacks: it is behind the log', async () => {
    const log = await loggedLedger()
    const store = altered(log.store, (event) => (event.stream === 'subject-3' && event.revision > 99n ? null : event))
    assert.equal(await found(log, { store }), 'STORE_LACKS revision 100 of subject-3')
  })

  it('names an event that was recorded before others and never sealed', async () => {
    const log = new LoggedLedger()
    await log.begin()
    await log.recordMany('subject-0', 5)
    await log.recordMany('subject-1', 5)
    await log.sealAll(({ stream, revision }) => stream === 'subject-0' && revision === 4n)
    assert.equal(await found(log, {}), 'nothing')
    assert.equal(await found(log, { store: log.store }), 'NOT_SEALED revision 4 of subject-0')
  })

  it('compares a store that has the events in another order', async () => {
    const log = await loggedLedger()
    const other = new LoggedLedger()
    const all = await log.store.readAll({ after: -1n, limit: 1_000_000 })
    for (const stream of [...new Set(all.map((event) => event.stream))].sort().toReversed()) {
      const events = all.filter((event) => event.stream === stream)
      await other.store.append(
        stream,
        -1n,
        events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata })),
      )
    }
    assert.equal(await found(log, { store: other.store }), 'nothing')
  })

  it('names a head in the stream that is not one of this tree', async () => {
    const log = await loggedLedger()
    await log.recordMany('subject-5', 10)
    const forked = signNote(formatTreeHead({ origin, size: log.size + 5n, root: new Uint8Array(32) }), log.key)
    await log.record('tree-heads', 'TreeHeadSigned', { size: String(log.size + 5n), note: forked })
    await log.sealAll()
    assert.equal(await found(log, { store: log.store }), 'HEAD_WRONG tree-heads revision 3')
  })
})

describe('fsck of heads larger than the published one', () => {
  const published = (log: LoggedLedger): Uint8Array => log.files.kept.get('checkpoint') ?? new Uint8Array(0)
  /** Four more leaves, sealed, signed, and not published. */
  const signedBeyond = async (): Promise<LoggedLedger> => {
    const log = await loggedLedger()
    const before = published(log)
    await log.recordMany('subject-2', 4)
    await log.sealAll()
    log.files.kept.set('checkpoint', before)
    return log
  }

  it('finds nothing where they are of the tree that the state names, nor in a mirror that is older', async () => {
    const log = await signedBeyond()
    assert.equal(await found(log, { store: log.store }), 'nothing')
    log.files.kept.delete('state.json')
    for (const path of log.files.kept.keys()) if (path.endsWith('.p/192')) log.files.kept.delete(path)
    assert.equal(await found(log, { store: log.store }), 'nothing')
  })

  it('names one of another tree', async () => {
    const log = await signedBeyond()
    flip(log, 'tile/0/002.p/192', 32 * 190)
    const state = parseState(log.files.kept.get('state.json') ?? new Uint8Array(0))
    const root = await treeRoot({ tile: async (tile) => log.files.kept.get(tilePath(tile)) ?? new Uint8Array(0) }, 704n)
    await log.files.replace('state.json', formatState({ ...state, root: Buffer.from(root).toString('base64') }))
    assert.equal(await found(log, { store: log.store }), 'HEAD_WRONG tree-heads revision 3')
  })

  it('names one that is larger than the log', async () => {
    const [log, older] = [await loggedLedger(), new Map<string, Uint8Array>()]
    for (const [path, bytes] of log.files.kept) older.set(path, bytes)
    await log.recordMany('subject-2', 4)
    await log.sealAll()
    assert.equal((await fsck({ files: new MemoryLogFiles(older), keys: [], store: log.store })).finding?.where, 'tree-heads revision 3')
  })
})

describe('fsck of a statement of completeness', () => {
  /** With the stream of a controller, which each statement names too. */
  const stated = async (): Promise<LoggedLedger> => {
    const log = await loggedLedger()
    await log.record('controller-example', 'ControllerRegistered')
    await log.sealAll()
    return log
  }
  const statement = (log: LoggedLedger, streams: string[], by = log.statementKey, size = log.size, root = log.root()): string =>
    signNote(
      formatCompleteness({
        origin,
        proofId: '4b4f3a52-3c6f-4a56-9d1b-0c5c7f8c7a11',
        issuedAt: '2026-01-01T00:00:00.000Z',
        size,
        root,
        manifest: '0'.repeat(64),
        subjectId: '0'.repeat(32),
        streams: streams.map((line) => {
          const [stream = '', last = ''] = line.split(' ')
          return { stream, lastRevision: BigInt(last), unpublished: 0 }
        }),
        catalogue: { controllerId: 'example', lastRevision: 0n },
        ledger: { lastRevision: 2n },
        reached: null,
        others: [],
      }),
      by,
    )

  it('finds nothing in one that is true, also when the log has gone on', async () => {
    const log = await stated()
    const note = statement(log, ['subject-0 149', 'subject-2 199'])
    assert.equal(await found(log, { statement: note }), 'nothing')
    await log.recordMany('subject-0', 5)
    await log.sealAll()
    assert.equal(await found(log, { statement: note }), 'nothing')
  })

  it('convicts one that leaves out a later leaf', async () => {
    const log = await stated()
    const { finding } = await fsck({ files: log.files, keys: [], statement: statement(log, ['subject-2 199', 'subject-0 99']) })
    assert.equal(finding?.code, 'STATEMENT_BROKEN')
    assert.equal(finding.where, 'subject-0')
    assert.match(finding.message, /ends at revision 99; leaf 349, below its size, is revision 149/)
  })

  it('names one that claims more than the log has, or another tree', async () => {
    const log = await stated()
    assert.equal(await found(log, { statement: statement(log, ['subject-0 150']) }), 'STATEMENT_BROKEN subject-0')
    assert.equal(await found(log, { statement: statement(log, ['subject-8 0']) }), 'STATEMENT_BROKEN subject-8')
    const other = statement(log, ['subject-0 149'], log.statementKey, log.size, new Uint8Array(32))
    assert.equal(await found(log, { statement: other }), 'STATEMENT_WRONG completeness.note')
    const beyond = statement(log, ['subject-0 149'], log.statementKey, log.size + 1n)
    assert.equal(await found(log, { statement: beyond }), 'STATEMENT_WRONG completeness.note')
  })

  it('believes only a statement key that the log names, or the caller', async () => {
    const log = await stated()
    const stranger = parseSkey(generateKey(`${origin}/statements`).skey)
    const note = statement(log, ['subject-0 149'], stranger)
    assert.equal(await found(log, { statement: note }), 'STATEMENT_WRONG completeness.note')
    assert.equal(await found(log, { statement: note, statementKeys: [stranger.vkey] }), 'nothing')
    assert.equal(await found(log, { statement: statement(log, ['subject-0 149'], log.key) }), 'STATEMENT_WRONG completeness.note')
  })

  it('convicts one that leaves out an event of the catalogue, or of the ledger itself', async () => {
    const log = await stated()
    const note = statement(log, ['subject-0 149'])
    await log.record('controller-example', 'NoticePublished')
    await log.record('ledger', 'LedgerMoved', { to: 'esdb' })
    await log.sealAll()
    assert.equal(await found(log, { statement: note }), 'nothing')
    assert.match(await found(log, { statement: statement(log, ['subject-0 149']) }), /^STATEMENT_BROKEN (controller-example|ledger)$/)
  })

  it('names what is no statement', async () => {
    const log = await stated()
    const good = statement(log, ['subject-0 149'])
    for (const text of [
      '',
      'nothing\n',
      good.replace('completeness v1', 'completeness v2'),
      good.replace('149', '148'),
      good.replace('size 7', 'size 07'),
      statement(log, ['subject-0 149', 'subject-0 99']),
    ])
      assert.equal(await found(log, { statement: text }), 'STATEMENT_WRONG completeness.note')
  })

  it('needs a log: an empty one has nothing to hold it against', async () => {
    const { finding } = await fsck({ files: new MemoryLogFiles(), keys: [], statement: 'anything' })
    assert.equal(finding?.code, 'STATEMENT_WRONG')
  })
})
