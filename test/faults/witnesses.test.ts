// A log and its witnesses, each a process of its own: dead, frozen, put back from an old copy, cut off in the middle. The log asks, and counts what it gets.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openWitnesses, type Asked, type Cosigned } from '@consent-ledger/sequencer'
import {
  consistencyProof,
  formatTreeHead,
  generateKey,
  leafHash,
  openFrontier,
  openTreeHead,
  parsePolicy,
  parseSkey,
  parseVkey,
  signNote,
  type HashReader,
} from '@consent-ledger/tlog'
import { policyOf, Witness } from '../harness/witness.ts'

const patient = 60_000
const key = parseSkey(generateKey('log.example.org/42').skey)
/** A history of the one log; another `word` is another history under the same key. */
const history = (word = 'true') => {
  const hashes = Array.from({ length: 200 }, (_, n) => leafHash(Buffer.from(`${word} ${n}`)))
  const reader: HashReader = { tile: async ({ width }) => Buffer.concat(hashes.slice(0, width)) }
  return async (size: bigint): Promise<Asked> => {
    const root = (await openFrontier(reader, size)).root()
    const note = signNote(formatTreeHead({ origin: key.name, size, root }), key)
    return { note, size, consistency: (from) => consistencyProof(reader, { from, to: size }) }
  }
}
const headOf = history()

/** Three witnesses that run, and the log that asks them, two of three enough. */
const threeWitnesses = async (t: TestContext) => {
  const three = ['law-firm', 'auditor', 'notary'].map((name) => new Witness(name))
  t.after(() => Promise.all(three.map((witness) => witness.remove())))
  await Promise.all(three.map((witness) => witness.start([key.vkey])))
  const policy = parsePolicy(policyOf(three, 2))
  const now = { ms: 0 }
  const witnesses = openWitnesses({ policy, elapsed: () => now.ms })
  /** A witness that rests is asked again. */
  const ask = async (head: Asked, deadline = patient): Promise<Cosigned> => {
    now.ms += 60_000
    return witnesses.ask(head, deadline)
  }
  return { three, policy, ask }
}
const outcomes = (cosigned: Cosigned): string[] => cosigned.outcomes.map(({ outcome }) => outcome)
/** Names of those whose cosignature a verifier accepts on the head. */
const accepted = ({ note }: Asked, { signatures }: Cosigned, three: readonly Witness[]): string[] => {
  const known = three.map(({ vkey }) => parseVkey(vkey))
  return openTreeHead(note + signatures.join(''), [parseVkey(key.vkey)], known).cosignatures.map(({ name }) => name)
}

test('all three cosign head after head; a log that starts again learns from them where they are', async (t) => {
  const { three, policy, ask } = await threeWitnesses(t)
  for (const size of [1n, 2n, 100n]) {
    const cosigned = await ask(await headOf(size))
    assert.deepEqual(outcomes(cosigned), ['cosigned', 'cosigned', 'cosigned'])
    assert.deepEqual(accepted(await headOf(size), cosigned, three), ['law-firm.example.org', 'auditor.example.org', 'notary.example.org'])
  }
  const restarted = openWitnesses({ policy })
  assert.deepEqual(outcomes(await restarted.ask(await headOf(150n), patient)), ['cosigned', 'cosigned', 'cosigned'])
})

test('one dead: two of three are enough; back again, it continues from where it was', async (t) => {
  const { three, ask } = await threeWitnesses(t)
  await ask(await headOf(10n))
  await three[1]?.stop('SIGKILL')
  const without = await ask(await headOf(20n))
  assert.deepEqual([outcomes(without), without.enough], [['cosigned', 'unreachable', 'cosigned'], true])
  await three[1]?.start([key.vkey])
  assert.deepEqual(outcomes(await ask(await headOf(30n))), ['cosigned', 'cosigned', 'cosigned'])
})

test('one frozen: the head goes without it at the deadline; thawed, it has perhaps kept what it was asked, and counts again', async (t) => {
  const { three, ask } = await threeWitnesses(t)
  await ask(await headOf(10n))
  const frozen = three[2]?.running.child
  frozen?.kill('SIGSTOP')
  // Long enough for the two others on a machine that is busy; the frozen one is waited for all of it.
  const without = await ask(await headOf(20n), 3_000)
  assert.deepEqual([outcomes(without), without.enough], [['cosigned', 'cosigned', 'silent'], true])
  frozen?.kill('SIGCONT')
  assert.deepEqual(outcomes(await ask(await headOf(30n))), ['cosigned', 'cosigned', 'cosigned'])
})

test('two frozen: too few, and the log is told so', async (t) => {
  const { three, ask } = await threeWitnesses(t)
  for (const { running } of three.slice(1)) running.child.kill('SIGSTOP')
  const { enough, signatures } = await ask(await headOf(20n), 3_000)
  assert.deepEqual([enough, signatures.length], [false, 1])
})

test('one whose database was put back from an old copy does not start: it could sign the contrary of what it signed', async (t) => {
  const { three, ask } = await threeWitnesses(t)
  const [older] = three
  await ask(await headOf(10n))
  await older?.stop()
  older?.keepCopy()
  await older?.start([key.vkey])
  await ask(await headOf(90n))
  await older?.stop()
  older?.restoreCopy()
  await assert.rejects(older?.start([key.vkey]) ?? Promise.resolve(), /WITNESS_DATA: this database is older than what was cosigned/)
  const without = await ask(await headOf(120n))
  assert.deepEqual([outcomes(without), without.enough], [['unreachable', 'cosigned', 'cosigned'], true])
})

test('a log restored from a backup, or one of two histories, gets no cosignature of any witness', async (t) => {
  const { ask } = await threeWitnesses(t)
  await ask(await headOf(50n))
  const behind = await ask(await headOf(40n))
  assert.deepEqual(outcomes(behind), ['ahead', 'ahead', 'ahead'])
  const fork = await ask(await history('false')(60n))
  for (const { shown } of [behind, fork])
    assert.deepEqual(
      shown.map(({ name, note }) => [name, openTreeHead(note, [parseVkey(key.vkey)]).head.size]),
      ['law-firm', 'auditor', 'notary'].map((name) => [name, 50n]),
      'each shows the head that the log signed and does not have any more',
    )
  assert.deepEqual([outcomes(fork), fork.enough, fork.signatures], [['disagrees', 'disagrees', 'disagrees'], false, []])
  assert.deepEqual(outcomes(await ask(await history('false')(50n))), ['disagrees', 'disagrees', 'disagrees'])
  assert.deepEqual(outcomes(await ask(await headOf(60n))), ['cosigned', 'cosigned', 'cosigned'])
})
