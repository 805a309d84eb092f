// A check that is told to end in the middle: no list of addresses stays on the disk, and the process says by which signal it ended.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const address = 'anna.martin@example.org'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  test(`given a check under way, when ${signal} comes, then nothing of it stays`, { timeout: 60_000 }, async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'interrupted-'))
    t.after(() => rm(directory, { recursive: true }))
    const asked = Promise.withResolvers<IncomingMessage>()
    // Takes the list and never answers: the command waits.
    const server = createServer((request, response) => {
      if (request.method === 'GET') response.end('{"status":"ok"}')
      else request.resume().once('end', () => asked.resolve(request))
    }).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    await writeFile(join(directory, 'keys.json'), JSON.stringify({ id: 'f7cbd9f1-92c9-4d0c-8a33-0f0c2f2d3a10', key: 'ok_any' }))
    await writeFile(join(directory, 'list.txt'), `${address}\n`)
    const begun = (await readdir(directory)).sort()

    const named = ['--out', 'out', '--sent', 'sent', '--proof', 'proof', '--keys', 'keys.json']
    const args = [program, 'scrub', 'list.txt', '--scheme', 'email', '--purpose', 'news', '--channel', 'email', ...named]
    const env = { ...process.env, LEDGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    const child = spawn(process.execPath, args, { cwd: directory, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (part: Buffer) => (said += part.toString()))
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    await Promise.race([asked.promise, ended.then(() => assert.fail(said))])
    const parts = (await readdir(directory)).filter((name) => !begun.includes(name))
    assert.equal(parts.length, 3)
    const sent = parts.find((name) => name.startsWith('sent.')) ?? assert.fail(parts.join())
    assert.match(await readFile(join(directory, sent), 'utf8'), new RegExp(address))

    child.kill(signal)
    assert.deepEqual(await ended, [128 + constants.signals[signal], null])
    assert.deepEqual((await readdir(directory)).sort(), begun)
    assert.equal(said, '')
  })
