// The profile FR-CNIL: every figure has its source and its days, and the day decides what holds.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inForceOn, type RegulatorProfile } from '../src/profile/profile.ts'
import { shippedProfiles } from '../src/profile/shipped.ts'
import type { Channel, LegalBasis } from '../src/words.ts'

const profile = shippedProfiles['FR-CNIL'] as RegulatorProfile
const tables = {
  bases: profile.bases,
  longestValidity: profile.longestValidity,
  choiceMemory: profile.choiceMemory,
  ageOfConsent: profile.ageOfConsent,
  clocks: profile.clocks,
}
const carriers = (channel: Channel, audience: 'consumer' | 'professional', day: string): LegalBasis[] =>
  inForceOn(profile.bases, day)
    .filter((entry) => entry.channel === channel && entry.audience === audience)
    .map((entry) => entry.basis)
    .sort()
const today = '2026-11-23'
const clock = (name: string, day = today): string | undefined => inForceOn(profile.clocks, day).find((entry) => entry.name === name)?.value
const once = <T extends { from: string; until?: string | undefined }>(table: readonly T[], key: (entry: T) => string): void => {
  for (const day of table.flatMap((entry) => [entry.from, entry.until ?? today])) {
    const keys = inForceOn(table, day).map(key)
    assert.equal(new Set(keys).size, keys.length, day)
  }
}

describe('every value has a source and days in order', () => {
  for (const [name, table] of Object.entries(tables)) {
    it(name, () => {
      for (const entry of table) {
        assert.match(entry.source, /(art\.|délibération|product setting)/, 'an article, a deliberation, or the word that it is ours')
        assert.ok(entry.until === undefined || entry.from < entry.until)
        assert.ok(entry.from <= profile.checked)
      }
    })
  }
  it('no two values for one thing on one day', () => {
    once(profile.bases, (entry) => `${entry.basis} ${entry.channel} ${entry.audience}`)
    once(profile.longestValidity, (entry) => entry.channel)
    once(profile.choiceMemory, (entry) => entry.channel)
    once(profile.ageOfConsent, () => 'age')
    once(profile.clocks, (entry) => entry.name)
  })
})

describe('which basis may carry which channel', () => {
  it('calls to consumers: legitimate interest up to 10 August 2026, consent alone from the 11th (C. conso. L223-1)', () => {
    assert.deepEqual(carriers('phone', 'consumer', '2026-08-10'), ['consent', 'legitimate-interest'])
    assert.deepEqual(carriers('phone', 'consumer', '2026-08-11'), ['consent'])
    assert.deepEqual(carriers('phone', 'professional', '2026-08-11'), ['consent', 'legitimate-interest'])
  })
  it('e-mail and SMS to consumers: consent, or soft opt-in (CPCE L34-5), never legitimate interest', () => {
    for (const channel of ['email', 'sms'] as const) assert.deepEqual(carriers(channel, 'consumer', today), ['consent', 'soft-opt-in'])
  })
  it('legitimate interest carries post to consumers; post, e-mail and calls to professionals; no push and no tracker', () => {
    assert.deepEqual(carriers('post', 'consumer', today), ['consent', 'legitimate-interest'])
    for (const channel of ['post', 'email', 'phone'] as const)
      assert.ok(carriers(channel, 'professional', today).includes('legitimate-interest'), channel)
    for (const channel of ['sms', 'push', 'web'] as const)
      assert.ok(!carriers(channel, 'professional', today).includes('legitimate-interest'), channel)
    for (const channel of ['push', 'web'] as const) assert.deepEqual(carriers(channel, 'consumer', today), ['consent'])
  })
  it('contract, legal obligation and exemption carry no marketing', () => {
    for (const basis of ['contract', 'legal-obligation', 'exempt']) assert.ok(!profile.bases.some((entry) => entry.basis === basis), basis)
  })
})

describe('figures', () => {
  it('a consent to calls holds one year at most, from the day on which it is needed; no other channel has a longest time', () => {
    assert.deepEqual(inForceOn(profile.longestValidity, '2026-08-10'), [])
    assert.deepEqual(
      inForceOn(profile.longestValidity, '2026-08-11').map(({ channel, value }) => ({ channel, value })),
      [{ channel: 'phone', value: 'P1Y' }],
    )
  })
  it('cookie choices are remembered six months', () => {
    assert.deepEqual(
      inForceOn(profile.choiceMemory, today).map(({ channel, value }) => ({ channel, value })),
      [{ channel: 'web', value: 'P6M' }],
    )
  })
  it('the age of consent is 15', () =>
    assert.deepEqual(
      inForceOn(profile.ageOfConsent, today).map((entry) => entry.value),
      [15],
    ))
  it('clocks, each by its name', () => {
    const expected = {
      skew: 'PT5M',
      late: 'PT24H',
      confirmation: 'PT72H',
      prospect: 'P3Y',
      answer: 'P1M',
      extension: 'P2M',
      claims: 'P5Y',
      opposition: 'P3Y',
      accessLog: 'P1Y',
    }
    const audience = { audienceCookie: 'P13M', audienceData: 'P25M', phoneProof: 'P3Y' }
    for (const [name, value] of Object.entries({ ...expected, ...audience })) assert.equal(clock(name), value, name)
    assert.equal(clock('phoneProof', '2026-08-10'), undefined)
  })
  it('what is a setting of ours says so, and nothing else does', () => {
    const ours = profile.clocks.filter((entry) => entry.source.startsWith('Consent Ledger, product setting')).map((entry) => entry.name)
    assert.deepEqual(ours, ['skew', 'late', 'confirmation'])
  })
})
