// Tree heads and who vouches for them: the log first, witnesses beside it. C2SP tlog-checkpoint and tlog-cosignature.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { cosign, formatTreeHead, openNote, openTreeHead, parseTreeHead, signNote, TlogError, type TlogCode } from '../src/index.ts'
import { auditor, cosigned, headText, keyOf, lawFirm, log, origin, seconds, size, tree } from './given.ts'
import { naiveCosignature } from './naiveNote.ts'

const refusal = (code: TlogCode) => (error: unknown) => error instanceof TlogError && error.code === code
const root = tree(0n, size)

describe('the text of a tree head', () => {
  it('is three lines, as C2SP shows them', () => {
    const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
    const head = parseTreeHead(text)
    assert.deepEqual([head.origin, head.size], ['example.com/behind-the-sofa', 20_852_163n])
    assert.equal(formatTreeHead(head), text)
  })

  it('may be of the empty tree, and of the largest', () => {
    for (const size of [0n, (1n << 63n) - 1n])
      assert.deepEqual(parseTreeHead(formatTreeHead({ origin, size, root })), { origin, size, root })
  })

  const [, , encoded = ''] = headText.split('\n')
  for (const [what, text] of [
    ['nothing', ''],
    ['two lines', `${origin}\n21\n`],
    ['an extension line', `${headText}more\n`],
    ['an empty line', `${headText}\n`],
    ['no newline at its end', headText.slice(0, -1)],
    ['no origin', `\n21\n${encoded}\n`],
    ['an origin that is no name of a key', `go.sum database tree\n21\n${encoded}\n`],
    ['a leading zero', `${origin}\n021\n${encoded}\n`],
    ['a sign', `${origin}\n+21\n${encoded}\n`],
    ['a size below nothing', `${origin}\n-1\n${encoded}\n`],
    ['a size in hexadecimal', `${origin}\n0x15\n${encoded}\n`],
    ['a size of 2^63', `${origin}\n${1n << 63n}\n${encoded}\n`],
    ['a size without end', `${origin}\n${'9'.repeat(1000)}\n${encoded}\n`],
    ['a root of 31 bytes', `${origin}\n21\n${Buffer.from(root.subarray(1)).toString('base64')}\n`],
    ['a root in hexadecimal', `${origin}\n21\n${Buffer.from(root).toString('hex')}\n`],
    ['bits behind the root', `${origin}\n21\n${encoded.replace(/.=$/, '/=')}\n`],
  ] as const)
    it(`is none with ${what}`, () => {
      assert.throws(() => parseTreeHead(text), refusal('TREE_HEAD_MALFORMED'))
    })

  it('is not written unless it can be read', () => {
    for (const head of [
      { origin: 'a b', size, root },
      { origin, size: -1n, root },
      { origin, size, root: root.subarray(1) },
    ])
      assert.throws(() => formatTreeHead(head), refusal('TREE_HEAD_MALFORMED'))
  })
})

describe('a tree head', () => {
  const signed = signNote(headText, log.signer)

  it('opens under the key of its log, with whoever cosigned it and when', () => {
    const opened = openTreeHead(cosigned, [log.verifier], [lawFirm.verifier, auditor.verifier])
    assert.deepEqual(opened.head, { origin, size, root })
    assert.equal(opened.note, cosigned)
    assert.equal(opened.signedBy, log.verifier)
    assert.deepEqual(opened.cosignatures, [
      { name: lawFirm.verifier.name, vkey: lawFirm.vkey, time: seconds },
      { name: auditor.verifier.name, vkey: auditor.vkey, time: seconds + 1n },
    ])
  })

  it('counts no witness that the caller does not know', () => {
    assert.deepEqual(openTreeHead(cosigned, [log.verifier]).cosignatures, [])
    assert.deepEqual(
      openTreeHead(cosigned, [log.verifier], [auditor.verifier]).cosignatures.map(({ vkey }) => vkey),
      [auditor.vkey],
    )
  })

  it('needs its log, however many witnesses there are', () => {
    const without = `${headText}\n${cosign(lawFirm.signer, headText, seconds)}`
    assert.throws(() => openTreeHead(without, [log.verifier], [lawFirm.verifier]), refusal('SIGNATURE_MISSING'))
  })

  it('is of an unknown log if no key has its origin as name', () => {
    const other = keyOf('other.example.org/log')
    assert.throws(() => openTreeHead(signed, [other.verifier]), refusal('ORIGIN_UNKNOWN'))
    assert.throws(() => openTreeHead(signed, []), refusal('ORIGIN_UNKNOWN'))
  })

  it('of one log signed by the key of another proves nothing', () => {
    const other = keyOf('other.example.org/log')
    const foreign = signNote(headText, other.signer)
    assert.throws(() => openTreeHead(foreign, [log.verifier, other.verifier]), refusal('SIGNATURE_MISSING'))
  })

  it("does not take a witness's key for its log's", () => {
    const both = keyOf(origin, 0x04)
    const note = `${headText}\n${cosign(both.signer, headText, seconds)}`
    assert.throws(() => openTreeHead(note, [both.verifier]), refusal('ORIGIN_UNKNOWN'))
    assert.throws(() => openTreeHead(note, [log.verifier], [both.verifier]), refusal('SIGNATURE_MISSING'))
  })

  it('is refused for one bad signature of a key that counts', () => {
    const elsewhere = signNote(headText.replace('21', '22'), log.signer).split('\n\n')[1] ?? ''
    assert.throws(() => openTreeHead(`${headText}\n${elsewhere}`, [log.verifier]), refusal('SIGNATURE_WRONG'))
    const earlier = cosign(lawFirm.signer, headText.replace('21', '20'), seconds)
    assert.throws(() => openTreeHead(signed + earlier, [log.verifier], [lawFirm.verifier]), refusal('SIGNATURE_WRONG'))
    assert.equal(openTreeHead(signed + earlier, [log.verifier]).head.size, size)
  })

  it('opens under the new key as well as the old after a rotation', () => {
    const next = keyOf(origin, 0x01, 'next')
    assert.equal(openTreeHead(signNote(headText, next.signer), [log.verifier, next.verifier]).signedBy, next.verifier)
  })
})

describe('a cosignature', () => {
  it('is put together as C2SP says', () => {
    const seed = createHash('sha256').update(lawFirm.verifier.name).digest()
    assert.equal(cosign(lawFirm.signer, headText, seconds), naiveCosignature(lawFirm.verifier.name, seed, headText, seconds))
  })

  it('is of its time alone', () => {
    const line = cosign(lawFirm.signer, headText, seconds)
    const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64')
    bytes.writeBigUInt64BE(seconds + 1n, 4)
    const later = `${headText}\n— ${lawFirm.verifier.name} ${bytes.toString('base64')}\n`
    assert.throws(() => openNote(later, [lawFirm.verifier]), refusal('SIGNATURE_WRONG'))
    const [stated] = openNote(`${headText}\n${line}`, [lawFirm.verifier]).verified
    assert.equal(stated?.time, seconds)
  })

  it('has 72 bytes behind the id', () => {
    const id = Buffer.from(lawFirm.verifier.id, 'hex')
    for (const length of [1, 8, 64, 71, 73]) {
      const note = `${headText}\n— ${lawFirm.verifier.name} ${Buffer.concat([id, Buffer.alloc(length)]).toString('base64')}\n`
      assert.throws(() => openNote(note, [lawFirm.verifier]), refusal('SIGNATURE_WRONG'), String(length))
    }
  })

  it('of a time that there is not is refused', () => {
    const seed = createHash('sha256').update(lawFirm.verifier.name).digest()
    for (const [time, holds] of [
      [(1n << 63n) - 1n, true],
      [1n << 63n, false],
    ] as const) {
      const note = `${headText}\n${naiveCosignature(lawFirm.verifier.name, seed, headText, time)}`
      if (holds) assert.equal(openNote(note, [lawFirm.verifier]).verified[0]?.time, time)
      else assert.throws(() => openNote(note, [lawFirm.verifier]), refusal('SIGNATURE_WRONG'))
    }
  })

  it('needs the key of a witness and a time', () => {
    assert.throws(() => cosign(log.signer, headText, seconds), refusal('KEY_MALFORMED'))
    for (const time of [-1n, 1n << 63n]) assert.throws(() => cosign(lawFirm.signer, headText, time), refusal('RANGE_WRONG'))
  })
})
