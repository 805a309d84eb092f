// Whom the verifier believes: keys that the expert brought and those that the log hands over, the statement's key that the log names, witnesses of a policy.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cosign, generateKey, parseNote, parseSkey, signNote } from '@consent-ledger/tlog'
import { buildDossier } from '../src/dossier/build.ts'
import { InputError, keyLines } from '../src/verify/anchors.ts'
import { verifyDossier } from '../src/verify/verify.ts'
import { dossierOf, givenKeys, origin, witnessName, worldOf } from './dossierGiven.ts'
import { accepts, errorsOf, lie, rejects, tamper, textOf, utf8, warningsOf } from './verifyGiven.ts'

const anna = await dossierOf()
const trusted = { logKeys: anna.vkeys }

describe('the key of the log', () => {
  test('is never taken from the dossier', async () => {
    const stranger = parseSkey(generateKey(origin).skey)
    const zip = await lie(anna, (files) => files.set('keys/log.vkey', utf8(`${stranger.vkey}\n`)))
    await rejects(zip, { logKeys: [stranger.vkey] }, 'WRONG_KEY')
    await rejects(zip, trusted, 'KEY_FILE_FORGED')
    await rejects(await lie(anna, (files) => files.set('keys/statement.vkey', utf8(`${stranger.vkey}\n`))), trusted, 'KEY_FILE_FORGED')
  })
  test('that is old leads to the new one, which it handed the log over to; and the new one back to the old', async () => {
    const { zip, vkeys } = await dossierOf({ rotated: true })
    const [old = '', recent = ''] = vkeys
    assert.equal((await accepts(zip, { logKeys: [old] })).facts?.log.signedBy, recent)
    await accepts(zip, { logKeys: [recent] })
    await accepts(zip, { logKeys: [recent, old] })
  })
  test('that is new is not believed where the old one did not sign the hand-over', async () => {
    const keys = { ...givenKeys() }
    const thief = { ...keys.log, sign: keys.nextLog.sign.bind(keys.nextLog) }
    const { zip, vkeys } = await dossierOf({ rotated: true, keys: { ...keys, log: thief } })
    await rejects(zip, { logKeys: vkeys.slice(0, 1) }, 'WRONG_KEY')
  })
  test('that was retired signs no larger tree', async () => {
    const keys = givenKeys()
    const world = await worldOf({ rotated: true, keys })
    const { text } = parseNote(world.input.treeHead)
    const zip = buildDossier({ ...world.input, treeHead: signNote(text, keys.log), logVkey: keys.log.vkey })
    await rejects(zip, { logKeys: world.vkeys }, 'WRONG_KEY')
  })
  test('that signed the last head signed none before its time', async () => {
    const keys = givenKeys()
    const world = await worldOf({ rotated: true, keys })
    const proofs = new Map(
      [...world.input.proofs].map(([place, proof]) => {
        const [front = '', ...rest] = proof.split('\n\n')
        return [place, place.endsWith('@0') ? `${front}\n\n${signNote(`${rest[0]}\n`, keys.nextLog)}` : proof]
      }),
    )
    await rejects(buildDossier({ ...world.input, proofs }), { logKeys: world.vkeys }, 'WRONG_KEY')
  })
  test('that no event in the tree names has no beginning and no end', async () => {
    const keys = givenKeys()
    const world = await worldOf({ keys })
    const { text } = parseNote(world.input.treeHead)
    const other = parseSkey(generateKey(origin).skey)
    const signed = (proof: string): string => {
      const [front = '', body = ''] = proof.split('\n\n')
      return `${front}\n\n${signNote(`${body}\n`, other)}`
    }
    const proofs = new Map([...world.input.proofs].map(([place, proof]) => [place, signed(proof)]))
    const zip = buildDossier({ ...world.input, proofs, treeHead: signNote(text, other), logVkey: other.vkey })
    await rejects(zip, { logKeys: [other.vkey] }, 'HEAD_KEY_UNNAMED')
  })
  test('that is not named in the tree is told: the tree may be one of a thief of the old key', async () => {
    const verdict = await accepts(anna.zip, { logKeys: [...anna.vkeys, parseSkey(generateKey(origin).skey).vkey] })
    assert.ok(warningsOf(verdict).includes('KEY_NOT_IN_TREE'))
    assert.ok(!warningsOf(await accepts(anna.zip, trusted)).includes('KEY_NOT_IN_TREE'))
  })
  test('cannot be kept from its end by leaving out the event that names the next one', async () => {
    const { input, keys, vkeys } = await worldOf({ rotated: true })
    const { text } = parseNote(input.treeHead)
    const zip = buildDossier({
      ...input,
      treeHead: signNote(text, keys.log),
      logVkey: keys.log.vkey,
      ledgerEvents: input.ledgerEvents.slice(0, 3),
    })
    // Who signs the statement too may count what is carried; but the heads between are of a key that this tree would not name.
    const whole = await lie({ zip, keys }, () => undefined, { said: (before) => ({ ...before, ledger: { lastRevision: 3n } }) })
    assert.ok(errorsOf(await verifyDossier(whole, { logKeys: vkeys })).includes('STREAM_SHORT'))
    await rejects(zip, { logKeys: vkeys }, 'WRONG_KEY')
  })
  test('must be one that can be read, of a log and not of a witness', async () => {
    for (const logKeys of [[], ['no key'], [anna.keys.witness.vkey]]) await assert.rejects(verifyDossier(anna.zip, { logKeys }), InputError)
    assert.deepEqual(keyLines('# the log\n\n a+1+b \n'), ['a+1+b'])
  })
})

describe('the statement', () => {
  test('by a key that the log does not name convicts nobody, and is not believed', async () => {
    await rejects(await lie(anna, () => undefined, { signer: anna.keys.log }), trusted, 'STATEMENT_KEY_UNKNOWN')
    const keyless = await lie(anna, (files) => {
      files.delete('keys/2/leaf.json')
      files.delete('keys/2/proof.tlog-proof')
    })
    await rejects(keyless, trusted, 'STATEMENT_KEY_UNKNOWN', 'STREAM_SHORT')
  })
  test('is about this tree, this person and this manifest', async () => {
    const about = (said: Parameters<typeof lie>[2]) => lie(anna, () => undefined, said)
    await rejects(await about({ said: (before) => ({ ...before, size: before.size - 1n }) }), trusted, 'STATEMENT_DISAGREES')
    await rejects(await about({ said: (before) => ({ ...before, root: new Uint8Array(32) }) }), trusted, 'STATEMENT_DISAGREES')
    const reversed = await about({ said: (before) => ({ ...before, streams: before.streams.toReversed() }) })
    await rejects(reversed, trusted, 'STATEMENT_DISAGREES', 'REACH_DISAGREES')
    const catalogue = { controllerId: 'other', lastRevision: 4n }
    await rejects(await about({ said: (before) => ({ ...before, catalogue }) }), trusted, 'STATEMENT_DISAGREES')
    await rejects(await about({ said: (before) => ({ ...before, others: [] }) }), trusted, 'STATEMENT_DISAGREES')
    const files = await tamper(anna.zip, (changed) => changed.set('manifest.json', utf8(`${textOf(changed, 'manifest.json')} `)))
    await rejects(files, trusted, 'MANIFEST_CHANGED', 'FILE_MALFORMED')
  })
  test('counts every stream and event that is there', async () => {
    const fewer = await lie(anna, () => undefined, { said: (before) => ({ ...before, streams: before.streams.slice(0, 1) }) })
    await rejects(fewer, trusted, 'STREAM_UNSTATED', 'REACH_DISAGREES')
    const shorter = await lie(anna, () => undefined, {
      said: (before) => ({ ...before, streams: before.streams.map((one) => ({ ...one, lastRevision: 1n })) }),
    })
    await rejects(shorter, trusted, 'STREAM_UNSTATED')
  })
  test('that counts without end costs no time', async () => {
    const endless = await lie(anna, () => undefined, {
      said: (before) => ({ ...before, streams: before.streams.map((one) => ({ ...one, lastRevision: 9_000_000_000_000_000n })) }),
    })
    await rejects(endless, trusted, 'STREAM_SHORT')
  })
})

describe('witnesses', async () => {
  const witnessed = await dossierOf({ witnessed: true })
  const { logKeys } = { logKeys: witnessed.vkeys }
  const other = parseSkey(generateKey('other-witness.example.org', 0x04).skey)
  const lines = (quorum: string): string =>
    `witness office ${witnessed.keys.witness.vkey}\nwitness court ${other.vkey}\ngroup both all office court\nquorum ${quorum}\n`

  test('that nobody asked: the verifier says that nobody else vouches for the time', async () => {
    assert.ok(warningsOf(await accepts(anna.zip, trusted)).includes('NO_INDEPENDENT_TIME'))
  })
  test('that signed are not believed without a policy, and said to be there', async () => {
    const codes = warningsOf(await accepts(witnessed.zip, { logKeys }))
    assert.deepEqual(codes, ['NO_INDEPENDENT_TIME', 'WITNESSES_NOT_JUDGED'])
  })
  test('of the policy vouch for the time, k of n', async () => {
    const { facts, findings } = await accepts(witnessed.zip, { logKeys, policy: lines('office') })
    assert.deepEqual(facts?.witnesses, [{ witness: 'office', time: '2026-11-23T09:00:00.000Z', size: facts?.log.size }])
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['HEAD_STALE'],
    )
    await rejects(witnessed.zip, { logKeys, policy: lines('both') }, 'POLICY_NOT_MET')
    await rejects(anna.zip, { ...trusted, policy: lines('office') }, 'POLICY_NOT_MET')
  })
  test('that the policy does not ask for leave the time without a voucher', async () => {
    assert.ok(warningsOf(await accepts(anna.zip, { ...trusted, policy: 'quorum none\n' })).includes('NO_INDEPENDENT_TIME'))
  })
  test('whose signature is of another head did not sign', async () => {
    const borrowed = cosign(witnessed.keys.witness, 'another\n1\nAAAA\n', 1n)
    assert.ok(borrowed.includes(witnessName))
    const world = await worldOf()
    const zip = buildDossier({ ...world.input, treeHead: world.input.treeHead + borrowed })
    await rejects(
      zip,
      { logKeys: world.vkeys, policy: `witness office ${witnessed.keys.witness.vkey}\nquorum none\n` },
      'COSIGNATURE_FORGED',
    )
  })
  test('that the report tells of and the policy does not know are invented, for all that the expert can say', async () => {
    const line = Buffer.alloc(76)
    line.writeBigUInt64BE(1_700_000_000n, 4)
    const { input, keys, vkeys } = await worldOf({ witnessed: true })
    const treeHead = `${input.treeHead}— office.example.org/time ${line.toString('base64')}\n`
    const invented = { name: 'office.example.org/time', time: '2023-11-14T22:13:20.000Z' }
    const policy = `witness office ${keys.witness.vkey}\nquorum office\n`
    const told = buildDossier({ ...input, treeHead, witnessed: [...input.witnessed, invented] })
    await rejects(told, { logKeys: vkeys, policy }, 'COSIGNATURE_UNKNOWN')
    assert.ok(warningsOf(await accepts(told, { logKeys: vkeys })).includes('NO_INDEPENDENT_TIME'))
    // Told as unchecked it misleads nobody; told twice one of the two is invented.
    await accepts(buildDossier({ ...input, treeHead }), { logKeys: vkeys, policy })
    const twice = buildDossier({
      ...input,
      treeHead: input.treeHead + (input.treeHead.split('\n').at(-2) ?? '') + '\n',
      witnessed: [...input.witnessed, ...input.witnessed],
    })
    assert.ok(errorsOf(await verifyDossier(twice, { logKeys: vkeys, policy })).length > 0)
  })
  test('of a policy that cannot be read: nothing is verified', async () => {
    await assert.rejects(verifyDossier(anna.zip, { ...trusted, policy: 'quorum nobody\n' }), InputError)
  })
})

describe('a head that the expert brought', () => {
  test('and that the dossier has too is no finding; one of another size could not be compared', async () => {
    await accepts(anna.zip, { ...trusted, heads: [anna.input.treeHead] })
    anna.log.leaves.push(utf8('later'))
    const verdict = await accepts(anna.zip, { ...trusted, heads: [anna.log.publish(anna.keys.log)] })
    assert.ok(warningsOf(verdict).includes('HEAD_NOT_COMPARED'))
  })
  test('of another log, or that cannot be read, is a finding', async () => {
    const { zip, input } = await dossierOf()
    const foreign = signNote(
      parseNote(input.treeHead).text.replace(origin, 'other.example.org'),
      parseSkey(generateKey('other.example.org').skey),
    )
    assert.ok(errorsOf(await verifyDossier(zip, { ...trusted, heads: [foreign] })).length > 0)
    await rejects(anna.zip, { ...trusted, heads: [foreign] }, 'OTHER_LOG')
    await rejects(anna.zip, { ...trusted, heads: ['no head'] }, 'FILE_MALFORMED')
  })
})
