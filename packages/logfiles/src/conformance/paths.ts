// Conformance: only names of the log's own files are answered; no other leads anywhere.
import assert from 'node:assert/strict'
import { bytes, file, withFiles, type Open } from './setting.ts'

const foreign = [
  '',
  '/',
  '.',
  '..',
  '../checkpoint',
  './checkpoint',
  '/checkpoint',
  'checkpoint/',
  'checkpoint\0',
  'CHECKPOINT',
  'lock',
  'drafts/x',
  'public/checkpoint',
  'tile',
  'tile/',
  'tile/0',
  'tile/0/',
  'tile/0/1',
  'tile/0/0000',
  'tile/00/000',
  'tile/-1/000',
  'tile/0/x001',
  'tile/0/x000/001',
  'tile/0/000.p/0',
  'tile/0/000.p/256',
  'tile/0/000.p/03',
  'tile/0/000.p',
  'tile/0/000.p/1/..',
  'tile/0/../../state.json',
  'tile/0/../0/000',
  'tile/0//000',
  'tile\\0\\000',
  'tile/entries/../0/000',
  'tile/entries/entries/000',
  'tile/64/000',
]

export const pathTests = (open: Open): void => {
  withFiles(open, 'nothing is read under a name that is not of the log', async ({ files }) => {
    await files.replace('checkpoint', bytes('head'))
    await files.create([file('tile/0/000', 'tile'), file('tile/0/001', 'tile'), file('tile/entries/000', 'entries')])
    for (const path of foreign) assert.equal(await files.read(path), null, JSON.stringify(path))
  })

  withFiles(open, 'nothing is written under a name that is not of the log, nor anything beside it in the same call', async ({ files }) => {
    for (const path of foreign) {
      await assert.rejects(files.create([file('tile/0/000', 'tile'), file(path, 'x')]), { code: 'INTERNAL' }, path)
      await assert.rejects(files.replace(path, bytes('x')), { code: 'INTERNAL' }, path)
      await assert.rejects(files.remove([path]), { code: 'INTERNAL' }, path)
    }
    assert.equal(await files.read('tile/0/000'), null)
  })

  withFiles(open, 'answers up to the largest index that a tree can have', async ({ files }) => {
    const path = 'tile/0/x036/x028/x797/x018/963'
    await files.create([file(path, 'far')])
    assert.notEqual(await files.read(path), null)
  })
}
