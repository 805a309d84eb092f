// Many look-ups at once: each is told of its own person, and only once its own note is durable.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import { no, openMarket, say, sale, someone, yes } from './market.ts'
import { project } from './projecting.ts'
import { email, type World } from './world.ts'

type Answer = { subjectId: string; allowed: boolean; reason: string }
type Reply = Awaited<ReturnType<World['ask']>>

const address = (n: number): string => `person.${n}@example.org`
const facts = [yes, no, sale] as const
const reasons = ['CONSENT_GIVEN', 'CONSENT_WITHDRAWN', 'NO_CONSENT'] as const

/** People of whom each third said something else; nobody is noted as looked at yet. */
const crowd = async (count: number, vaultOver: (vault: Vault) => Vault = (vault) => vault): Promise<{ world: World; people: string[] }> => {
  const world = await openMarket({ vaultOver })
  const people: string[] = []
  for (let n = 0; n < count; n++) {
    const subjectId = await someone(world, [email(address(n))])
    await say(world, subjectId, (facts[n % 3] ?? yes)(world))
    people.push(subjectId)
  }
  await project(world)
  return { world, people }
}

const lookUp = (world: World, n: number): Promise<Reply> =>
  world.ask('POST', '/v1/eligibility', 'marketing', {
    identifiers: [{ scheme: 'email', value: address(n) }],
    purpose: 'news',
    channel: 'email',
  })
const answerOf = ({ json }: Reply): Answer => json as Answer
const isNoted = async ({ vault }: World, subjectId: string): Promise<boolean> => (await vault.accesses(subjectId)).length > 0

describe('given many people, when they are all asked about at once', () => {
  test('then each answer is of its own person, and each is noted', async () => {
    const { world, people } = await crowd(30)
    const replies = await Promise.all(people.map((_, n) => lookUp(world, n)))
    for (const [n, subjectId] of people.entries()) {
      const reply = replies[n]
      assert.ok(reply)
      assert.equal(reply.status, 200, reply.text)
      const { reason, allowed, ...answer } = answerOf(reply)
      assert.deepEqual([answer.subjectId, reason, allowed], [subjectId, reasons[n % 3], n % 3 === 0])
      assert.equal((await world.vault.accesses(subjectId)).length, 1)
    }
    await world.close()
  })

  test('then those of two purposes, of a person, of nobody and of another controller do not meet', async () => {
    const { world, people } = await crowd(3)
    const [anna = ''] = people
    const ask = (body: object, as = 'marketing'): Promise<Reply> => world.ask('POST', '/v1/eligibility', as, { channel: 'email', ...body })
    const whom = { identifiers: [{ scheme: 'email', value: address(0) }] }
    const replies = await Promise.all([
      ask({ ...whom, purpose: 'news' }),
      ask({ ...whom, purpose: 'stays' }),
      ask({ subjectId: anna, purpose: 'news' }),
      ask({ identifiers: [{ scheme: 'email', value: 'nobody@example.org' }], purpose: 'news' }),
      ask({ ...whom, purpose: 'news', controller: 'other' }, 'all'),
      ask({ ...whom, purpose: 'nothing' }),
      ask({ ...whom, purpose: 'news' }),
    ])
    assert.deepEqual(
      replies.map((reply) => (reply.status === 200 ? answerOf(reply).reason : reply.status)),
      ['CONSENT_GIVEN', 'NO_SALE', 'CONSENT_GIVEN', 'UNKNOWN_SUBJECT', 'UNKNOWN_SUBJECT', 422, 'CONSENT_GIVEN'],
    )
    assert.equal((await world.vault.accesses(anna)).length, 4)
    await world.close()
  })

  test('then an answer waits for its own note, and for no other', async () => {
    const held = new Map<string, () => void>()
    const { world, people } = await crowd(4, (vault) => ({
      ...vault,
      logAccess: async (access) => {
        await new Promise<void>((resolve) => held.set(access.subjectId, resolve))
        return vault.logAccess(access)
      },
    }))
    const answered: number[] = []
    const replies = people.map(async (subjectId, n) => {
      const reply = await lookUp(world, n)
      assert.equal(reply.status, 200)
      assert.ok(await isNoted(world, subjectId))
      answered.push(n)
    })
    for (const n of [2, 0, 3, 1]) {
      const subjectId = people[n] ?? ''
      while (!held.has(subjectId)) await new Promise((resolve) => setImmediate(resolve))
      held.get(subjectId)?.()
      await replies[n]
    }
    assert.deepEqual(answered, [2, 0, 3, 1])
    await world.close()
  })
})

describe('given what is asked together, of which a part is away', () => {
  const away = (): LedgerError => new LedgerError('VAULT_UNAVAILABLE', 'away')
  const ask = (world: World, body: object): Promise<Reply> =>
    world.ask('POST', '/v1/eligibility', 'all', {
      identifiers: [{ scheme: 'email', value: address(0) }],
      channel: 'email',
      controller: 'campo',
      ...body,
    })
  const toldBy = (reply: Reply): string | number => (reply.status === 200 ? answerOf(reply).reason : reply.status)

  test('the people of one controller: those of another are answered', async () => {
    const { world } = await crowd(1, (vault) => ({
      ...vault,
      findEach: async (controller, identifiers) => {
        if (controller === 'other') throw away()
        return vault.findEach(controller, identifiers)
      },
    }))
    const asked = [{ purpose: 'news' }, { purpose: 'news', controller: 'other' }, { purpose: 'stays' }, { purpose: 'news' }]
    const replies = await Promise.all(asked.map((body) => ask(world, body)))
    assert.deepEqual(replies.map(toldBy), ['CONSENT_GIVEN', 503, 'NO_SALE', 'CONSENT_GIVEN'])
    await world.close()
  })

  test('the verdicts on one purpose: those on another are told', async () => {
    const { world } = await crowd(1)
    const verdicts = world.readModel.verdicts.bind(world.readModel)
    world.readModel.verdicts = async (named) => {
      if (named.purpose === 'stays') throw new LedgerError('STORE_UNAVAILABLE', 'away')
      return verdicts(named)
    }
    const replies = await Promise.all(['news', 'stays', 'news'].map((purpose) => ask(world, { purpose })))
    assert.deepEqual(replies.map(toldBy), ['CONSENT_GIVEN', 503, 'CONSENT_GIVEN'])
    await world.close()
  })
})

describe('given a vault that does not say that it has noted a look', () => {
  const refused = (reply: Reply | undefined): boolean => reply?.status === 503 && !/CONSENT|allowed/.test(reply.text)
  const away = (): LedgerError => new LedgerError('VAULT_UNAVAILABLE', 'away')
  const failures: [how: string, logAccess: (vault: Vault) => Vault['logAccess'], noted: boolean][] = [
    ['failed', () => async () => Promise.reject(away()), false],
    ['failed, though it is there', (vault) => (access) => vault.logAccess(access).then(() => Promise.reject(away())), true],
  ]
  for (const [how, logAccess, noted] of failures)
    test(`${how}: nobody is answered`, async () => {
      const { world, people } = await crowd(9, (vault) => ({ ...vault, logAccess: logAccess(vault) }))
      const replies = await Promise.all(people.map((_, n) => lookUp(world, n)))
      assert.ok(replies.every(refused))
      for (const subjectId of people) assert.equal(await isNoted(world, subjectId), noted)
      await world.close()
    })

  test('for one of many: that one is not answered, the others are', async () => {
    let unlucky = ''
    const { world, people } = await crowd(9, (vault) => ({
      ...vault,
      logAccess: async (access) => (access.subjectId === unlucky ? Promise.reject(away()) : vault.logAccess(access)),
    }))
    unlucky = people[4] ?? ''
    const replies = await Promise.all(people.map((_, n) => lookUp(world, n)))
    for (const [n, subjectId] of people.entries()) {
      assert.equal(refused(replies[n]), subjectId === unlucky, `${n}`)
      assert.equal(await isNoted(world, subjectId), subjectId !== unlucky)
    }
    await world.close()
  })
})
