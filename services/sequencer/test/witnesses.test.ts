// Witnesses that are silent, dead, wrong or malicious: none of them spoils a head or holds it up for longer than the deadline.
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { cosign, openNote, parsePolicy, parseVkey } from '@consent-ledger/tlog'
import { openWitnesses } from '../src/witnesses.ts'
import { address, deadAddress, headOf, type Manner, obliging, witnessesOf, witnessKey } from './strangeWitness.ts'

const patient = 60_000

/** How a single witness that answers in this manner stands after one round. */
const outcomeOf = async (t: TestContext, manner: Manner) => {
  const key = witnessKey()
  const { url, asked } = await address(t, manner)
  const { witnesses } = witnessesOf([{ key, url }], 1)
  const { signatures, enough, outcomes } = await witnesses.ask(await headOf(100n), patient)
  assert.equal(signatures.length > 0, enough)
  return { outcome: outcomes[0]?.outcome, signatures, asked }
}
const answering =
  (status: number, body = ''): Manner =>
  (_request, reply) =>
    reply.writeHead(status).end(body)

describe('k of n', () => {
  /** Three witnesses, of which those named answer. */
  const round = async (t: TestContext, answer: number[]) => {
    const known = await Promise.all(
      [0, 1, 2].map(async (n) => {
        const key = witnessKey(n)
        return { key, url: answer.includes(n) ? (await address(t, obliging(key))).url : await deadAddress() }
      }),
    )
    const asked = await headOf(100n)
    return { known, asked, ...(await witnessesOf(known, 2).witnesses.ask(asked, patient)) }
  }

  it('two of three are enough, and their lines make the note one that both signed', async (t) => {
    const { known, asked, signatures, enough, outcomes } = await round(t, [0, 2])
    assert.ok(enough)
    assert.deepEqual(outcomes, [
      { name: 'w0', outcome: 'cosigned', why: 'cosigned' },
      { name: 'w1', outcome: 'unreachable', why: 'cannot be reached' },
      { name: 'w2', outcome: 'cosigned', why: 'cosigned' },
    ])
    const { verified } = openNote(
      asked.note + signatures.join(''),
      known.map(({ key }) => parseVkey(key.vkey)),
    )
    assert.deepEqual(
      verified.map(({ name }) => name),
      ['witness.example.org/0', 'witness.example.org/2'],
    )
  })
  it('one of three is not, but what it said is told', async (t) => {
    const { signatures, enough } = await round(t, [1])
    assert.deepEqual([signatures.length, enough], [1, false])
  })
  it('a witness without an address is not asked', async () => {
    const { outcomes } = await witnessesOf([{ key: witnessKey() }], 1).witnesses.ask(await headOf(100n), patient)
    assert.equal(outcomes[0]?.outcome, 'no-address')
  })
  it('witnesses at the same size share one proof', async (t) => {
    const keys = [witnessKey(1), witnessKey(2)]
    const known = await Promise.all(keys.map(async (key) => ({ key, url: (await address(t, obliging(key))).url })))
    const { witnesses } = witnessesOf(known, 2)
    await witnesses.ask(await headOf(40n), patient)
    const next = await headOf(100n)
    assert.ok((await witnesses.ask(next, patient)).enough)
    assert.deepEqual(next.proofs, [40n])
  })
  it('a proof that cannot be made is the log’s own fault, and is thrown', async (t) => {
    const { url } = await address(t, answering(409, '40\n'))
    const unreadable = { ...(await headOf(100n)), consistency: () => Promise.reject(new Error('the tile is gone')) }
    await assert.rejects(witnessesOf([{ key: witnessKey(), url }], 1).witnesses.ask(unreadable, patient), /the tile is gone/)
  })
})

describe('a witness that does not answer', () => {
  it('is waited for until the deadline, then rests, longer each time; asked again, it counts again', async (t) => {
    const key = witnessKey()
    let silent = true
    const { url, asked } = await address(t, (request, reply) => void (silent || obliging(key)(request, reply)))
    const { witnesses, now } = witnessesOf([{ key, url }], 1)
    const round = async (): Promise<string | undefined> =>
      (await witnesses.ask(await headOf(100n), silent ? 300 : patient)).outcomes[0]?.outcome
    assert.equal(await round(), 'silent')
    assert.equal(await round(), 'rests')
    now.ms += 1_000
    assert.equal(await round(), 'silent')
    now.ms += 1_000
    assert.equal(await round(), 'rests', 'two seconds this time')
    assert.equal(asked.length, 2)
    silent = false
    now.ms += 1_000
    assert.equal(await round(), 'cosigned')
  })
  it('rests for as long as time passes, whatever the clock of the machine says', async (t) => {
    const now = t.mock.method(performance, 'now', () => 0)
    t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-22T10:00:00.000Z') })
    const policy = parsePolicy(`witness w ${witnessKey().vkey} ${await deadAddress()}\nquorum w\n`)
    const witnesses = openWitnesses({ policy })
    const round = async (): Promise<string | undefined> => (await witnesses.ask(await headOf(100n), patient)).outcomes[0]?.outcome
    assert.equal(await round(), 'unreachable')
    assert.equal(await round(), 'rests')
    t.mock.timers.setTime(Date.parse('2026-11-22T11:00:00.000Z'))
    assert.equal(await round(), 'rests', 'the clock was put forward')
    t.mock.timers.setTime(Date.parse('2026-11-22T09:00:00.000Z'))
    now.mock.mockImplementation(() => 1_000)
    assert.equal(await round(), 'unreachable', 'the clock was put back')
  })
  it('does not keep the others from counting', async (t) => {
    const [mute, key] = [witnessKey(1), witnessKey(2)]
    const known = [
      { key: mute, url: (await address(t, () => {})).url },
      { key, url: (await address(t, obliging(key))).url },
    ]
    const { enough, outcomes } = await witnessesOf(known, 1).witnesses.ask(await headOf(100n), 300)
    assert.ok(enough)
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['silent', 'cosigned'],
    )
  })
})

describe('an answer that is no cosignature', () => {
  it('is not believed: no signature, none that can be read, of another key, of another text', async (t) => {
    const [key, other] = [witnessKey(), witnessKey()]
    const { url, asked } = await address(t, (request, reply) => reply.end(answers.shift()?.(request.text) ?? ''))
    const answers = [
      () => '',
      () => 'yes',
      () => `— ${key.name} AAAA\n`,
      (text: string) => cosign(other, text, 1n),
      (text: string) => cosign(key, text.replace('100', '101'), 1n),
      (text: string) => cosign(key, text, 1n).slice(0, -1),
      (text: string) => `${cosign(key, text, 1n)}${'x'.repeat(20_000)}`,
    ]
    const rounds = answers.length
    const { witnesses } = witnessesOf([{ key, url }], 1)
    for (let n = 0; n < rounds; n += 1) {
      const { signatures, outcomes } = await witnesses.ask(await headOf(100n), patient)
      assert.deepEqual([outcomes[0]?.outcome, signatures], ['malformed', []], `answer ${n}`)
    }
    assert.equal(asked.length, rounds)
  })
  it('nor one that makes the head a part of a longer text, which would spoil the head for all who know the witness', async (t) => {
    const key = witnessKey()
    const { note } = await headOf(100n)
    const { url } = await address(t, (_request, reply) => reply.end(`\n${cosign(key, note, 1n)}`))
    const { signatures, outcomes } = await witnessesOf([{ key, url }], 1).witnesses.ask(await headOf(100n), patient)
    assert.deepEqual([outcomes[0]?.outcome, signatures], ['malformed', []])
  })
  it('is given up, if it never ends', async (t) => {
    const endless: Manner = (_request, reply) => {
      const more = (): void => {
        while (!reply.destroyed && reply.write('x'.repeat(65_536)));
        reply.once('drain', more)
      }
      more()
    }
    assert.equal((await outcomeOf(t, endless)).outcome, 'malformed')
  })
  it('is not looked for elsewhere', async (t) => {
    const elsewhere = await address(t, answering(200))
    const { outcome } = await outcomeOf(t, (_request, reply) => reply.writeHead(307, { location: `${elsewhere.url}/add-checkpoint` }).end())
    assert.deepEqual([outcome, elsewhere.asked], ['unreachable', []])
  })
})

describe('a refusal', () => {
  it('with a size is followed, once', async (t) => {
    const { outcome, asked } = await outcomeOf(t, ({ old }, reply) => reply.writeHead(409).end(`${old + 1n}\n`))
    assert.deepEqual([outcome, asked], ['refused', [0n, 1n]])
  })
  it('with a larger size: it saw a tree that this log does not have yet', async (t) => {
    assert.deepEqual(await outcomeOf(t, answering(409, '101\n')), { outcome: 'ahead', signatures: [], asked: [0n] })
  })
  it('of the tree itself: it disagrees', async (t) => {
    assert.equal((await outcomeOf(t, answering(422))).outcome, 'disagrees')
    assert.equal((await outcomeOf(t, answering(409, '100\n'))).outcome, 'disagrees', 'as witnesses said it before July 2026')
  })
  it('without a size, or of another kind', async (t) => {
    assert.equal((await outcomeOf(t, answering(409, 'no'))).outcome, 'malformed')
    for (const status of [400, 403, 404, 429, 500, 503]) assert.equal((await outcomeOf(t, answering(status))).outcome, 'refused')
  })
})
