// Conformance: the published head and the state, the two files that change.
import assert from 'node:assert/strict'
import { bytes, file, text, withFiles, type Open } from './setting.ts'

export const replaceTests = (open: Open): void => {
  for (const path of ['checkpoint', 'state.json'])
    withFiles(open, `${path} is made, then replaced, shorter or longer`, async ({ files }) => {
      for (const content of ['first', 'the second is longer', 'third', '']) {
        await files.replace(path, bytes(content))
        assert.equal(text(await files.read(path)), content)
      }
    })

  withFiles(open, 'what reads while a file is replaced gets the old one or the new one, whole', async ({ files }) => {
    const [old, next] = ['old '.repeat(5000), 'next'.repeat(5000)]
    await files.replace('checkpoint', bytes(old))
    const replacing = files.replace('checkpoint', bytes(next))
    const read = await Promise.all(Array.from({ length: 30 }, () => files.read('checkpoint')))
    await replacing
    assert.deepEqual(
      read.filter((one) => text(one) !== old && text(one) !== next),
      [],
    )
    assert.equal(text(await files.read('checkpoint')), next)
  })

  withFiles(open, 'a tile is not replaced, and the head is neither made once nor taken away', async ({ files }) => {
    await files.replace('checkpoint', bytes('head'))
    await assert.rejects(files.replace('tile/0/000', bytes('x')), { code: 'INTERNAL' })
    for (const path of ['checkpoint', 'state.json']) {
      await assert.rejects(files.create([file(path, 'x')]), { code: 'INTERNAL' })
      await assert.rejects(files.remove([path]), { code: 'INTERNAL' })
    }
    assert.equal(text(await files.read('checkpoint')), 'head')
  })
}
