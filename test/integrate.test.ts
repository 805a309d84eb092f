// docs/integrate.md as a site would use it: each named block is taken out of the page and run against a ledger.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { parseSettings } from '@consent-ledger/edge'
import { startStandalone, type Standalone } from '@consent-ledger/standalone'
import { openBrowser } from './harness/browser.ts'

const page = readFileSync(new URL('../docs/integrate.md', import.meta.url), 'utf8')
const blocks = new Map([...page.matchAll(/^```\w+ ([\w-]+)\n([\s\S]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]))
const block = (name: string): string => {
  const code = blocks.get(name)
  assert.ok(code, `docs/integrate.md has no block ${name}`)
  return code
}
const origin = 'https://europe.huttopia.com'
const banner = ['audience-measurement', 'personalised-content', 'personalised-ads', 'social-sharing']

let directory: string
let ledger: Standalone
let keys: { sites: Record<string, { secret: string; publishable: string }>; operators: { legal: string } }
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'integrate-'))
  const env = { LEDGER_DATA: join(directory, 'data'), LEDGER_PORT: '0', LOG_LEVEL: 'silent' }
  ledger = await startStandalone({ settings: parseSettings(env), say: () => {}, onFatal: (fault) => assert.fail(String(fault)) })
  keys = JSON.parse(readFileSync(join(directory, 'data', 'keys.json'), 'utf8')) as typeof keys
})
after(async () => {
  await ledger.stop()
  rmSync(directory, { recursive: true })
})

type State = { states: { purpose: string; channel: string; state: string }[]; objections: { purpose: string; channel: string }[] }
const legal = (): Record<string, string> => ({ authorization: `Bearer ${keys.operators.legal}`, 'content-type': 'application/json' })
const lookup = async (scheme: string, value: string): Promise<Response> =>
  fetch(`${ledger.url}/v1/subjects/lookup`, {
    method: 'POST',
    headers: legal(),
    body: JSON.stringify({ identifiers: [{ scheme, value }] }),
  })
const standingOf = async (scheme: string, value: string): Promise<State> => {
  const found = await lookup(scheme, value)
  assert.equal(found.status, 200)
  const { subjectId } = (await found.json()) as { subjectId: string }
  return (await (await fetch(`${ledger.url}/v1/subjects/${subjectId}/state`, { headers: legal() })).json()) as State
}
const objectionsOf = async (email: string): Promise<string[]> =>
  (await standingOf('email', email)).objections.map(({ purpose, channel }) => `${purpose}/${channel}`)
/** State of each purpose and channel that anything is known of, as `purpose/channel`. */
const stateOf = async (scheme: string, value: string): Promise<Record<string, string>> => {
  const { states } = await standingOf(scheme, value)
  return Object.fromEntries(states.filter((row) => row.state !== 'unknown').map((row) => [`${row.purpose}/${row.channel}`, row.state]))
}
const eventsOf = async (scheme: string, value: string): Promise<{ type: string; data: { occurredAt: string } }[]> => {
  const { subjectId } = (await (await lookup(scheme, value)).json()) as { subjectId: string }
  const reply = await fetch(`${ledger.url}/v1/subjects/${subjectId}/events`, { headers: legal() })
  return ((await reply.json()) as { events: { type: string; data: { occurredAt: string } }[] }).events
}
const all = (state: string): Record<string, string> => Object.fromEntries(banner.map((purpose) => [`${purpose}/web`, state]))

const outbox = (): string =>
  block('browser-outbox')
    .replace('https://ledger.example.org', ledger.url)
    .replace('pk_REPLACE_ME', keys.sites['huttopia-fr']?.publishable ?? '')
const bannerScript = (): string => outbox() + (/<script type="module">([\s\S]*?)<\/script>/.exec(block('banner'))?.[1] ?? '')

describe('a banner in plain HTML', () => {
  it('shows the published text, records an acceptance once, and does not ask again', async () => {
    const browser = openBrowser(origin)
    await browser.run(bannerScript())
    assert.equal(
      browser.element('banner').innerHTML,
      readFileSync(new URL('../examples/huttopia/notices/cookie-banner.fr.html', import.meta.url), 'utf8'),
    )
    assert.equal(browser.element('banner').hidden, false)
    await browser.click('banner', 'accept-all')
    assert.equal(browser.element('banner').hidden, true)
    assert.deepEqual(await stateOf('cookie', browser.device()), all('given'))
    assert.equal(browser.stored.get('consent-outbox'), '[]')
    await browser.run(bannerScript())
    assert.equal(browser.element('banner').hidden, true)
  })
  it('records refusing, closing and single choices', async () => {
    for (const [button, expected] of [
      ['refuse-all', all('refused')],
      ['close', all('refused')],
      ['save', { ...all('refused'), 'social-sharing/web': 'given' }],
    ] as const) {
      const browser = openBrowser(origin)
      await browser.run(bannerScript())
      browser.element('banner').ticked.add('social-sharing')
      await browser.click('banner', button)
      assert.deepEqual(await stateOf('cookie', browser.device()), expected, button)
      assert.equal(browser.under.errors, 0)
    }
  })
  it('keeps an answer that found no ledger and sends it from the next page with its original time', async () => {
    const browser = openBrowser(origin)
    await browser.run(bannerScript())
    browser.under.offline = true
    await browser.click('banner', 'accept-all')
    const kept = browser.stored.get('consent-outbox') ?? ''
    assert.equal((JSON.parse(kept) as unknown[]).length, 1)
    assert.equal((await lookup('cookie', browser.device())).status, 404)
    browser.under.offline = false
    await browser.run(bannerScript())
    assert.deepEqual(await stateOf('cookie', browser.device()), all('given'))
    assert.equal(browser.stored.get('consent-outbox'), '[]')
    // The answer was lost on the way: the same again has one effect.
    browser.stored.set('consent-outbox', kept)
    await browser.run(bannerScript())
    const [act] = JSON.parse(kept) as [{ body: { occurredAt: string } }]
    const events = await eventsOf('cookie', browser.device())
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.occurredAt]),
      banner.map(() => ['ConsentGiven', act.body.occurredAt]),
    )
  })
})

describe('consent tools', () => {
  it('vanilla-cookieconsent: first choice and change are acts', async () => {
    const browser = openBrowser(origin)
    const tool = { accepted: banner.slice(0, 1), type: 'custom', config: {} as { onFirstConsent: () => unknown; onChange: () => unknown } }
    const CookieConsent = {
      getUserPreferences: () => ({ acceptType: tool.type, acceptedCategories: tool.accepted }),
      run: (config: typeof tool.config) => (tool.config = config),
    }
    await browser.run(outbox() + block('vanilla-cookieconsent'), { CookieConsent })
    await tool.config.onFirstConsent()
    assert.deepEqual(await stateOf('cookie', browser.device()), { ...all('refused'), 'audience-measurement/web': 'given' })
    Object.assign(tool, { accepted: [], type: 'necessary' })
    await tool.config.onChange()
    assert.deepEqual(await stateOf('cookie', browser.device()), all('refused'))
  })
  it('klaro: what is saved is an act, what is only ticked is not', async () => {
    const browser = openBrowser(origin)
    type Watcher = { update(manager: unknown, event: string, saved: unknown): void }
    const watchers: Watcher[] = []
    const klaro = { getManager: () => ({ watch: (watcher: Watcher) => watchers.push(watcher) }) }
    const tell = (event: string, saved: unknown): void => watchers.forEach((watcher) => watcher.update(null, event, saved))
    await browser.run(outbox() + block('klaro'), { klaro })
    const consents = Object.fromEntries(banner.map((purpose) => [purpose, true]))
    tell('consents', consents)
    assert.equal(browser.device(), '')
    tell('saveConsents', { changes: consents, consents, type: 'accept' })
    await browser.run('')
    assert.deepEqual(await stateOf('cookie', browser.device()), all('given'))
  })
})

describe('a form on the server: Node', () => {
  type Site = {
    newsletterSubmitted(form: object, request: object): void
    unsubscribed(email: string): void
    sold(order: object): void
    contacted(email: string, kind: string): void
    sendOutbox(): Promise<number>
  }
  const request = { language: 'fr', ip: '203.0.113.9', userAgent: 'example', pageUrl: `${origin}/newsletter` }
  let door: Server
  let site: Site
  const busy = { times: 0, seen: [] as string[] }
  before(async () => {
    // A ledger that is sometimes busy: what its door turns away with 503 never reached it.
    door = createServer((incoming, reply) => {
      void (async () => {
        const body = Buffer.concat(await incoming.toArray()).toString()
        busy.seen.push(`${String(incoming.headers['idempotency-key'])} ${body}`)
        if (busy.times-- > 0) return reply.writeHead(503, { 'retry-after': '7' }).end()
        const headers = {
          authorization: incoming.headers.authorization ?? '',
          'content-type': 'application/json',
          'idempotency-key': String(incoming.headers['idempotency-key']),
        }
        const answer = await fetch(ledger.url + (incoming.url ?? ''), { method: 'POST', headers, body })
        return reply.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
      })()
    })
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    process.env['LEDGER_URL'] = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
    process.env['LEDGER_SITE_KEY'] = keys.sites['huttopia-fr']?.secret ?? ''
    process.env['SITE_DATABASE'] = ':memory:'
    const file = join(directory, 'site.mjs')
    writeFileSync(file, block('node-form'))
    site = (await import(file)) as Site
  })
  after(() => door.close())

  it('records the ticked boxes as yes and the empty ones as no', async () => {
    const email = `${randomUUID()}@example.org`
    site.newsletterSubmitted({ email, 'commercial-mail.email': 'on', 'personalised-ads': 'on' }, request)
    assert.equal(await site.sendOutbox(), 5)
    const expected = {
      'commercial-mail/email': 'given',
      'commercial-mail/sms': 'refused',
      'mail-opening/email': 'refused',
      'personalised-ads/web': 'given',
    }
    assert.deepEqual(await stateOf('email', email), expected)
    site.unsubscribed(email)
    await site.sendOutbox()
    assert.deepEqual(await stateOf('email', email), expected)
    assert.deepEqual(await objectionsOf(email), ['commercial-mail/email'])
  })
  it('a sale with what was refused at it, and a click, are contacts', async () => {
    const email = `${randomUUID()}@example.org`
    site.sold({ email, number: 'R-1042', 'no-post': 'on' })
    site.contacted(email, 'click')
    assert.equal(await site.sendOutbox(), 5)
    const events = await eventsOf('email', email)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['ContactRecorded', 'ObjectionRecorded', 'ContactRecorded'],
    )
    assert.deepEqual(await objectionsOf(email), ['commercial-post/post'])
  })
  it('503: waits as told, then sends the same key, words and time', async () => {
    const email = `${randomUUID()}@example.org`
    site.newsletterSubmitted({ email, 'commercial-mail.email': 'on' }, request)
    busy.seen = []
    busy.times = 1
    assert.equal(await site.sendOutbox(), 7)
    assert.equal((await lookup('email', email)).status, 404)
    assert.equal(await site.sendOutbox(), 5)
    assert.equal((await stateOf('email', email))['commercial-mail/email'], 'given')
    assert.equal(busy.seen.length, 2)
    assert.equal(busy.seen[0], busy.seen[1])
    await site.sendOutbox()
    assert.equal(busy.seen.length, 2)
  })
  it('4xx: parks the act and goes on with the next', async () => {
    const email = `${randomUUID()}@example.org`
    site.newsletterSubmitted({ email: 'not an address', 'commercial-mail.email': 'on' }, request)
    site.newsletterSubmitted({ email, 'commercial-mail.email': 'on' }, request)
    busy.seen = []
    assert.equal(await site.sendOutbox(), 5)
    assert.equal((await stateOf('email', email))['commercial-mail/email'], 'given')
    await site.sendOutbox()
    assert.equal(busy.seen.length, 2)
  })
})

describe('forms in PHP and Rails', () => {
  const literals = { 'php-form': /<<<'JSON'\n([\s\S]*?)\nJSON/, 'rails-form': /<<~'JSON'\)\.freeze\n([\s\S]*?)\n\s*JSON\n/ }
  for (const [name, pattern] of Object.entries(literals)) {
    it(`${name} posts what the ledger records`, async () => {
      const act = JSON.parse(pattern.exec(block(name))?.[1] ?? '') as { subject: { identifiers: { value: string }[] } }
      const email = `${randomUUID()}@example.org`
      act.subject.identifiers = [{ ...act.subject.identifiers[0], value: email }]
      const headers = {
        authorization: `Bearer ${keys.sites['huttopia-fr']?.secret}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      }
      const reply = await fetch(`${ledger.url}/v1/consents`, { method: 'POST', headers, body: JSON.stringify(act) })
      assert.equal(reply.status, 201)
      assert.equal((await stateOf('email', email))['commercial-mail/email'], 'given')
    })
  }
})
