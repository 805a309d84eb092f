// `catalogue check`: a file against the rules, without a ledger.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ledger } from './terminal.ts'

const root = await mkdtemp(join(tmpdir(), 'check-'))
after(() => rm(root, { recursive: true }))

const example = fileURLToPath(new URL('../../../examples/huttopia/catalogue.yaml', import.meta.url))

const faulty = `
controller: { id: campo, name: Campo SAS, address: 1 rue du Test, contact: dpo@campo.example.org, jurisdiction: FR, regulator: FR-CNIL }
purposes:
  - { id: news, version: 1, legalBasis: legitimate-interest, marketing: true, channels: [email], dataKinds: [], recipients: [], retention: P3Y, text: {} }
notices:
  - { id: form, version: 1, change: new-processing, validFrom: 2026-01-01, purposes: [gone], withdrawal: {}, text: { fr: Oui } }
`

describe('catalogue check', () => {
  it('prints nothing when nothing is wrong', async () => {
    assert.deepEqual(await ledger(['catalogue', 'check', example]), { code: 0, out: '', err: '' })
  })
  it('names every broken rule by its place, and what to do', async () => {
    const path = join(root, 'faulty.yaml')
    await writeFile(path, faulty)
    const { code, out, err } = await ledger(['catalogue', 'check', path])
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(err, /^BASIS_NOT_FOR_CHANNEL: /)
    assert.match(err, /^ {2}\/purposes\/0\/channels {2}profile: /m)
    assert.match(err, /^ {2}\/notices\/0\/purposes\/0 {2}known: /m)
    assert.match(err, /^What to do: /m)
  })
  it('answers a script in JSON', async () => {
    const { code, out, err } = await ledger(['catalogue', 'check', join(root, 'none.yaml'), '--json'])
    assert.equal(code, 1)
    assert.equal(err, '')
    assert.equal((JSON.parse(out) as { problem: { code: string } }).problem.code, 'CATALOGUE_INVALID')
    assert.deepEqual(JSON.parse((await ledger(['--json', 'catalogue', 'check', example])).out), { problem: null, warnings: [] })
  })
})
