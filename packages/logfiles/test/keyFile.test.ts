// The file of a key that signs notes: made once, for its owner alone, and never replaced.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openNote, parseVkey, signNote } from '@consent-ledger/tlog'
import { openKeyFile, readKeyFile } from '../src/index.ts'

const root = mkdtempSync(join(tmpdir(), 'keys-'))
after(() => rmSync(root, { recursive: true }))
const wrong = { code: 'SIGNING_KEY_WRONG' }
const made = { expectExisting: false }

describe('a key file', () => {
  it('is made once, 0600 in a directory 0700, and says so once', () => {
    const file = join(root, 'made', 'log.key')
    const said: string[] = []
    const first = openKeyFile(file, 'log.example.org', { ...made, say: (line) => said.push(line) })
    const again = openKeyFile(file, 'other.example.org', { expectExisting: true, say: (line) => said.push(line) })
    assert.equal(again.vkey, first.vkey)
    assert.equal(first.name, 'log.example.org')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(root, 'made')).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(root, 'made')), ['log.key'])
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /log\.key: back it up/)
    const note = signNote('text\n', again)
    assert.equal(openNote(note, [parseVkey(first.vkey)]).verified.length, 1)
  })

  it('holds one line as Go’s sumdb/note writes it', () => {
    const file = join(root, 'go.key')
    const { name, id } = openKeyFile(file, 'log.example.org', made)
    assert.match(readFileSync(file, 'utf8'), /^PRIVATE\+KEY\+log\.example\.org\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n$/)
    assert.ok(readFileSync(file, 'utf8').includes(`${name}+${id}`))
  })

  it('is of a witness where that is asked for', () => {
    assert.equal(openKeyFile(join(root, 'witness.key'), 'witness.example.org', { ...made, type: 4 }).type, 4)
  })

  it('is not made where something was signed by it already', () => {
    const file = join(root, 'missing.key')
    assert.throws(() => openKeyFile(file, 'log.example.org', { expectExisting: true }), { ...wrong, message: /missing\.key is missing/ })
    assert.throws(() => readKeyFile(file), { ...wrong, message: /missing\.key is missing/ })
    assert.ok(!readdirSync(root).includes('missing.key'))
  })

  it('is refused when others can read it, or when it is something else, without a word of what is in it', () => {
    const file = join(root, 'open.key')
    openKeyFile(file, 'log.example.org', made)
    chmodSync(file, 0o640)
    assert.throws(() => readKeyFile(file), { ...wrong, message: /chmod 600/ })
    const key = readFileSync(file, 'utf8')
    chmodSync(file, 0o600)
    for (const text of ['', 'secret words', `${key}${key}`, key.replace('+log', '+lag'), key.slice(0, -3)]) {
      writeFileSync(file, text)
      assert.throws(
        () => readKeyFile(file),
        (error: Error) =>
          'code' in error && error.code === wrong.code && !/secret words|PRIVATE|[A-Za-z0-9+/]{20}/.test(error.message.replace(file, '')),
      )
    }
  })

  it('cannot be made for a name that no key has', () => {
    assert.throws(() => openKeyFile(join(root, 'bad.key'), 'a name', made), wrong)
    assert.ok(!readdirSync(root).includes('bad.key'))
  })
})
