// What else a vault remembers: who read about whom, when API keys were used, whose vault it is.
import assert from 'node:assert/strict'
import { act, claimed, controller, email, on, target, type Test } from './trial.ts'

const refusal = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code
const subjectId = 'a'.repeat(32)
const access = (at: number, operatorId: string) => ({ at, operatorId, role: 'legal', subjectId, purpose: 'proof' })

export const journalTests: Test[] = [
  on('accesses to one person, newest first, until forgotten', async (vault) => {
    await Promise.all([vault.logAccess(access(2000, 'o-1')), vault.logAccess(access(1000, 'o-2')), vault.logAccess(access(2000, 'o-3'))])
    await vault.logAccess({ ...access(3000, 'o-1'), subjectId: 'b'.repeat(32) })
    assert.deepEqual(await vault.accesses(subjectId), [access(2000, 'o-3'), access(2000, 'o-1'), access(1000, 'o-2')])
    await vault.forgetAccesses(2000)
    assert.deepEqual(await vault.accesses(subjectId), [access(2000, 'o-3'), access(2000, 'o-1')])
    assert.deepEqual(await vault.accesses('c'.repeat(32)), [])
  }),
  on('many accesses at once, beside acts: whoever is answered finds their own', async (vault) => {
    const look = (n: number) => ({ ...access(1000 + n, `o-${n}`), subjectId: n.toString(16).padStart(32, '0') })
    const noted = async (n: number): Promise<void> => {
      await vault.logAccess(look(n))
      assert.deepEqual(await vault.accesses(look(n).subjectId), [look(n)])
    }
    const acted = async (n: number): Promise<void> => {
      const { subjectId } = await target(vault, [email(`p${n}@example.org`)])
      assert.deepEqual((await vault.find(controller, [email(`p${n}@example.org`)])).map((one) => one.subjectId), [subjectId]) // prettier-ignore
    }
    // More than one transaction takes.
    await Promise.all(Array.from({ length: 300 }, (_, n) => (n % 10 === 0 ? acted(n) : noted(n))))
    assert.equal(await vault.actCount(), 30n)
  }),
  on('uses of API keys: the latest counts, whatever the order', async (vault) => {
    assert.deepEqual(await vault.keyUses(), new Map())
    await vault.noteKeyUses(new Map([['k-1', 200], ['k-2', 50]])) // prettier-ignore
    await vault.noteKeyUses(new Map([['k-1', 100], ['k-2', 60]])) // prettier-ignore
    assert.deepEqual(await vault.keyUses(), new Map([['k-1', 200], ['k-2', 60]])) // prettier-ignore
  }),
  on('a vault belongs to one ledger', async (vault) => {
    assert.equal(await vault.identity(), null)
    await vault.adopt('ledger-1')
    await vault.adopt('ledger-1')
    assert.equal(await vault.identity(), 'ledger-1')
    await assert.rejects(vault.adopt('ledger-2'), refusal('DATA_FOREIGN'))
    assert.equal(await vault.identity(), 'ledger-1')
  }),
  on('the count of acts grows by one for each act stored, however many it reaches', async (vault) => {
    assert.equal(await vault.actCount(), 0n)
    const [anna, bruno] = [email('anna.martin@example.org'), email('bruno@example.org')]
    await Promise.all([target(vault, [anna]), target(vault, [bruno])])
    const { targets } = await claimed(vault, act([anna, bruno], { reach: 'every' }))
    assert.equal(targets.length, 2)
    assert.equal(await vault.actCount(), 3n)
  }),
  on('closed while busy: what was asked before is answered, what comes after is refused', async (vault) => {
    const busy = Array.from({ length: 20 }, () => target(vault, [email('anna.martin@example.org')]))
    const asked = Promise.all(busy)
    await vault.adopt('ledger-1')
    await vault.close()
    assert.equal(new Set((await asked).map(({ actId }) => actId)).size, 20)
    await assert.rejects(vault.claim(act([email('bruno@example.org')])), refusal('VAULT_UNAVAILABLE'))
    await assert.rejects(vault.actCount(), refusal('VAULT_UNAVAILABLE'))
  }),
]
