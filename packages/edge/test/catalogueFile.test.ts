// Reading a catalogue file: texts taken in from beside it, never from elsewhere, and every mistake named by its place.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { readCatalogueFile } from '../src/start/catalogueFile.ts'

const root = await mkdtemp(join(tmpdir(), 'catalogue-'))
after(() => rm(root, { recursive: true }))

const controller = `
controller: { id: campo, name: Campo SAS, address: 1 rue du Test, contact: dpo@campo.example.org, jurisdiction: FR, regulator: FR-CNIL }
`
const noticeWith = (text: string): string => `${controller}
notices:
  - { id: form, version: 1, change: new-processing, validFrom: 2026-01-01, purposes: [], withdrawal: {}, text: ${text} }
`

let count = 0
const written = async (text: string, beside: Record<string, string | Uint8Array> = {}): Promise<string> => {
  const path = join(root, String(count++), 'catalogue.yaml')
  await mkdir(dirname(path), { recursive: true })
  for (const [name, content] of Object.entries(beside)) {
    await mkdir(dirname(join(path, '..', name)), { recursive: true })
    await writeFile(join(path, '..', name), content)
  }
  await writeFile(path, text)
  return path
}

const refusedAt = async (path: string, pointer: string, rule: string): Promise<void> => {
  const error = await readCatalogueFile(path).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof LedgerError)
  assert.equal(error.code, 'CATALOGUE_INVALID')
  assert.deepEqual(
    error.violations.map((one) => [one.pointer, one.rule]),
    [[pointer, rule]],
  )
}

describe('a catalogue file', () => {
  it('is read with its defaults', async () => {
    const file = await readCatalogueFile(await written(controller))
    assert.equal(file.controller.timeZone, 'Europe/Paris')
    assert.deepEqual(file.notices, [])
  })
  it('may be JSON', async () => {
    const json = { controller: { id: 'campo', name: 'Campo', address: 'x', contact: 'x', jurisdiction: 'FR', regulator: 'FR-CNIL' } }
    assert.equal((await readCatalogueFile(await written(JSON.stringify(json)))).controller.id, 'campo')
  })
  it('takes in the text of a file beside it, byte for byte', async () => {
    const text = '\uFEFF<p>Oui, j’accepte.</p>\r\n'
    const file = await readCatalogueFile(
      await written(noticeWith('{ fr: { file: notices/form.fr.html }, en: Yes }'), { 'notices/form.fr.html': text }),
    )
    assert.deepEqual(file.notices[0]?.text, { fr: text, en: 'Yes' })
  })
  it('names a text that is not there', async () => {
    await refusedAt(await written(noticeWith('{ fr: { file: gone.html } }')), '/notices/0/text/fr/file', 'file')
  })
  it('never reads outside of its directory', async () => {
    await writeFile(join(root, 'secret.txt'), 'not yours')
    await refusedAt(await written(noticeWith('{ fr: { file: ../secret.txt } }')), '/notices/0/text/fr/file', 'file')
    await refusedAt(await written(noticeWith(`{ fr: { file: ${join(root, 'secret.txt')} } }`)), '/notices/0/text/fr/file', 'file')
  })
  it('follows no link out of its directory', async () => {
    const path = await written(noticeWith('{ fr: { file: link.txt } }'))
    await symlink(join(root, 'secret.txt'), join(dirname(path), 'link.txt'))
    await refusedAt(path, '/notices/0/text/fr/file', 'file')
  })
  it('refuses a text that is not UTF-8', async () => {
    const path = await written(noticeWith('{ fr: { file: form.txt } }'), { 'form.txt': Buffer.from([0x6f, 0xff]) })
    await refusedAt(path, '/notices/0/text/fr/file', 'file')
  })
  it('refuses a directory in place of a text, and a file that is not there', async () => {
    await refusedAt(await written(noticeWith('{ fr: { file: . } }')), '/notices/0/text/fr/file', 'file')
    await refusedAt(join(root, 'none.yaml'), '', 'file')
  })
  it('names a misspelt field by its place', async () => {
    await refusedAt(
      await written(`${controller}\nsites: [{ id: a, name: a, origin: [], origins: [], manageConsentLink: true }]`),
      '/sites/0/origin',
      'unknown-field',
    )
  })
  it('says where it is not YAML, and nothing of what stands there', async () => {
    const path = await written('controller: { id: "Anna Martin')
    await refusedAt(path, '', 'yaml')
    await assert.rejects(
      readCatalogueFile(path),
      (error: Error) => !error.message.includes('Anna') && /line 1, column \d+/.test(error.message),
    )
  })
  it('refuses aliases that multiply', async () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...['b', 'c', 'd', 'e', 'f'].map((name, place) => `${name}: &${name} [${Array(10).fill(`*${'abcde'[place]}`).join(', ')}]`),
    ]
    await refusedAt(await written(bomb.join('\n')), '', 'yaml')
  })
})
