// Signed notes: the examples that Go publishes, and what a note must not be. C2SP signed-note v1.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openNote, parseNote, parseSkey, parseVkey, signNote, TlogError, type TlogCode } from '../src/index.ts'
import { keyOf } from './given.ts'

/** Of golang.org/x/mod/sumdb/note. */
const peter = {
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  skey: 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
  line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
}
const enoch = {
  vkey: 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop',
  line: '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n',
}
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const [ofPeter, ofEnoch] = [parseVkey(peter.vkey), parseVkey(enoch.vkey)]
const spoilt = (line: string): string => `${line.slice(0, 60)}ABCD${line.slice(60)}`

const refusal = (code: TlogCode) => (error: unknown) => error instanceof TlogError && error.code === code
const names = (note: string, ...keys: (typeof ofPeter)[]) => openNote(note, keys).verified.map(({ name }) => name)

describe("the note of Go's sumdb/note", () => {
  it('is signed byte for byte as Go signs it', () => {
    assert.equal(signNote(text, parseSkey(peter.skey)), `${text}\n${peter.line}`)
  })

  it('opens under one key, and the other signature is told apart', () => {
    const opened = openNote(`${text}\n${peter.line}${enoch.line}`, [ofPeter])
    const verified = [{ name: 'PeterNeumann', id: 'c74f20a3', vkey: peter.vkey, line: peter.line }]
    assert.deepEqual(opened, { text, verified, others: [enoch.line] })
  })

  it('opens under both keys', () => {
    assert.deepEqual(names(`${text}\n${peter.line}${enoch.line}`, ofEnoch, ofPeter), ['PeterNeumann', 'EnochRoot'])
  })

  it('is told once of a key that signed twice', () => {
    assert.deepEqual(names(`${text}\n${peter.line}${peter.line}`, ofPeter, ofPeter), ['PeterNeumann'])
  })

  it('says nothing under no key', () => {
    assert.throws(() => openNote(`${text}\n${peter.line}`, []), refusal('SIGNATURE_MISSING'))
    assert.throws(() => openNote(`${text}\n${peter.line}`, [ofEnoch]), refusal('SIGNATURE_MISSING'))
  })

  it('is refused for one bad signature of a known key, were the others good', () => {
    const wrong = refusal('SIGNATURE_WRONG')
    assert.throws(() => openNote(`${text}\n${spoilt(peter.line)}`, [ofPeter]), wrong)
    assert.throws(() => openNote(`${text}\n${peter.line}${spoilt(peter.line)}`, [ofPeter]), wrong)
    assert.throws(() => openNote(`${text}\n${peter.line}${spoilt(enoch.line)}`, [ofPeter, ofEnoch]), wrong)
    assert.deepEqual(openNote(`${text}\n${peter.line}${spoilt(enoch.line)}`, [ofPeter]).others, [spoilt(enoch.line)])
  })

  it('is refused with another text', () => {
    for (const changed of [text.replace('your', 'Your'), `${text}\n`, `\n${text}`, text.replace('\n', '\n\n')])
      assert.throws(() => openNote(`${changed}\n${peter.line}`, [ofPeter]), refusal('SIGNATURE_WRONG'), JSON.stringify(changed))
  })
})

describe("sum.golang.org's tree of 6,476,701 records", () => {
  const key = parseVkey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8')
  const signed = 'go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n'
  const line = '— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n'
  it('opens under the key that go ships with', () => {
    assert.equal(openNote(`${signed}\n${line}`, [key]).text, signed)
  })
  it('does not open with one leaf more', () => {
    assert.throws(() => openNote(`${signed.replace('6476701', '6476702')}\n${line}`, [key]), refusal('SIGNATURE_WRONG'))
  })
})

describe('a note', () => {
  const key = keyOf('notary.example.org')
  const line = key.signer.sign('text\n')
  const note = `text\n\n${line}`

  for (const [what, broken] of [
    ['nothing', ''],
    ['text alone', 'text\n'],
    ['no signature', 'text\n\n'],
    ['no empty line', `text\n${line}`],
    ['no newline at its end', note.slice(0, -1)],
    ['an empty line at its end', `${note}\n`],
    ['a line that is no signature', `${note}and so on.\n`],
    ['a hyphen for a dash', note.replace('—', '-')],
    ['a name with a plus', note.replace('notary', 'no+tary')],
    ['a name with white space', note.replace('notary', 'no\u{2003}tary')],
    ['no name', 'text\n\n—  AAAAAAAA\n'],
    ['a signature without an id', 'text\n\n— notary.example.org AAAA\n'],
    ['a signature that is only an id', 'text\n\n— notary.example.org AAAAAA==\n'],
    ['base64 without padding', note.replace('=', '')],
    ['base64 for the web', note.replace(/[+/]/, '-')],
    ['a carriage return', note.replace('\n', '\r\n')],
    ['a tab', note.replace('text', 'te\txt')],
    ['a zero', note.replace('text', 'te\0xt')],
    ['half a character', note.replace('text', 'te\u{d800}xt')],
    ['101 signatures', `text\n\n${line.repeat(101)}`],
    ['a million characters', `${'x'.repeat(1_000_000)}\n\n${line}`],
  ] as const)
    it(`with ${what} is none`, () => {
      assert.throws(() => openNote(broken, [key.verifier]), refusal('NOTE_MALFORMED'))
    })

  it('may have 100 signatures', () => {
    assert.equal(parseNote(`text\n\n${line.repeat(100)}`).signatures.length, 100)
  })

  it('is split at its last empty line', () => {
    const poem = 'one\n\ntwo\n\n\nthree\n'
    assert.equal(openNote(signNote(poem, key.signer), [key.verifier]).text, poem)
  })

  it('is any text in UTF-8', () => {
    for (const text of ['\n', 'café, 日本語, 👩‍⚖️\n', '— a.example AAAAAAAA\n'])
      assert.equal(openNote(signNote(text, key.signer), [key.verifier]).text, text)
  })

  it('is not signed unless it can be opened', () => {
    for (const text of ['', 'text', 'te\txt\n', 'te\u{d800}xt\n'])
      assert.throws(() => signNote(text, key.signer), refusal('NOTE_MALFORMED'))
    assert.throws(() => signNote('text\n'), refusal('NOTE_MALFORMED'))
    assert.throws(() => signNote('text\n', keyOf('w.example.org', 0x04).signer), refusal('KEY_MALFORMED'))
  })

  it('passes over a key of the same name, or of the same id', () => {
    const namesake = keyOf('notary.example.org', 0x01, 'another')
    assert.throws(() => openNote(note, [namesake.verifier]), refusal('SIGNATURE_MISSING'))
    assert.throws(() => openNote(note, [{ ...key.verifier, name: 'other.example.org' }]), refusal('SIGNATURE_MISSING'))
  })

  it('is not opened where two keys go by one name and id', () => {
    const twin = { ...keyOf('notary.example.org', 0x01, 'another').verifier, id: key.verifier.id }
    assert.throws(() => openNote(note, [key.verifier, twin]), refusal('KEY_AMBIGUOUS'))
  })
})
