// Contacts by the person: what is one, and what they refused beside a sale.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideAct, decideContact, admitContact, subjectEvents, type ContactPost, type SubjectFact, type Trust } from '../src/index.ts'
import { hour, minute, noon, Scene, types } from './scene.ts'

/** A contact that arrives. */
const contacts = (scene: Scene, post: ContactPost, trust: Trust = 'secret') => {
  const receivedAt = (scene.now += minute)
  const admitted = admitContact(scene.catalogue, post, { trust, receivedAt })
  const recordedAt = Math.max(receivedAt, scene.subject.lastRecordedAt + 1)
  const context = { site: 'campo-fr', trust, recordedAt, occurred: admitted.occurred, links: [], flags: [] }
  const { contact, answers } = admitted
  const facts: SubjectFact[] = contact
    ? decideContact(scene.subject, scene.catalogue, contact, answers, context)
    : decideAct(scene.subject, scene.catalogue, answers, context)
  scene.append(facts, recordedAt, trust)
  return { admitted, facts }
}
const sale = (over: object = {}) => ({
  seller: 'campo-sas',
  category: 'stay',
  addressCollectedThen: true,
  refusalOffered: ['prospects', 'news'],
  ...over,
})
const rulesOf = ({ admitted }: ReturnType<typeof contacts>) => admitted.refused?.violations.map(({ pointer, rule }) => `${pointer} ${rule}`)

test('a sale is kept as it was told, its refusals in the same append: a consent refused, any other basis objected to', () => {
  const scene = new Scene()
  const { facts } = contacts(scene, { kind: 'sale', sale: sale({ refused: ['news', 'prospects'] }) })
  assert.deepEqual(types(facts), ['ContactRecorded', 'ConsentRefused', 'ObjectionRecorded'])
  const [first] = facts
  assert.ok(first?.type === 'ContactRecorded')
  assert.deepEqual(subjectEvents.ContactRecorded.parse(first.data).sale, sale({ refused: ['news', 'prospects'] }))
  assert.equal(scene.state('news', 'sms'), 'refused')
  assert.deepEqual(
    scene.view().objections.map(({ purpose }) => purpose),
    ['prospects'],
  )
  assert.deepEqual(
    scene.subject.contacts.map(({ kind }) => kind),
    ['sale'],
  )
})

test('what the person did is a contact, by its own clock as any act', () => {
  for (const kind of ['click', 'reply', 'login', 'visit', 'call']) {
    const scene = new Scene()
    const { facts } = contacts(scene, { kind, occurredAt: new Date(noon - 48 * hour).toISOString() })
    const [fact] = facts
    assert.ok(fact?.type === 'ContactRecorded')
    assert.deepEqual([fact.data.kind, fact.data.orderAt, fact.data.flags], [kind, new Date(noon - 48 * hour).toISOString(), ['late']])
  }
})

test('an opened mail is none, by whatever word', () => {
  for (const kind of ['open', 'opened', 'mail-open', 'view', 'Sale', 'constructor']) {
    const { admitted, facts } = contacts(new Scene(), { kind })
    assert.deepEqual([admitted.refused?.code, admitted.refused?.violations[0]?.pointer, facts], ['NOT_A_CONTACT', '/kind', []])
  }
})

test('a sale says who sold what, and nothing else does', () => {
  assert.deepEqual(rulesOf(contacts(new Scene(), { kind: 'sale' })), ['/sale required'])
  assert.deepEqual(rulesOf(contacts(new Scene(), { kind: 'click', sale: sale() })), ['/sale sale-only'])
})

test('a purpose that never existed is refused, offered or refused; a retired one was offered in its time', () => {
  const found = contacts(new Scene(), { kind: 'sale', sale: sale({ refusalOffered: ['news', 'nothing'], refused: ['nothing', 'ads'] }) })
  assert.equal(found.admitted.refused?.code, 'UNKNOWN_PURPOSE')
  assert.deepEqual(rulesOf(found), ['/sale/refusalOffered/1 published', '/sale/refused/0 published'])
  assert.deepEqual(types(found.facts), ['ConsentRefused'], 'the no to a purpose that exists stands')
})

test('a no is never turned away, whatever becomes of the contact', () => {
  for (const post of [
    { kind: 'open', sale: sale({ refused: ['prospects'] }) },
    { kind: 'click', sale: sale({ refused: ['prospects'] }) },
    { kind: 'sale', occurredAt: new Date(noon + 9 * hour).toISOString(), sale: sale({ refused: ['prospects'] }) },
  ]) {
    const { admitted, facts } = contacts(new Scene(), post)
    assert.ok(admitted.refused)
    assert.deepEqual(types(facts), ['ObjectionRecorded'])
  }
})

test('a clock that runs ahead: a server is told, for a page the ledger’s own counts', () => {
  const post = { kind: 'visit', occurredAt: new Date(noon + 9 * hour).toISOString() }
  assert.equal(contacts(new Scene(), post).admitted.refused?.code, 'OCCURRED_AT_AHEAD')
  const [fact] = contacts(new Scene(), post, 'publishable').facts
  assert.ok(fact?.type === 'ContactRecorded')
  assert.deepEqual([fact.data.flags, fact.data.occurredAtFrom], [['clock-ahead'], 'ledger'])
})

test('a contact says nothing about consent and ends no objection', () => {
  const scene = new Scene()
  scene.refuses('prospects')
  contacts(scene, { kind: 'sale', sale: sale() })
  assert.equal(scene.state('news'), 'unknown')
  assert.equal(scene.view().objections.length, 1)
})
