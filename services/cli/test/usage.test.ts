// What a command ends with when it is not understood, or has nothing to talk to.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { ledger } from './terminal.ts'

const root = await mkdtemp(join(tmpdir(), 'usage-'))
after(() => rm(root, { recursive: true }))
const nowhere = { LEDGER_DATA: join(root, 'data'), LEDGER_PORT: '0' }
const find = ['find', '--email', 'anna.martin@example.org']

describe('usage', () => {
  it('is 0 for help, which warns of the shell’s history', async () => {
    const { code, out } = await ledger(['help', 'find'])
    assert.equal(code, 0)
    assert.match(out, /history/)
    for (const command of ['catalogue', 'find', 'proof', 'rebuild', 'feed', 'copy', 'eventstore', 'log', 'help'])
      assert.match((await ledger(['help'])).out, new RegExp(`^ {2}${command}`, 'm'))
  })
  it('is 2 for what is not understood', async () => {
    for (const args of [[], ['prove'], ['find'], ['find', '--mail', 'x'], ['proof', '--email', 'x'], ['catalogue', 'apply']]) {
      const { code, out } = await ledger(args, { env: nowhere })
      assert.equal(code, 2, args.join(' '))
      assert.equal(out, '')
    }
  })
  it('is 2 for a setting that is wrong, by its name', async () => {
    const { code, err } = await ledger(find, { env: { LEDGER_PROT: '1' } })
    assert.equal(code, 2)
    assert.match(err, /LEDGER_PROT/)
  })
})

describe('whoever stops reading', () => {
  it('as `head` does ends nothing: no fault is told, and the exit code is that of the command', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'src', 'main.ts'), 'help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    const told = text(child.stderr)
    const [code] = (await once(child, 'exit')) as [number | null]
    assert.deepEqual([code, await told], [0, ''])
  })
})

describe('without a ledger', () => {
  it('the directory is named, and no ledger is made in it', async () => {
    const { code, err } = await ledger(find, { env: nowhere })
    assert.equal(code, 1)
    assert.match(err, /holds no ledger/)
    assert.deepEqual(await readdir(root), [])
  })
  it('a ledger that was named is not replaced by another', async () => {
    await writeFile(join(root, 'events.sqlite'), '')
    const { code, err } = await ledger(find, { env: { LEDGER_DATA: root, LEDGER_URL: 'http://127.0.0.1:1' } })
    await rm(join(root, 'events.sqlite'))
    assert.equal(code, 1)
    assert.match(err, /LEDGER_URL/)
  })
  it('something else on its port gets no key', async () => {
    const heard: (string | undefined)[] = []
    const other = createServer((request, response) => {
      heard.push(request.headers.authorization)
      response.end('hello')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { code, err } = await ledger(find, { env: { ...nowhere, LEDGER_PORT: String(port) } })
    other.close()
    assert.equal(code, 1)
    assert.match(err, /is not a ledger/)
    assert.deepEqual(heard, [undefined])
  })
})
