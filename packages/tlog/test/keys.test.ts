// Keys as Go's sumdb/note writes them: made, read, and refused when anything in them is off.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { generateKey, isKeyName, openNote, parseSkey, parseVkey, signNote, TlogError } from '../src/index.ts'
import { keyOf } from './given.ts'
import { naiveKeyPair, naiveSignature } from './naiveNote.ts'

const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const skey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const malformed = (error: unknown) => error instanceof TlogError && error.code === 'KEY_MALFORMED'

/** Every part of it but the whole, and each byte of it one higher. */
const manglings = (key: string): string[] => {
  const all: string[] = []
  for (let from = 0; from < key.length; from++)
    for (let to = from + 1; to <= key.length; to++) if (to - from < key.length) all.push(key.slice(from, to))
  for (let at = 0; at < key.length; at++) all.push(key.slice(0, at) + String.fromCharCode(key.charCodeAt(at) + 1) + key.slice(at + 1))
  return all
}

describe("Go's example key", () => {
  it('is read from both halves alike', () => {
    const { name, id, type } = parseVkey(vkey)
    assert.deepEqual([name, id, type], ['PeterNeumann', 'c74f20a3', 1])
    assert.equal(parseSkey(skey).vkey, vkey)
  })

  it('is refused in every mangling', () => {
    for (const mangled of manglings(vkey)) assert.throws(() => parseVkey(mangled), malformed, mangled)
    for (const mangled of manglings(skey)) assert.throws(() => parseSkey(mangled), malformed, mangled)
  })

  it('is refused with a longer key, or of an unknown type, under the right id', () => {
    assert.throws(() => parseVkey('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='), malformed)
    assert.throws(() => parseVkey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'), malformed)
  })

  it('is refused with its id in capitals', () => {
    assert.throws(() => parseVkey(vkey.replace('c74f20a3', 'C74F20A3')), malformed)
  })

  it('does not show its secret in what is said of it', () => {
    const spoilt = skey.replace('c74f20a3', 'c74f20a4')
    assert.throws(
      () => parseSkey(spoilt),
      (error) => malformed(error) && !String(error).includes('AYEK'),
    )
    assert.ok(!JSON.stringify(parseSkey(skey)).includes('AYEK'))
  })
})

describe('a key', () => {
  it('is put together from its seed as C2SP says', () => {
    const seed = createHash('sha256').update('any').digest()
    for (const type of [0x01, 0x04] as const) {
      const pair = naiveKeyPair('a.example.org/b', type, seed)
      assert.equal(parseSkey(pair.skey).vkey, pair.vkey)
      assert.equal(parseVkey(pair.vkey).type, type)
    }
    const signer = parseSkey(naiveKeyPair('a.example.org/b', 0x01, seed).skey)
    assert.equal(signer.sign('text\n'), naiveSignature('a.example.org/b', seed, 'text\n'))
  })

  it('is new each time it is made, and signs what it verifies', () => {
    const [one, other] = [generateKey('log.example.org'), generateKey('log.example.org')]
    assert.notEqual(one.skey, other.skey)
    const note = signNote('text\n', parseSkey(one.skey))
    assert.equal(openNote(note, [parseVkey(one.vkey)]).text, 'text\n')
    assert.throws(() => openNote(note, [parseVkey(other.vkey)]), { code: 'SIGNATURE_MISSING' })
  })

  it('of a witness is made by its type', () => {
    const { skey, vkey } = generateKey('witness.example.org', 0x04)
    assert.equal(parseVkey(vkey).type, 0x04)
    assert.equal(parseSkey(skey).vkey, vkey)
  })

  it('takes no signature of another length', () => {
    const { signer, verifier } = keyOf('log.example.org')
    const message = Buffer.from('text')
    const signature = signer.signature(message)
    assert.equal(verifier.verifies(message, signature), true)
    for (const other of [signature.subarray(1), Uint8Array.of(...signature, 0), new Uint8Array()])
      assert.equal(verifier.verifies(message, other), false)
  })

  it('has a name without white space, control characters or a plus', () => {
    for (const name of ['a', 'ledger.example.org/log', 'écluse.example.org', '—']) assert.ok(isKeyName(name), name)
    for (const name of ['', ' ', 'a b', 'a+b', 'a\u{a0}b', 'a\u{2003}b', 'a\nb', 'a\u{1}b', 'a\u{85}b', 'a\u{d800}b']) {
      assert.ok(!isKeyName(name), JSON.stringify(name))
      assert.throws(() => generateKey(name), malformed)
    }
  })
})
