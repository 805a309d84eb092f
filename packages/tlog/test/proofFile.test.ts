// The file that somebody keeps: what it proves, and what it does not once anything in it has changed. C2SP tlog-proof v1.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatProofFile, parsePolicy, parseProofFile, signNote, TlogError, type TlogCode, verifyProofFile } from '../src/index.ts'
import { auditor, cosigned, entries, headText, keyOf, lawFirm, log, proofFileOf, proofOf, size } from './given.ts'

const refusal = (code: TlogCode) => (error: unknown) => error instanceof TlogError && error.code === code
const text = await proofFileOf(5n)
const leaf = entries[5] ?? new Uint8Array()
const claim = { leaf, log: [log.verifier] }
const policy = (quorum: string) =>
  parsePolicy(`witness firm ${lawFirm.vkey}\nwitness auditor ${auditor.vkey}\ngroup both all firm auditor\nquorum ${quorum}\n`)

describe('a proof file', () => {
  it('is as C2SP lays it out', async () => {
    const { proof } = await proofOf(5n)
    assert.equal(
      text,
      `c2sp.org/tlog-proof@v1\nindex 5\n${proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')}\n${cosigned}`,
    )
    assert.deepEqual(parseProofFile(text), await proofOf(5n))
  })

  it('proves each leaf of the tree that the log signed', async () => {
    for (const [n, leaf] of entries.entries()) {
      const proven = verifyProofFile(parseProofFile(await proofFileOf(BigInt(n))), { leaf, log: [log.verifier] })
      assert.deepEqual([proven.index, proven.head.size, proven.cosignatures], [BigInt(n), size, []])
    }
  })

  it('proves nothing of another leaf, index or log', async () => {
    const file = parseProofFile(text)
    assert.throws(() => verifyProofFile(file, { ...claim, leaf: entries[6] ?? leaf }), refusal('INCLUSION_WRONG'))
    assert.throws(() => verifyProofFile({ ...file, index: 6n }, claim), refusal('INCLUSION_WRONG'))
    assert.throws(() => verifyProofFile({ ...file, index: size }, claim), refusal('INCLUSION_WRONG'))
    assert.throws(() => verifyProofFile(file, { leaf, log: [keyOf('other.example.org').verifier] }), refusal('ORIGIN_UNKNOWN'))
    const forged = signNote(headText, keyOf(log.verifier.name, 0x01, 'forger').signer)
    assert.throws(() => verifyProofFile({ ...file, note: forged }, claim), refusal('SIGNATURE_MISSING'))
  })

  it('meets a policy by the witnesses that cosigned', () => {
    const file = parseProofFile(text)
    assert.equal(verifyProofFile(file, { ...claim, policy: policy('both') }).cosignatures.length, 2)
    const firmOnly = { ...file, note: cosigned.split('\n').slice(0, -2).join('\n') + '\n' }
    assert.equal(verifyProofFile(firmOnly, { ...claim, policy: policy('firm') }).cosignatures.length, 1)
    for (const quorum of ['auditor', 'both'])
      assert.throws(() => verifyProofFile(firmOnly, { ...claim, policy: policy(quorum) }), refusal('QUORUM_MISSED'))
    assert.equal(verifyProofFile(firmOnly, { ...claim, witnesses: [lawFirm.verifier], policy: policy('none') }).cosignatures.length, 1)
  })

  it('carries extra data that nobody vouches for', async () => {
    for (const extra of [new Uint8Array(), Uint8Array.of(1, 2, 3)]) {
      const file = { ...(await proofOf(5n)), extra }
      assert.deepEqual(parseProofFile(formatProofFile(file)), file)
      verifyProofFile(parseProofFile(formatProofFile(file)), claim)
    }
  })

  it('of a tree of one leaf has no hashes', () => {
    const [first = '', ...rest] = text.split('\n\n')
    const alone = [first.split('\n').slice(0, 2).join('\n'), ...rest].join('\n\n')
    assert.deepEqual(parseProofFile(alone).proof, [])
  })

  const hash = Buffer.alloc(32).toString('base64')
  for (const [what, broken] of [
    ['nothing', ''],
    ['another version', text.replace('@v1', '@v2')],
    ['no index', text.replace('index 5\n', '')],
    ['an index with a zero before it', text.replace('index 5', 'index 05')],
    ['an index below nothing', text.replace('index 5', 'index -5')],
    ['an index of 2^63', text.replace('index 5', `index ${1n << 63n}`)],
    ['white space behind the index', text.replace('index 5', 'index 5 ')],
    ['a carriage return', text.replace('index 5', 'index 5\r')],
    ['extra data behind the index', text.replace('index 5', 'index 5\nextra AAAA')],
    ['extra data twice', text.replace('index', 'extra AAAA\nextra AAAA\nindex')],
    ['extra data not in base64', text.replace('index', 'extra A\nindex')],
    ['a hash of 31 bytes', text.replace('index 5', `index 5\n${Buffer.alloc(31).toString('base64')}`)],
    ['64 hashes', text.replace('index 5', `index 5${`\n${hash}`.repeat(64)}`)],
  ] as const)
    it(`is none with ${what}`, () => {
      assert.throws(() => parseProofFile(broken), refusal('PROOF_FILE_MALFORMED'))
    })

  it('is none without a note in it', () => {
    assert.throws(() => parseProofFile('c2sp.org/tlog-proof@v1\nindex 0\n\n'), refusal('NOTE_MALFORMED'))
    assert.throws(() => parseProofFile(text.slice(0, -1)), refusal('NOTE_MALFORMED'))
  })
})
