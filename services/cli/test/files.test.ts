// Commands on the files of a ledger that does not run: started for the command, ended with it.
import assert from 'node:assert/strict'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { anna, openScene, type Scene } from './scene.ts'
import { ledger } from './terminal.ts'

let scene: Scene
before(async () => {
  scene = await openScene()
  await scene.say('given')
  await scene.stop()
})
after(() => scene.remove())

const onFiles = (args: string[], stdin = '') => ledger(args, { env: { LEDGER_DATA: scene.data, LEDGER_PORT: '0' }, stdin })

describe('without a server', () => {
  it('a proof is taken from the files, and the ledger is ended before the command is', async () => {
    const { code, out } = await onFiles(
      ['proof', '--stdin', '--reason', 'Dispute 42', '--out', join(scene.root, 'out'), '--json'],
      `email ${anna.value}`,
    )
    assert.equal(code, 0)
    const { files } = JSON.parse(out) as { files: string[] }
    for (const file of ['dossier.zip', 'notice/news-form-v1-fr.html', 'report.html', 'completeness.note'])
      assert.ok(files.includes(file), file)
    assert.match(await readFile(join(scene.root, 'out', 'report.json'), 'utf8'), /anna\.martin@example\.org/)
  })
  it('the next command finds the files free', async () => {
    const { code, out, err } = await onFiles(['find', '--email', anna.value])
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    assert.match(out, /^subject /)
  })
  it('a ledger that cannot start says why', async () => {
    await rename(`${scene.data}.keys`, join(scene.root, 'elsewhere'))
    const { code, err } = await onFiles(['find', '--email', anna.value])
    await rename(join(scene.root, 'elsewhere'), `${scene.data}.keys`)
    assert.equal(code, 1)
    assert.match(err, /did not start[\s\S]*master\.key/)
  })
})
