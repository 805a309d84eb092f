// A list of addresses checked before a mailing: what each line is told, who may ask, and what is recorded of it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { iso, parseScrubToken } from '@consent-ledger/domain'
import { saltedHash } from '@consent-ledger/proof'
import { openNote, parseVkey } from '@consent-ledger/tlog'
import { someone } from './market.ts'
import { project } from './projecting.ts'
import { eventually, lineOf, listOf, openScrubbing, read, recorded, send, told, type Scrubbing } from './scrubbing.ts'
import { cookie, email } from './world.ts'
import { publishPurpose } from './purposes.ts'

let scrubbing: Scrubbing
before(async () => {
  scrubbing = await openScrubbing()
})
after(() => scrubbing.world.close())

const problemOf = async (body: string | Buffer, sending: Parameters<typeof send>[2]) => {
  const { status, bytes, headers } = await send(scrubbing, body, sending)
  return { status, headers, code: (JSON.parse(bytes.toString()) as { code: string }).code }
}

describe('the answer', () => {
  test('has a line for each line, in the order of the list, and repeats no address', async () => {
    const list = listOf('carla', 'anna', 'nobody', 'bruno', 'anna', 'denis')
    const { answers, lines } = await told(scrubbing, list)
    const { anna, bruno, carla } = scrubbing.people
    const no = { allowed: false, until: null }
    assert.deepEqual(answers, [
      { line: 1, subjectId: carla, ...no, reason: 'OBJECTED' },
      { line: 2, subjectId: anna, allowed: true, reason: 'CONSENT_GIVEN', until: null },
      { line: 3, subjectId: null, ...no, reason: 'UNKNOWN_SUBJECT' },
      { line: 4, subjectId: bruno, ...no, reason: 'CONSENT_WITHDRAWN' },
      { line: 5, subjectId: anna, allowed: true, reason: 'CONSENT_GIVEN', until: null },
      { line: 6, subjectId: null, ...no, reason: 'UNKNOWN_SUBJECT' },
    ])
    assert.doesNotMatch(lines, /@|example/)
  })

  test('ends with a token that says what was hashed, counted and known', async () => {
    const list = listOf('anna', 'bruno')
    const { lines, end } = await told(scrubbing, list)
    const { world } = scrubbing
    const salted = (text: string): string => saltedHash(end.nonce).update(text).digest('hex')
    assert.deepEqual([end.inputSha256, end.outputSha256, end.count], [salted(list), salted(lines), 2])
    assert.match(end.nonce, /^[0-9a-f]{64}$/)
    const { epoch, head } = await world.readModel.feed()
    assert.deepEqual([end.cursor, end.asOf], [`${epoch}.${head}`, iso((await world.readModel.progress()).asOf ?? 0)])
    const said = parseScrubToken(openNote(end.token, [parseVkey(world.log.statementKey.vkey)]).text)
    const { id, token: _, nonce: __, lagMs, ...rest } = end
    assert.equal(lagMs, world.tick.now - Date.parse(end.asOf))
    assert.deepEqual({ ...said, ...rest, scrubId: id }, said)
    assert.deepEqual([said.purpose, said.channel, said.controllerId, said.recipient, said.allowed], ['news', 'email', 'campo', null, 1])
  })

  test('is an event of the controller, without the nonce, before it is an answer', async () => {
    const { end } = await told(scrubbing, listOf('anna'))
    const event = (await recorded(scrubbing)).at(-1)
    const { id, token, nonce, lagMs: _, ...rest } = end
    const operator = event?.data['operator']
    assert.deepEqual(event?.data, { scrubId: id, operator, purpose: 'news', channel: 'email', allowed: 1, ...rest })
    assert.deepEqual([event?.metadata.writer.kind, event?.metadata.writer.id], ['operator', operator])
    assert.match(token, new RegExp(`^event controller-campo ${event?.revision}$`, 'm'))
    assert.doesNotMatch(JSON.stringify(event?.data), new RegExp(nonce))
  })

  test('of the same list sent again is another scrub, which nobody can tell by its hashes to be the same', async () => {
    const [one, other] = [await told(scrubbing, listOf('anna')), await told(scrubbing, listOf('anna'))]
    assert.deepEqual(one.answers, other.answers)
    assert.notEqual(one.end.id, other.end.id)
    assert.notEqual(one.end.inputSha256, other.end.inputSha256)
  })

  test('of an empty list is its last line alone', async () => {
    const { answers, end } = await told(scrubbing, '')
    assert.deepEqual([answers, end.count], [[], 0])
  })
})

describe('a line that cannot be read', () => {
  const long = 'x'.repeat(5000)
  const lines: [line: string | Buffer, error: object][] = [
    ['{ "scheme": "email", "value": ', { code: 'UNREADABLE_BODY', pointer: '', rule: 'json' }],
    ['anna@example.org', { code: 'UNREADABLE_BODY', pointer: '', rule: 'json' }],
    [Buffer.from([0x22, 0xff, 0x22]), { code: 'UNREADABLE_BODY', pointer: '', rule: 'utf-8' }],
    ['"anna@example.org"', { code: 'INVALID_REQUEST', pointer: '', rule: 'type' }],
    ['{"scheme":"email","value":"anna@example.org","anna@example.org":1}', { code: 'INVALID_REQUEST', pointer: '', rule: 'unknown-field' }],
    ['{"value":"anna@example.org"}', { code: 'INVALID_REQUEST', pointer: '/scheme', rule: 'required' }],
    ['{"scheme":"email","value":17}', { code: 'INVALID_REQUEST', pointer: '/value', rule: 'type' }],
    ['{"scheme":"email","value":"anna at example.org"}', { code: 'IDENTIFIER_INVALID', pointer: '/value', rule: 'email' }],
    ['{"scheme":"address","value":"1 rue du Pré"}', { code: 'IDENTIFIER_INVALID', pointer: '/scheme', rule: 'declared' }],
    [`{"scheme":"email","value":"${long}@example.org"}`, { code: 'TOO_LARGE', pointer: '', rule: 'length' }],
  ]
  for (const [line, error] of lines)
    test(`is named by its number: ${JSON.stringify(error)}`, async () => {
      const list = Buffer.concat([Buffer.from(listOf('anna')), Buffer.from(line), Buffer.from(`\n${listOf('bruno')}`)])
      const { answers, end, lines } = await told(scrubbing, list)
      assert.deepEqual(answers[1], { line: 2, error })
      assert.deepEqual(
        answers.map((answer) => ('reason' in answer ? answer.reason : null)),
        ['CONSENT_GIVEN', null, 'CONSENT_WITHDRAWN'],
      )
      assert.equal(end.count, 3)
      assert.doesNotMatch(lines, /@|example|Pré|xxx/)
    })

  test('empty is passed over, and counted as the editor counts it; nobody needs to end the last one', async () => {
    const { answers, end } = await told(
      scrubbing,
      `\r\n${lineOf('anna@example.org').replace('\n', '\r\n')}\n \t\n${listOf('bruno').trim()}`,
    )
    assert.deepEqual([answers.map(({ line }) => line), end.count], [[2, 5], 2])
  })
})

describe('gzip', () => {
  const list = listOf('anna', 'bruno', 'nobody')
  test('is read where the list is packed, and written where it is taken', async () => {
    const plain = await told(scrubbing, list)
    const headers = { 'content-encoding': 'gzip', 'accept-encoding': 'gzip, br' }
    const { bytes, headers: answered } = await send(scrubbing, gzipSync(list), { headers })
    assert.deepEqual([answered['content-encoding'], answered['vary'], answered['content-type']], ['gzip', 'Accept-Encoding', 'application/x-ndjson; charset=utf-8']) // prettier-ignore
    const packed = read(gunzipSync(bytes).toString())
    assert.deepEqual(packed.answers, plain.answers)
    assert.equal(packed.end.inputSha256, saltedHash(packed.end.nonce).update(list).digest('hex'))
  })
  test('of several members is one list; refused is not written', async () => {
    const two = Buffer.concat([gzipSync(listOf('anna')), gzipSync(listOf('bruno'))])
    const { answers } = await told(scrubbing, two, { headers: { 'content-encoding': 'gzip', 'accept-encoding': 'gzip;q=0' } })
    assert.equal(answers.length, 2)
  })
})

describe('several people', () => {
  test('at another controller are other people', async () => {
    const there = await someone(scrubbing.world, [email('anna@example.org')], 'other')
    await project(scrubbing.world)
    const { answers, end } = await told(scrubbing, listOf('anna'), { as: 'all', query: 'purpose=news&channel=email&controller=other' })
    assert.deepEqual(answers, [{ line: 1, subjectId: there, allowed: false, reason: 'NO_CONSENT', until: null }])
    assert.match(end.token, /^event controller-other /m)
    const unnamed = await problemOf(listOf('anna'), { as: 'all' })
    assert.deepEqual([unnamed.status, unnamed.code], [400, 'CONTROLLER_NEEDED'])
  })
  test('by a cookie are reached as by an address', async () => {
    const browser = await someone(scrubbing.world, [cookie('c-1')])
    const { answers } = await told(scrubbing, lineOf('c-1', 'cookie'))
    assert.deepEqual(answers, [{ line: 1, subjectId: browser, allowed: false, reason: 'NO_CONSENT', until: null }])
  })
})

describe('who may ask, and what', () => {
  test('marketing, legal, dpo and auditor; nobody else', async () => {
    for (const as of ['marketing', 'legal', 'dpo', 'auditor']) assert.equal((await send(scrubbing, listOf('anna'), { as })).status, 200, as)
    assert.equal((await problemOf(listOf('anna'), { as: 'campoadmin' })).status, 403)
    assert.equal((await problemOf(listOf('anna'), { as: 'stranger' })).status, 401)
  })
  test('of a purpose that there is, on a channel that there is', async () => {
    assert.equal((await problemOf('', { query: 'purpose=none&channel=email' })).code, 'UNKNOWN_PURPOSE')
    assert.equal((await problemOf('', { query: 'purpose=news&channel=pigeon' })).code, 'INVALID_REQUEST')
    assert.equal((await problemOf('', { query: 'purpose=news' })).code, 'INVALID_REQUEST')
    const byPost = await problemOf(listOf('anna'), { query: 'purpose=news&channel=post' })
    assert.deepEqual([byPost.status, byPost.code], [422, 'CHANNEL_NOT_IN_PURPOSE'])
    assert.equal((await problemOf('', { query: 'purpose=news&channel=email&controller=none' })).status, 404)
  })
  test('in lines, packed with gzip or not at all', async () => {
    for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/plain' }, { 'content-encoding': 'br' }])
      assert.deepEqual((await problemOf(listOf('anna'), { headers })).status, 415)
    assert.equal((await send(scrubbing, listOf('anna'), { headers: { 'content-type': 'application/jsonl; charset=utf-8' } })).status, 200)
  })
  test('for a system of the catalogue, whose acknowledgement it is', async () => {
    const query = 'purpose=news&channel=email&recipient='
    const { end } = await told(scrubbing, listOf('anna'), { query: `${query}mailer` })
    // It is said once the connection has taken the last line.
    const said = await eventually(async () => (await scrubbing.world.readModel.acknowledgements('campo'))[0])
    assert.deepEqual([said.recipient, `${said.epoch}.${said.n}`], ['mailer', end.cursor])
    assert.equal((await recorded(scrubbing)).at(-1)?.data['recipient'], 'mailer')
    assert.match(end.token, /^recipient mailer$/m)
    assert.equal((await problemOf(listOf('anna'), { query: `${query}nobody` })).status, 404)
    assert.equal((await problemOf(listOf('anna'), { query: `${query}mailer`, as: 'auditor' })).status, 403)
  })
  test('for no system that the catalogue names for more than what was scrubbed: nobody vouches for the rest', async () => {
    const { world } = scrubbing
    const named = (id: string) => [{ id, name: 'Envoi SARL', country: 'FR', role: 'processor' as const }]
    const consent = { legalBasis: 'consent', channels: ['email'] } as const
    await publishPurpose(world, { ...consent, channels: ['email'], id: 'offers', recipients: [...named('both'), ...named('wide')] })
    await publishPurpose(world, { ...consent, channels: ['email'], id: 'sales', recipients: named('both') })
    await publishPurpose(world, { ...consent, channels: ['email', 'sms'], id: 'alerts', recipients: named('once') })
    await publishPurpose(world, { ...consent, channels: ['email'], id: 'alerts', version: 2, recipients: named('once') })
    await publishPurpose(world, { ...consent, channels: ['email', 'sms'], id: 'wide-mail', recipients: named('sms') })
    await project(world)
    const codeOf = async (purpose: string, recipient: string) =>
      (await problemOf(listOf('anna'), { query: `purpose=${purpose}&channel=email&recipient=${recipient}` })).code
    assert.equal(await codeOf('offers', 'both'), 'RECIPIENT_NOT_COVERED')
    assert.equal(await codeOf('wide-mail', 'sms'), 'RECIPIENT_NOT_COVERED')
    assert.equal(await codeOf('alerts', 'once'), 'RECIPIENT_NOT_COVERED')
    assert.equal(await codeOf('news', 'both'), 'RECIPIENT_NOT_COVERED')
    const { end } = await told(scrubbing, listOf('anna'), { query: 'purpose=offers&channel=email&recipient=wide' })
    assert.match(end.token, /^recipient wide$/m)
  })
})
