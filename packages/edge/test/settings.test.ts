// Settings: what is read, what is refused, and that no value is ever repeated.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { parseSettings } from '../src/index.ts'

const refusal = (env: Record<string, string>): LedgerError => {
  try {
    parseSettings(env)
  } catch (error) {
    assert.ok(error instanceof LedgerError)
    assert.equal(error.code, 'SETTING_INVALID')
    return error
  }
  return assert.fail('not refused')
}

test('without any variable every default of the contract holds', () => {
  assert.deepEqual(parseSettings({ PATH: '/bin', DATABASE_URL: 'postgres://example.org' }), {
    data: './data',
    keys: './data.keys',
    log: 'data/log',
    host: '127.0.0.1',
    port: 8080,
    trustProxy: [],
    store: 'sqlite',
    logLevel: 'info',
    staleAfter: 60_000,
  })
})

test('what is set is read', () => {
  const settings = parseSettings({
    LEDGER_DATA: '/srv/ledger/',
    LEDGER_PORT: '0',
    LEDGER_STORE: 'memory',
    LEDGER_TRUST_PROXY: '10.0.0.0/8, ::1',
    LEDGER_PUBLIC_URL: 'https://consent.example.org/',
    LOG_LEVEL: 'silent',
  })
  assert.equal(settings.keys, '/srv/ledger.keys')
  assert.equal(settings.port, 0)
  assert.equal(settings.store, 'memory')
  assert.deepEqual(settings.trustProxy, ['10.0.0.0/8', '::1'])
  assert.equal(settings.publicUrl, 'https://consent.example.org')
  assert.equal(settings.logLevel, 'silent')
})

test('a misspelt variable stops the start and is named', () => {
  assert.match(refusal({ LEDGER_PROT: '8081' }).message, /LEDGER_PROT/)
})

test('a bad value stops the start, its variable is named and the value is not repeated', () => {
  const bad = {
    LEDGER_PORT: '70707',
    LEDGER_HOST: '',
    LEDGER_DATA: '',
    LEDGER_STORE: 'zzmongo',
    LEDGER_TRUST_PROXY: 'proxy.zz',
    LEDGER_PUBLIC_URL: 'ftp://zz.example.org',
    LOG_LEVEL: 'zzloud',
  }
  for (const [name, value] of Object.entries(bad)) {
    const error = refusal({ [name]: value })
    assert.ok(error.message.startsWith(`${name}: `), error.message)
    assert.equal(error.violations[0]?.pointer, `/${name}`)
    assert.doesNotMatch(JSON.stringify([error.message, error.violations]), /zz|70707|undefined/)
  }
})

test('a ledger on servers names its servers; their variables count for no other', () => {
  assert.match(refusal({ LEDGER_STORE: 'esdb' }).message, /^EVENTSTORE_URL: must be set/)
  const named = { EVENTSTORE_URL: 'esdb://example.org:2113?tls=true', DATABASE_URL: 'postgres://example.org/ledger' }
  const settings = parseSettings({ LEDGER_STORE: 'esdb', ...named })
  assert.deepEqual([settings.eventStoreUrl, settings.databaseUrl], Object.values(named))
  for (const name of Object.keys(named)) {
    const error = refusal({ LEDGER_STORE: 'esdb', ...named, [name]: 'mysql://zz:zz@example.org' })
    assert.ok(error.message.startsWith(`${name}: `), error.message)
    assert.doesNotMatch(error.message, /zz/)
    assert.equal(parseSettings({ [name]: 'mysql://zz@example.org' }).databaseUrl, undefined)
  }
})
