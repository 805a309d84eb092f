// Conformance: tiles and entries are made once, and what exists is never replaced.
import assert from 'node:assert/strict'
import { file, text, withFiles, type Open } from './setting.ts'

const disagrees = { name: 'LedgerError', code: 'LOG_DISAGREES' }

export const onceTests = (open: Open): void => {
  withFiles(open, 'gives back what was made, and null for what was not', async ({ files }) => {
    await files.create([file('tile/0/000.p/3', 'three'), file('tile/entries/x001/067', 'bundle')])
    assert.equal(text(await files.read('tile/0/000.p/3')), 'three')
    assert.equal(text(await files.read('tile/entries/x001/067')), 'bundle')
    for (const path of ['tile/0/000', 'tile/0/000.p/4', 'tile/1/000', 'tile/entries/000', 'checkpoint', 'state.json'])
      assert.equal(await files.read(path), null, path)
  })

  withFiles(open, 'the same files again are no error, alone or among new ones', async ({ files }) => {
    const one = file('tile/0/000', 'one')
    await files.create([one])
    await files.create([one])
    await files.create([one, file('tile/0/001', 'two')])
    assert.equal(text(await files.read('tile/0/000')), 'one')
    assert.equal(text(await files.read('tile/0/001')), 'two')
  })

  withFiles(open, 'other bytes under a name that is taken are refused by that name, and nothing is replaced', async ({ files }) => {
    await files.create([file('tile/0/000', 'first')])
    for (const other of ['other', 'firs', 'first and more', ''])
      await assert.rejects(files.create([file('tile/0/000', other)]), { ...disagrees, message: /tile\/0\/000/ })
    assert.equal(text(await files.read('tile/0/000')), 'first')
  })

  withFiles(open, 'a partial tile and the full one that follows stand beside each other', async ({ files }) => {
    await files.create([file('tile/0/000.p/1', 'a')])
    await files.create([file('tile/0/000.p/2', 'ab'), file('tile/0/000', 'abc')])
    assert.deepEqual(
      await Promise.all(['tile/0/000.p/1', 'tile/0/000.p/2', 'tile/0/000'].map(async (path) => text(await files.read(path)))),
      ['a', 'ab', 'abc'],
    )
  })

  withFiles(open, 'takes away what is named and nothing else; what is not there is no error', async ({ files }) => {
    await files.create([file('tile/0/000.p/1', 'a'), file('tile/0/000.p/2', 'ab'), file('tile/0/000', 'abc')])
    await files.remove(['tile/0/000.p/1', 'tile/0/000.p/1', 'tile/0/007.p/9'])
    assert.equal(await files.read('tile/0/000.p/1'), null)
    assert.equal(text(await files.read('tile/0/000.p/2')), 'ab')
    await files.remove(['tile/0/000.p/2'])
    assert.equal(text(await files.read('tile/0/000')), 'abc')
    await files.create([file('tile/0/000.p/4', 'again')])
    assert.equal(text(await files.read('tile/0/000.p/4')), 'again')
  })

  withFiles(open, 'many files in one call, made again by two calls at once', async ({ files }) => {
    const many = Array.from({ length: 40 }, (_, n) => file(`tile/0/x00${1 + (n % 3)}/${String(n).padStart(3, '0')}`, `tile ${n}`))
    await Promise.all([files.create(many), files.create(many)])
    for (const { path, bytes } of many) assert.deepEqual(Buffer.from((await files.read(path)) ?? []), Buffer.from(bytes))
  })

  withFiles(open, 'keeps what was made, whatever the caller does to the bytes later', async ({ files }) => {
    const one = file('tile/0/000', 'kept')
    await files.create([one])
    one.bytes.fill(0)
    ;(await files.read('tile/0/000'))?.fill(0)
    assert.equal(text(await files.read('tile/0/000')), 'kept')
  })
}
