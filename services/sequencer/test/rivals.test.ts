// Two sequencers on one event store: one goes on, the other stops and says why, and nobody is shown two trees.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { demandKept, demandSound, demandWhole, noteIn, takeProofs } from './proofs.ts'
import { faultOf, keysIn, own, published, recordYeses, running, scene, until } from './scene.ts'

const codeOf = (fault: unknown): string => (fault instanceof LedgerError ? fault.code : String(fault))

test('with a log directory each, one of them loses at the second head that both sign at the latest', async (t) => {
  const ledger = await scene(t)
  const other = { ...ledger, kept: new Map<string, Uint8Array>(), keys: keysIn(ledger.keyDirectory) }
  const runs = await Promise.all([running(t, ledger), running(t, other)])
  const faults = (): unknown[] => runs.flatMap((run) => run.faults)
  let recorded = 0
  await until({ faults: [] }, () => {
    if (faults().length === 0) void recordYeses(ledger.store, recorded++, 1)
    return faults().length > 0
  })
  const loser = runs.findIndex((run) => run.faults.length > 0)
  const [winner, lost] = loser === 0 ? [1, 0] : [0, 1]
  const [run, rival] = [runs[winner] ?? assert.fail(), runs[lost] ?? assert.fail()]
  assert.match(codeOf(await faultOf(rival)), /^DATA_LOCKED$/)
  const held = winner === 0 ? ledger : other
  await published(run, own + recorded)
  await recordYeses(ledger.store, recorded, 300)
  await published(run, own + recorded + 300)
  await demandWhole(held)
  await demandSound(held)
  const lostNote = noteIn((lost === 0 ? ledger : other).kept)
  await demandKept(held, await takeProofs(held), new Set(lostNote === undefined ? [] : [lostNote]))
})

test('one that comes later, with an empty directory, is refused before it signs', async (t) => {
  const ledger = await scene(t)
  await published(await running(t, ledger), own)
  const head = await ledger.store.head()
  await assert.rejects(running(t, { ...ledger, kept: new Map() }), { code: 'LOG_DISAGREES', message: /state\.json is missing/ })
  assert.equal(await ledger.store.head(), head)
})
