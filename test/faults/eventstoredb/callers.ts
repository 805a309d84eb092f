// Those who post and ask while a store goes wrong: each act with its Idempotency-Key, each answer held against what stands.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { until, type Ledger, type Reply } from './scene.ts'
import type { Standing } from './standing.ts'

export type Receipt = {
  id: string
  subjectId: string
  recordedAt: string
  events: { id: string; type: string; stream: string; revision: string }[]
  state: unknown[]
}
/** `receipt`: once it was answered. `isNew`: once it was answered with 201. */
export type Act = { idem: string; url: string; body: object; receipt: Receipt | null; isNew: boolean }

const mayBe503: ReadonlySet<unknown> = new Set(['STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN'])

/** A field of something that was answered. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** The store is away, and the answer says so, says when to come again, and acknowledges nothing. Its code. */
export const demandAway = ({ status, headers, text, json }: Reply): string => {
  assert.equal(status, 503, text)
  assert.ok(Number(headers['retry-after']) > 0, 'a 503 says when to come again')
  assert.ok(mayBe503.has(field(json, 'code')), text)
  assert.equal(field(json, 'receipt'), undefined, 'what is not known is not acknowledged')
  return String(field(json, 'code'))
}

const method = { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'signup' }
const notice = { id: 'news-form', version: 1, language: 'fr' }
const yes = { purpose: 'news', decision: 'given' }
const no = { purpose: 'ads', decision: 'refused' }

export const somebody = (): object => ({ identifiers: [{ scheme: 'email', value: `${randomUUID()}@example.org` }] })
const act = (url: string, body: object): Act => ({ idem: randomUUID(), url, body, receipt: null, isNew: false })
export const saysYes = (subject: object): Act => act('/v1/consents', { subject, notice, method, choices: [yes] })
/** Two events in one append. */
export const saysYesAndNo = (subject: object): Act => act('/v1/consents', { subject, notice, method, choices: [yes, no] })
export const withdraws = (subject: object): Act => act('/v1/withdrawals', { subject, purposes: ['news'] })

export class Callers {
  readonly #ledger: Ledger
  readonly #standing: Standing
  readonly acts: Act[] = []
  readonly people: object[] = []
  /** Codes of the answers that were none. */
  readonly told: string[] = []

  constructor(ledger: Ledger, standing: Standing) {
    this.#ledger = ledger
    this.#standing = standing
  }

  get acknowledged(): Act[] {
    return this.acts.filter(({ receipt }) => receipt !== null)
  }

  /** One post of an act, now or again, here or at another process of the same ledger. Answers with its status. */
  async post(act: Act, at: Ledger = this.#ledger): Promise<number> {
    if (!this.acts.includes(act)) this.acts.push(act)
    const { idem, url, body } = act
    const reply = await at.ask('POST', url, { key: at.keys.site, idem, body })
    if (reply.status === 200 || reply.status === 201) await this.#acknowledge(act, reply)
    else this.told.push(demandAway(reply))
    return reply.status
  }

  /** `count` people say yes, one of them no besides. */
  async arrive(count: number): Promise<void> {
    const newcomers = Array.from({ length: count }, somebody)
    this.people.push(...newcomers)
    await Promise.all(newcomers.map((subject, n) => this.post(n === 0 ? saysYesAndNo(subject) : saysYes(subject))))
  }

  /** What may happen at any moment: newcomers, people that are known already, an append of two events, two acts of one person at once. */
  burst(): Promise<number[]> {
    const [first, second] = this.people
    assert.ok(first && second, 'somebody came before')
    const other = somebody()
    const acts = [saysYes(somebody()), saysYesAndNo(somebody()), saysYes(first), withdraws(second), saysYesAndNo(other), withdraws(other)]
    return Promise.all(acts.map((act) => this.post(act)))
  }

  /** Every act that nobody has had an answer to is posted again with its key, until it is answered. */
  async again(): Promise<void> {
    for (let rounds = 0; this.acknowledged.length < this.acts.length; rounds++) {
      assert.ok(rounds < 100, 'a store that is back answers')
      await Promise.all(this.acts.filter(({ receipt }) => receipt === null).map((act) => this.post(act)))
    }
  }

  /** Every act once more, until it is answered: 200, and the answer that it had. */
  async replay(): Promise<void> {
    for (const act of this.acts) await until('an act is answered again', async () => (await this.post(act)) === 200)
  }

  async #acknowledge(act: Act, { status, headers, text, json }: Reply): Promise<void> {
    const receipt = field(json, 'receipt') as Receipt
    assert.equal(headers['idempotency-replayed'], status === 200 ? 'true' : undefined, text)
    assert.ok(status === 200 || !act.isNew, 'an act is new once')
    act.isNew ||= status === 201
    if (act.receipt !== null) assert.deepEqual(receipt, act.receipt, 'the same key has the same answer')
    act.receipt = receipt
    // Before anybody heals anything: nothing is acknowledged that is not recorded.
    demandStands(act, await this.#standing())
  }
}

/** The events that a receipt names stand where it says, all of them. */
export const demandStands = ({ receipt }: Act, standing: Awaited<ReturnType<Standing>>): void => {
  assert.ok(receipt !== null)
  const found = standing.filter(({ metadata }) => metadata.actId === receipt.id)
  assert.deepEqual(
    found.map(({ id, type, stream, revision }) => ({ id, type, stream, revision: revision.toString() })),
    receipt.events.map(({ id, type, stream, revision }) => ({ id, type, stream, revision })),
    'what is acknowledged stands, once',
  )
  assert.ok(receipt.events.length > 0)
}
