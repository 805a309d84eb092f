// Conformance: closed files answer nothing, and what was written is there when they are opened again.
import assert from 'node:assert/strict'
import { bytes, file, text, withFiles, type Open } from './setting.ts'

const unavailable = { name: 'LedgerError', code: 'STORE_UNAVAILABLE' }

export const closeTests = (open: Open): void => {
  withFiles(open, 'closed files refuse every call, and closing twice is no error', async ({ files }) => {
    await files.close()
    await files.close()
    await assert.rejects(files.read('checkpoint'), unavailable)
    await assert.rejects(files.create([file('tile/0/000', 'x')]), unavailable)
    await assert.rejects(files.replace('checkpoint', bytes('x')), unavailable)
    await assert.rejects(files.remove(['tile/0/000']), unavailable)
  })

  withFiles(open, 'opened again, everything is there, and still cannot be replaced', async ({ files, reopen }) => {
    await files.create([file('tile/0/000.p/1', 'partial'), file('tile/entries/000.p/1', 'entry')])
    await files.replace('checkpoint', bytes('head'))
    await files.replace('state.json', bytes('{}'))
    const again = await reopen()
    try {
      assert.deepEqual(
        await Promise.all(
          ['tile/0/000.p/1', 'tile/entries/000.p/1', 'checkpoint', 'state.json'].map(async (path) => text(await again.read(path))),
        ),
        ['partial', 'entry', 'head', '{}'],
      )
      await again.create([file('tile/0/000.p/1', 'partial')])
      await assert.rejects(again.create([file('tile/0/000.p/1', 'another')]), { code: 'LOG_DISAGREES' })
    } finally {
      await again.close()
    }
  })
}
