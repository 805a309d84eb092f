// A scrub in a stranger's hands: accepted as it was given, and each way of forging it named by its own code.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatScrubToken, iso } from '@consent-ledger/domain'
import { generateKey, parseSkey, signNote } from '@consent-ledger/tlog'
import { saltedHash } from '../src/index.ts'
import { verifyScrub, type ScrubFound, type ScrubGiven, type Trusted, type VerifyCode } from '../src/verify/index.ts'
import { origin } from './dossierGiven.ts'
import { day, start } from './given.ts'
import { addresses, filesOf, otherId, provenEvent, scrubbed, utf8, verdicts, type ScrubWorld } from './scrubGiven.ts'

const world = await scrubbed({}, { witnessAt: start + day + 60_000 })
const trusting = ({ keys }: Pick<ScrubWorld, 'keys'>, policy?: string): Trusted => ({ logKeys: [keys.log.vkey], policy })
const trusted = trusting(world)

const codesOf = ({ findings }: ScrubFound, severity: 'error' | 'warning'): VerifyCode[] =>
  findings.filter((finding) => finding.severity === severity).map(({ code }) => code)

/** Rejected for exactly these reasons. */
const rejects = async (given: ScrubGiven, by: Trusted, ...codes: VerifyCode[]): Promise<ScrubFound> => {
  const found = await verifyScrub(given, by)
  assert.deepEqual(codesOf(found, 'error'), codes, JSON.stringify(found.findings, null, 1))
  assert.equal(found.accepted, false)
  return found
}

describe('a scrub as it was given', () => {
  test('is accepted, and what was asked and answered is told', async () => {
    const found = await verifyScrub(filesOf(world), trusted)
    assert.deepEqual(codesOf(found, 'error'), [])
    assert.equal(found.accepted, true)
    assert.deepEqual(codesOf(found, 'warning'), ['NO_INDEPENDENT_TIME', 'WITNESSES_NOT_JUDGED'])
    assert.deepEqual(
      [found.facts?.said.count, found.facts?.said.allowed, found.facts?.input, found.facts?.log?.leafIndex],
      [4, 1, true, '4'],
    )
  })
  test('by a policy a witness says when at the latest', async () => {
    const policy = `witness office ${world.keys.witness.vkey}\nquorum office\n`
    const found = await verifyScrub(filesOf(world), trusting(world, policy))
    assert.deepEqual([found.accepted, codesOf(found, 'warning')], [true, []])
    assert.deepEqual(found.facts?.witnesses, [{ witness: 'office', time: iso(start + day + 60_000), size: '5' }])
    const early = await scrubbed({}, { witnessAt: start })
    await rejects(filesOf(early), trusting(early, `witness office ${early.keys.witness.vkey}\nquorum office\n`), 'WITNESS_BEFORE_EVENT')
  })
  test('without the addresses it says that nothing shows them', async () => {
    const found = await verifyScrub(filesOf(world, { input: null }), trusted)
    assert.equal(found.accepted, true)
    assert.ok(codesOf(found, 'warning').includes('INPUT_NOT_SHOWN'))
  })
  test('of nobody at all is one too', async () => {
    const empty = saltedHash(world.end.nonce).digest('hex')
    const nobody = await scrubbed({ count: 0, allowed: 0, inputSha256: empty, outputSha256: empty })
    const found = await verifyScrub(filesOf(nobody, { output: `${JSON.stringify(nobody.end)}\n`, input: '' }), trusting(nobody))
    assert.deepEqual(codesOf(found, 'error'), [])
  })
})

describe('forged verdicts', () => {
  const end = `${JSON.stringify(world.end)}\n`
  const forgeries = {
    'a no made a yes': verdicts.replace('"allowed":false,"reason":"OBJECTED"', '"allowed":true,"reason":"CONSENT_GIVEN"'),
    'a line left out': verdicts.replace(/^.*UNKNOWN_SUBJECT.*\n/m, ''),
    'a line added': verdicts + verdicts.split('\n')[0] + '\n',
    'another person': verdicts.replace(otherId, '0'.repeat(32)),
    'another order': verdicts.split('\n').slice(0, -1).toReversed().join('\n') + '\n',
    'one blank': verdicts.replace(',', ', '),
  }
  for (const [what, forged] of Object.entries(forgeries))
    test(`${what}: OUTPUT_CHANGED`, async () => {
      await rejects(filesOf(world, { output: forged + end }), trusted, 'OUTPUT_CHANGED')
    })

  const cuts = {
    'without its last line': verdicts,
    'with half of its last line': verdicts + end.slice(0, -30),
    'without its last newline': verdicts + end.slice(0, -1),
    'with something behind it': `${verdicts}${end}\n`,
    'that is empty': '',
  }
  for (const [what, cut] of Object.entries(cuts))
    test(`an output ${what}: OUTPUT_CUT`, async () => {
      await rejects(filesOf(world, { output: cut }), trusted, 'OUTPUT_CUT')
    })

  test('signed by the ledger with a wrong count: OUTPUT_MISCOUNTED', async () => {
    const lying = await scrubbed({ count: 5 })
    await rejects(filesOf(lying), trusting(lying), 'OUTPUT_MISCOUNTED')
    const flattering = await scrubbed({ allowed: 0 })
    await rejects(filesOf(flattering), trusting(flattering), 'OUTPUT_MISCOUNTED')
  })
})

test('other addresses: INPUT_CHANGED', async () => {
  for (const input of [addresses.replace('bruno', 'berta'), addresses.replaceAll('\n', '\r\n'), ''])
    await rejects(filesOf(world, { input }), trusted, 'INPUT_CHANGED')
})

describe('a forged token', () => {
  const withEnd = (over: Partial<ScrubWorld['end']>): ScrubGiven => filesOf({ ...world, end: { ...world.end, ...over } })

  test('changed after it was signed: TOKEN_FORGED', async () => {
    const token = world.end.token.replace('purpose news', 'purpose other')
    await rejects(withEnd({ token }), trusted, 'TOKEN_FORGED')
  })
  test('signed by a key that the log does not name: TOKEN_KEY_UNKNOWN', async () => {
    const stolen = await scrubbed({}, { signer: (given) => given.stolen })
    await rejects(filesOf(stolen), trusting(stolen), 'TOKEN_KEY_UNKNOWN')
    const head = await scrubbed({}, { signer: ({ keys }) => keys.log })
    await rejects(filesOf(head), trusting(head), 'TOKEN_KEY_UNKNOWN')
  })
  test('of another scrub, rightly signed: SCRUB_DIFFERS', async () => {
    const said = { ...world.said, scrubId: '00000000-0000-4000-8000-000000009999' }
    const token = signNote(formatScrubToken(said), world.keys.statement)
    await rejects(withEnd({ token, id: said.scrubId }), trusted, 'SCRUB_DIFFERS')
  })
  test('for a scrub that was cut off, of which the ledger gives none: SCRUB_DIFFERS', async () => {
    const cut = await scrubbed({}, { cutOff: true })
    const { findings } = await rejects(filesOf(cut), trusting(cut), 'SCRUB_DIFFERS')
    assert.match(findings.find(({ code }) => code === 'SCRUB_DIFFERS')?.message ?? '', /cut off/)
  })
  test('is not judged by the lag around it, which is no word of the log', async () => {
    assert.equal((await verifyScrub(withEnd({ lagMs: 7 }), trusted)).accepted, true)
  })
  test('that says another time than the log: SCRUB_DIFFERS', async () => {
    const token = signNote(formatScrubToken({ ...world.said, recordedAt: iso(start) }), world.keys.statement)
    const { findings } = await rejects(withEnd({ token }), trusted, 'SCRUB_DIFFERS')
    assert.match(findings.find(({ code }) => code === 'SCRUB_DIFFERS')?.message ?? '', /they differ in recordedAt\.$/)
  })
  test('around which the last line says something else: TOKEN_DISAGREES', async () => {
    await rejects(withEnd({ count: 5, cursor: '1.43' }), trusted, 'TOKEN_DISAGREES')
  })
  test('with another nonce nothing fits', async () => {
    await rejects(withEnd({ nonce: '5b'.repeat(32) }), trusted, 'OUTPUT_CHANGED', 'INPUT_CHANGED')
  })
  test('that is none: FILE_MALFORMED', async () => {
    await rejects(withEnd({ token: 'a token\n' }), trusted, 'FILE_MALFORMED')
  })
})

describe('a forged proof', () => {
  const withProof = (proof: Partial<ScrubWorld['proof']>): ScrubGiven => filesOf({ ...world, proof: { ...world.proof, ...proof } })
  const [scrub, ...naming] = world.proof.events

  test('with the event of another scrub: SCRUB_DIFFERS', async () => {
    const before = { ...world.event, id: '00000000-0000-4000-8000-0000000007d0', revision: 0n, data: { ...world.event.data, scrubId: '00000000-0000-4000-8000-000000002329', count: 7 }, metadata: { ...world.event.metadata, actId: '00000000-0000-4000-8000-000000002329' } } // prettier-ignore
    const { findings } = await rejects(withProof({ events: [await provenEvent(world.log, before), ...naming] }), trusted, 'SCRUB_DIFFERS')
    assert.match(findings.find(({ code }) => code === 'SCRUB_DIFFERS')?.message ?? '', /another scrub/)
  })
  test('with a changed event: PROOF_OF_ANOTHER_LEAF', async () => {
    const changed = { ...(scrub ?? assert.fail()), leaf: scrub?.leaf.replace('"allowed":1', '"allowed":2') ?? '' }
    await rejects(withProof({ events: [changed, ...naming] }), trusted, 'PROOF_OF_ANOTHER_LEAF')
  })
  test('without the event, or with two: SCRUB_NOT_ON_RECORD', async () => {
    await rejects(withProof({ events: naming }), trusted, 'SCRUB_NOT_ON_RECORD')
    await rejects(withProof({ events: [...world.proof.events, scrub ?? assert.fail()] }), trusted, 'SCRUB_NOT_ON_RECORD')
  })
  test('without the event that names the key of statements: TOKEN_KEY_UNKNOWN', async () => {
    const events = world.proof.events.filter(({ type }) => type !== 'StatementKeyIntroduced')
    await rejects(withProof({ events }), trusted, 'TOKEN_KEY_UNKNOWN')
  })
  test('under a head of another key: WRONG_KEY, or of another log: OTHER_LOG', async () => {
    const other = parseSkey(generateKey(origin).skey)
    await rejects(filesOf(world), { logKeys: [other.vkey] }, 'WRONG_KEY')
    await rejects(filesOf(world), { logKeys: [generateKey('other.example.org').vkey] }, 'OTHER_LOG')
  })
  test('that is no proof: FILE_MALFORMED', async () => {
    for (const proof of ['', '[]', '{"scrubId":1}', '{"events":[', JSON.stringify({ ...world.proof, more: 1 })])
      await rejects({ ...filesOf(world), proof: utf8(proof) }, trusted, 'FILE_MALFORMED')
  })
})
