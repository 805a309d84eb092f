// The ledger's account is not what it was: a wrong password at the start, and one that is changed while callers post and the projector follows.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { Opened } from '@consent-ledger/edge'
import { openEsdbEventStore, prepareEventStore } from '@consent-ledger/eventstore/esdb'
import { startEventStoreDouble, type EventStoreDouble } from '../../harness/eventstoredb/index.ts'
import { Callers } from './callers.ts'
import { isReady } from './cell.ts'
import { impatient, openLedger } from './scene.ts'
import { onDouble } from './standing.ts'
import { demandTruth } from './truth.ts'

const account = 'ledger'
const password = 'first-of-two'
const other = 'second-of-two'

/** A server with TLS and accounts, prepared as an administrator does. */
const secured = async (t: TestContext): Promise<{ double: EventStoreDouble; opened: Opened }> => {
  const opened = new Opened()
  t.after(() => opened.close())
  const double = await startEventStoreDouble({ secure: true })
  opened.onClose(() => double.stop())
  await prepareEventStore({ url: double.url, password })
  return { double, opened }
}

test('a wrong password keeps a ledger from starting, and is not repeated', async (t) => {
  const { double } = await secured(t)
  const opening = openEsdbEventStore({ url: double.urlOf(account, other), onFatal: (fault) => assert.fail(fault), patience: impatient })
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof LedgerError)
    assert.equal(error.code, 'STORE_UNAVAILABLE')
    assert.match(error.message, /the name or the password is wrong/)
    assert.doesNotMatch(JSON.stringify([error.message, String(error.cause)]), new RegExp(other))
    return true
  })
})

test('the password is changed while the ledger runs: it says so, acknowledges nothing that does not stand, and goes on when it is changed back', async (t) => {
  const { double, opened } = await secured(t)
  const ledger = opened.keep(await openLedger({ url: double.urlOf(account, password), patience: impatient }))
  const callers = new Callers(ledger, onDouble(double))
  await callers.arrive(3)
  await callers.again()
  await isReady(ledger, 200)

  await prepareEventStore({ url: double.url, password: other })
  // What is open stays open, until the line breaks: then nobody is let in again.
  await callers.burst()
  double.cutConnections()
  await callers.burst()
  await isReady(ledger, 503)
  const refused = await callers.burst()
  assert.ok(
    refused.every((status) => status === 503),
    'an account that is refused acknowledges nothing',
  )

  await prepareEventStore({ url: double.url, password })
  await callers.again()
  await demandTruth(ledger, callers, onDouble(double))
  await isReady(ledger, 200)
})
