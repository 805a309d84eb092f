// docker/Dockerfile without an engine: pinned, not root, whole, and with a health check that tells the truth.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import product from '../../package.json' with { type: 'json' }
import { files, read, root } from '../rules/sources.ts'
import { image, instructions, variables, words } from './dockerfile.ts'

const textsOf = (found: { name: string; text: string }[], wanted: string): string[] =>
  found.filter(({ name }) => name === wanted).map(({ text }) => text)

describe('the Dockerfile', () => {
  it('begins each stage with the Node that the lockfile names', () => {
    const bases = textsOf(instructions(), 'FROM').map((text) => text.split(' ')[0] ?? '')
    assert.ok(bases.length > 1)
    for (const base of bases)
      assert.match(base, new RegExp(`^node:${product.devDependencies.node}-bookworm-slim(?:@sha256:[0-9a-f]{64})?$`))
  })
  it('installs what the lockfile says, with the pnpm that the project pins, for production', () => {
    const [install = '', ...more] = textsOf(instructions(), 'RUN').filter((text) => text.includes('pnpm@'))
    assert.deepEqual(more, [])
    assert.ok(install.includes(` ${product.packageManager} install --frozen-lockfile --prod `), install)
  })
  it('fetches nothing by itself and takes no secret', () => {
    assert.deepEqual(
      instructions().filter(({ name, text }) => ['ADD', 'ARG'].includes(name) || /\b(?:curl|wget|apt-get|latest)\b/.test(text)),
      [],
    )
  })
  it('knows no architecture', () =>
    assert.doesNotMatch(
      instructions()
        .map(({ text }) => text)
        .join('\n'),
      /amd64|arm64|x86|aarch|--platform/i,
    ))
  it('ends as a user that is not root, which owns data and keys and not the program', () => {
    assert.deepEqual(textsOf(image(), 'USER'), ['1000:1000'])
    assert.ok(textsOf(image(), 'COPY').every((text) => !text.includes('--chown')))
    const { LEDGER_DATA = '', LEDGER_KEYS = '' } = variables()
    const [made = ''] = textsOf(image(), 'RUN')
    for (const directory of [LEDGER_DATA, LEDGER_KEYS])
      assert.ok(made.includes('--owner=1000') && made.split(' ').includes(directory), directory)
  })
  it('starts a program that is there', () => {
    const [node, program = ''] = words(textsOf(image(), 'CMD')[0] ?? '')
    assert.equal(node, 'node')
    assert.ok(existsSync(join(root, program)), program)
  })
})

describe('what goes into the image', () => {
  const lines = read('docker/Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const named = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  it('is named: everything else stays out', () => {
    assert.equal(lines[0], '**')
    assert.deepEqual(
      named.filter((path) => !existsSync(join(root, path))),
      [],
    )
    assert.doesNotMatch(named.join('\n'), /\.git|data|keys|\.env/)
  })
  it('is whatever the services are installed from', () => {
    const needed = files.filter((path) => /^(?:packages|services)\/[^/]+\/package\.json$/.test(path))
    const isIn = (path: string): boolean => named.some((name) => path === name || path.startsWith(`${name}/`))
    for (const path of [...needed, 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'examples/huttopia/catalogue.yaml'])
      assert.ok(isIn(path), path)
  })
})

describe('the health check', () => {
  const verdictOn = async (t: TestContext, answer: number | null): Promise<unknown> => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(answer ?? 0).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    if (answer === null) await new Promise((resolve) => server.close(resolve))
    const [check = ''] = textsOf(image(), 'HEALTHCHECK')
    const [program = '', ...args] = words(check)
    assert.equal(program, 'node')
    const child = spawn(process.execPath, args, { env: { LEDGER_PORT: String(port) }, stdio: 'ignore' })
    const [code] = (await once(child, 'exit')) as [number]
    if (answer !== null) assert.deepEqual(asked, ['/readyz'])
    return code
  }
  it('is 0 for a process that is ready', async (t) => assert.equal(await verdictOn(t, 200), 0))
  it('is 1 for one that is not', async (t) => assert.equal(await verdictOn(t, 503), 1))
  it('is 1 for one that is not there', async (t) => assert.equal(await verdictOn(t, null), 1))
})
