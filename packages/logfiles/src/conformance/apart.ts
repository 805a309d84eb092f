// Conformance: what reaches beyond a tree is set apart, whatever part of it was made, and nothing of the tree is.
import assert from 'node:assert/strict'
import { file, withFiles, type Open } from './setting.ts'

const there = ['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/000', 'tile/entries/001.p/44', 'tile/0/001.p/7']
const beyond = [
  'tile/0/001.p/45',
  'tile/0/001',
  'tile/0/009.p/3',
  'tile/1/000.p/9',
  'tile/2/000.p/1',
  'tile/entries/001.p/60',
  'tile/entries/008',
  'tile/entries/009.p/3',
]

export const apartTests = (open: Open): void => {
  withFiles(
    open,
    'files beyond a tree of 300 leaves are set apart, those of the tree stay, and others may take the names',
    async ({ files }) => {
      await files.create([...there, ...beyond].map((path) => file(path, `first ${path}`)))
      await files.replace('checkpoint', Buffer.from('head'))
      await files.setApart(300n)
      for (const path of [...there, 'checkpoint']) assert.notEqual(await files.read(path), null, path)
      for (const path of beyond) assert.equal(await files.read(path), null, path)
      await files.create(beyond.map((path) => file(path, `second ${path}`)))
      await files.setApart(300n)
      for (const path of beyond) assert.equal(await files.read(path), null, path)
    },
  )

  withFiles(open, 'of an empty tree nothing stays, and where nothing is that is no error', async ({ files }) => {
    await files.setApart(0n)
    await files.create(there.map((path) => file(path, 'a')))
    await files.setApart(0n)
    for (const path of there) assert.equal(await files.read(path), null, path)
  })

  withFiles(open, 'where the numbers of files get another digit too', async ({ files }) => {
    const paths = ['tile/0/999', 'tile/0/x001/000', 'tile/0/x001/001.p/2', 'tile/entries/x001/001.p/2']
    await files.create(paths.map((path) => file(path, 'a')))
    await files.setApart(256_000n)
    assert.deepEqual(await Promise.all(paths.map(async (path) => (await files.read(path)) !== null)), [true, false, false, false])
  })
}
