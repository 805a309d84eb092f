// A canary in every place of a person's data and of a request: none stands in the clear anywhere but in the answers that are there to show it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { before, after, describe, it } from 'node:test'
import { LedgerProcess, place } from '../harness/ledger.ts'
import { canaries, found, type Canary } from './canaries.ts'
import { play, type Told } from './scene.ts'

const where = place()
const sought: Canary[] = Object.values(canaries)
let told: Told[] = []
let keys: string[] = []
let address = ''
let output = ''
/** Every file of the data and the keys, while the ledger ran and after it stopped. */
const files: { name: string; bytes: Buffer }[] = []

/** Undefined for a draft of the log that has its name by now: there it is read, once the ledger has stopped at the latest. */
const read = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && basename(dirname(path)) === 'drafts') return undefined
    throw error
  }
}

const readFiles = (): void => {
  for (const root of [where.data, where.keys]) {
    for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
      const bytes = entry.isFile() ? read(join(entry.parentPath, entry.name)) : undefined
      if (bytes) files.push({ name: entry.name, bytes })
    }
  }
}

before(async () => {
  const ledger = await LedgerProcess.start(where.data, { env: { LOG_LEVEL: 'trace', LEDGER_TRUST_PROXY: '127.0.0.1' } })
  ;({ told, keys } = await play(ledger))
  address = ledger.url
  readFiles()
  await ledger.stop()
  output = ledger.output
  readFiles()
})
after(where.remove)

const logLines = (): string[] => output.split('\n').filter((line) => line.startsWith('{'))
const asKeys = (): Canary[] => keys.map((value, n) => ({ name: `key ${n}`, value }))

describe('the scene', () => {
  it('reached what it is about', () => {
    const statuses = new Set(told.map(({ status }) => status))
    for (const status of [200, 201, 400, 401, 403, 404, 409, 415, 422]) assert.ok(statuses.has(status), `no answer ${status}`)
    assert.deepEqual(
      told.filter(({ status }) => status >= 500),
      [],
    )
    const codes = [
      'IDEMPOTENCY_CONFLICT',
      'PAYMENT_DATA_REFUSED',
      'UNKNOWN_PURPOSE',
      'IDENTIFIER_INVALID',
      'IDENTIFIER_NEEDS_SECRET_KEY',
      'NOT_A_CONTACT',
      'ORIGIN_NOT_ALLOWED',
      'UNREADABLE_BODY',
      'NOTICE_VERSION_FIXED',
    ]
    for (const code of codes)
      assert.ok(
        told.some(({ text }) => text.includes(`"code":"${code}"`)),
        `no answer ${code}`,
      )
    assert.ok(logLines().length >= told.length)
    assert.ok(files.some(({ name }) => name === 'events.sqlite-wal'))
  })
  it('opens every field of the person in the proof, so that each was really kept', () => {
    const proof = told.find(({ about }) => about.endsWith('/proofs'))
    const kept = (
      [
        'email',
        'phone',
        'customer',
        'cookie',
        'badge',
        'ip',
        'ipv6',
        'seenIp',
        'userAgent',
        'seenUserAgent',
        'pageUrl',
        'referrer',
        'sessionId',
        'note',
        'signal',
        'collector',
        'saleReference',
        'reason',
      ] as const
    ).map((name) => canaries[name])
    assert.deepEqual(
      found(kept, Buffer.from(proof?.text ?? '')),
      kept.map(({ name }) => name),
    )
  })
})

it('the search finds a value however it is written', () => {
  const { note, email } = canaries
  const ways: ((value: string) => Buffer | string)[] = [
    (value) => `x${value}y`,
    (value) => value.toUpperCase(),
    (value) => JSON.stringify({ value }),
    (value) => `?a=${encodeURIComponent(value)}`,
    (value) => Buffer.from(value, 'utf16le'),
    (value) => Buffer.from(`ab${value}`).toString('hex'),
    ...[0, 1, 2].map((before) => (value: string) => Buffer.from(`${'x'.repeat(before)}${value}yz`).toString('base64')),
    (value) => Buffer.from(`x${value}`).toString('base64url'),
    (value) => createHash('sha256').update(value).digest(),
    (value) => createHash('sha256').update(value.toLowerCase()).digest('hex'),
  ]
  for (const [n, way] of ways.entries())
    for (const canary of [note, email]) assert.deepEqual(found([canary], Buffer.from(way(canary.value))), [canary.name], `way ${n}`)
  assert.deepEqual(found(sought, Buffer.from('nothing of anybody')), [])
})

describe('no canary stands in', () => {
  it('a file of the data or the keys', () => {
    for (const { name, bytes } of files) assert.deepEqual(found(sought, bytes), [], name)
  })
  it('the name of a file', () => {
    assert.deepEqual(found(sought, Buffer.from(files.map(({ name }) => name).join('\n'))), [])
  })
  it('a line that was printed or logged', () => {
    for (const line of output.split('\n')) assert.deepEqual(found(sought, Buffer.from(line)), [], line)
  })
  it('an answer, but for those that open what was sealed', () => {
    for (const { about, text, opens } of told) if (!opens) assert.deepEqual(found(sought, Buffer.from(text)), [], `${about}: ${text}`)
  })
})

describe('no key stands in', () => {
  it('a file but keys.json', () => {
    for (const { name, bytes } of files)
      if (name !== 'keys.json')
        assert.deepEqual(
          keys.filter((key) => bytes.includes(key)),
          [],
          name,
        )
  })
  it('a log line, nor in a printed one but the commands to try', () => {
    const printed = output.split('\n').filter((line) => !line.startsWith("  -H 'Authorization: Bearer sk_"))
    for (const line of printed) assert.deepEqual(found(asKeys(), Buffer.from(line)), [], line)
  })
  it('an answer, but for those that hand it out', () => {
    for (const { about, text, opens } of told) if (!opens) assert.deepEqual(found(asKeys(), Buffer.from(text)), [], about)
  })
})

it('no log line has the address of a client or of the ledger', () => {
  for (const line of logLines()) assert.ok(!line.includes('127.0.0.1') && !line.includes(new URL(address).port), line)
})
