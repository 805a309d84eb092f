// The words that the suite's tests are written in: people, acts, and what a claim answered.
import assert from 'node:assert/strict'
import type { IdentifierKind } from '@consent-ledger/domain'
import type { Claim, Claimed, Identifier, Target, Vault } from '../port.ts'

/** Opens an empty vault, closed by the caller. */
export type Subject = () => Promise<Vault>
export type Test = { name: string; run: (open: Subject) => Promise<void> }

/** A test on one fresh vault, closed at its end. */
export const on = (name: string, body: (vault: Vault) => Promise<void>): Test => ({
  name,
  run: async (open) => {
    const vault = await open()
    try {
      await body(vault)
    } finally {
      await vault.close()
    }
  },
})

const identifier =
  (scheme: string, kind: IdentifierKind) =>
  (value: string): Identifier => ({ scheme, kind, value })
export const email = identifier('email', 'account')
export const customer = identifier('customer', 'account')
export const phone = identifier('phone', 'account')
export const cookie = identifier('cookie', 'device')
export const device = identifier('device', 'device')

export const controller = 'huttopia'
export const writer = 'site:huttopia/huttopia-fr'

/** A yes by a secret key that names these identifiers, unless `also` says otherwise. */
export const act = (identifiers: Identifier[], also: Partial<Claim> = {}): Claim => ({
  controller,
  writer,
  body: '{}',
  identifiers,
  reach: 'one',
  link: true,
  onConflict: 'refuse',
  ...also,
})

export type Stored = Extract<Claimed, { targets: unknown }>

/** A claim that must be stored (or found stored). */
export const claimed = async (vault: Vault, claim: Claim): Promise<Stored> => {
  const answer = await vault.claim(claim)
  assert.ok('targets' in answer, `the claim was answered ${answer.outcome}`)
  return answer
}

/** The one target of a claim that must reach one subject. */
export const target = async (vault: Vault, identifiers: Identifier[], also: Partial<Claim> = {}): Promise<Target> => {
  const { targets } = await claimed(vault, act(identifiers, also))
  assert.equal(targets.length, 1)
  const [only] = targets
  assert.ok(only)
  return only
}

/** What of a target a retry must answer again. */
export const lasting = ({ subjectId, actId, named, links }: Target): Omit<Target, 'fresh' | 'keys'> => ({ subjectId, actId, named, links })
