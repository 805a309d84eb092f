// docs/marketing.md as a marketing engineer would use it: each named block is taken out of the page and run against a ledger.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { parseSettings } from '@consent-ledger/edge'
import { startStandalone, type Standalone } from '@consent-ledger/standalone'

const page = readFileSync(new URL('../docs/marketing.md', import.meta.url), 'utf8')
const blocks = new Map([...page.matchAll(/^```\w+ ([\w-]+)\n([\s\S]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]))
const block = (name: string): string => blocks.get(name) ?? assert.fail(`docs/marketing.md has no block ${name}`)

type Key = { controller: string; subjectId: string; purpose: string; channel: string }
type Copy = { asOf: string; verdicts: Record<string, Key & { allowed: boolean }> }
type Reading = { mayContact: (state: Copy, key: Key, now?: number) => boolean }

let directory: string
let ledger: Standalone
let secret = ''
let env: NodeJS.ProcessEnv
let file: string
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'marketing-'))
  const settings = parseSettings({ LEDGER_DATA: join(directory, 'data'), LEDGER_PORT: '0', LOG_LEVEL: 'silent' })
  ledger = await startStandalone({ settings, say: () => {}, onFatal: (fault) => assert.fail(String(fault)) })
  const { sites, operators } = ledger.keys ?? assert.fail()
  secret = sites['huttopia-fr']?.secret ?? assert.fail()
  file = join(directory, 'verdicts.json')
  env = { ...process.env, LEDGER_URL: ledger.url, MARKETING_KEY: operators['marketing'], FILE: file }
})
after(async () => {
  await ledger.stop()
  rmSync(directory, { recursive: true })
})

const anna = { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] }
const say = async (path: string, body: object): Promise<void> => {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const reply = await fetch(`${ledger.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ subject: anna, ...body }) })
  assert.equal(reply.status, 201, await reply.text())
}
const shell = async (name: string): Promise<Record<string, unknown>> => {
  const { stdout } = await promisify(execFile)('sh', ['-c', block(name)], { env })
  return JSON.parse(stdout) as Record<string, unknown>
}
/** What `look` tells, once it tells something: the read model is a moment behind. Errors: `what` is missing after a minute. */
const eventually = async <T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(20)) {
    const found = await look()
    if (found !== undefined) return found
  }
  return assert.fail(`After a minute still not: ${what}`)
}

describe('docs/marketing.md', () => {
  it('asks about one person, now and in the past', async () => {
    await say('/v1/consents', {
      notice: { id: 'newsletter-form', version: 1, language: 'fr' },
      choices: [{ purpose: 'commercial-mail', decision: 'given', channels: ['email'] }],
    })
    const now = await eventually('the look-up says CONSENT_GIVEN', async () => {
      const answer = await shell('look-up')
      return answer['reason'] === 'CONSENT_GIVEN' ? answer : undefined
    })
    assert.equal(now['allowed'], true)
    assert.equal((await shell('look-back'))['reason'], 'UNKNOWN_SUBJECT')
  })

  it('keeps a copy level, by which nobody is contacted after a no, an end, or on an old copy', async () => {
    writeFileSync(join(directory, 'follow.mjs'), block('follow'))
    writeFileSync(join(directory, 'mayContact.mjs'), block('may-contact'))
    const { mayContact } = (await import(pathToFileURL(join(directory, 'mayContact.mjs')).href)) as Reading
    const follower = spawn(process.execPath, [join(directory, 'follow.mjs')], { env, stdio: 'inherit' })
    try {
      const kept = (): Copy | undefined => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Copy) : undefined)
      const copied = (allowed: boolean) =>
        eventually(`the copy has allowed ${allowed} for commercial-mail by e-mail`, () => {
          const copy = kept()
          const key = Object.values(copy?.verdicts ?? {}).find((one) => one.purpose === 'commercial-mail' && one.channel === 'email')
          return copy && key?.allowed === allowed ? { copy, key } : undefined
        })
      const { copy, key } = await copied(true)
      assert.equal(mayContact(copy, key), true)
      assert.equal(mayContact(copy, { ...key, subjectId: '0'.repeat(32) }), false)
      assert.equal(mayContact(copy, { ...key, channel: 'sms' }), false)
      assert.throws(() => mayContact(copy, key, Date.parse(copy.asOf) + 60_001), /too old/)

      await say('/v1/withdrawals', { purposes: ['commercial-mail'] })
      const later = await copied(false)
      assert.equal(mayContact(later.copy, later.key), false)
    } finally {
      follower.kill()
      await once(follower, 'exit')
    }
  })

  it('hears of changes as they happen', async () => {
    const listener = spawn('sh', ['-c', `exec ${block('events').trim()}`], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let heard = ''
    listener.stdout.setEncoding('utf8').on('data', (piece: string) => (heard += piece))
    try {
      await eventually('the change to CONSENT_WITHDRAWN is heard', () =>
        /^id: \d+\.\d+\nevent: change\ndata: \{.*"reason":"CONSENT_WITHDRAWN"/m.test(heard) ? heard : undefined,
      )
      await eventually('a line says as of when', () => (/^: asOf \S+Z\nid: \d+\.\d+\n\n/m.test(heard) ? heard : undefined))
    } finally {
      listener.kill()
      await once(listener, 'exit')
    }
  })
})
