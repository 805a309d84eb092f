// The containers as whoever runs them meets them: a profile comes up, takes a consent, hands out a proof, and goes. Needs a container engine.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { getContainerRuntimeClient } from 'testcontainers'
import { path, passwords } from '../docker/composeFile.ts'
import { root } from '../rules/sources.ts'

const exec = promisify(execFile)
const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

/** Why it cannot be tried here; false if it can. */
const unavailable = async (): Promise<string | false> => {
  try {
    await getContainerRuntimeClient()
    await exec('docker', ['compose', 'version'])
    return false
  } catch (error) {
    return `there is no container engine with Compose (${firstLine(error)})`
  }
}
const skip = await unavailable()

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

type Keys = { sites: Record<string, { secret: string }>; operators: { legal: string } }
type Up = { url: string; keys: Keys }

/** Brings a profile up under a name of its own, and takes it down after the test, volumes and all. `keeper`: the service whose volume has the first keys. */
const bringUp = async (t: TestContext, profile: string, keeper: string): Promise<Up> => {
  const port = await freePort()
  const secrets = Object.fromEntries(Object.keys(passwords).map((name) => [name, randomBytes(16).toString('hex')]))
  const env = { ...process.env, ...secrets, LEDGER_HOST_PORT: String(port), COMPOSE_PROJECT_NAME: `ledger-${randomUUID().slice(0, 8)}` }
  const compose = async (...args: string[]): Promise<string> => {
    const words = ['compose', '--file', join(root, path), '--profile', profile, ...args]
    return (await exec('docker', words, { env, maxBuffer: 2 ** 26 })).stdout
  }
  t.after(() => compose('down', '--volumes', '--timeout', '5'))
  await compose('up', '--build', '--detach')
  const url = `http://127.0.0.1:${port}`
  for (
    let looks = 0;
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ));
    looks++
  ) {
    assert.ok(looks < 240, await compose('logs', '--tail', '20'))
    await pause(500)
  }
  const first = await compose('run', '--rm', '--no-deps', '-T', keeper, 'cat', '/var/lib/ledger/data/keys.json')
  return { url, keys: JSON.parse(first) as Keys }
}

const post = async (url: string, key: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
}

const identifiers = [{ scheme: 'email', value: 'anna.martin@example.org' }]
const consent = {
  subject: { identifiers },
  notice: { id: 'newsletter-form', version: 1, language: 'fr' },
  choices: [{ purpose: 'commercial-mail', decision: 'given' }],
  method: { kind: 'web-form', control: 'checkbox' },
}

const takesAndProves = async ({ url, keys }: Up): Promise<void> => {
  const [site] = Object.values(keys.sites)
  const given = await post(`${url}/v1/consents`, site?.secret ?? '', consent)
  assert.equal(given.status, 201, JSON.stringify(given.answer))
  const found = await post(`${url}/v1/subjects/lookup`, keys.operators.legal, { identifiers })
  const taken = await post(`${url}/v1/subjects/${String(found.answer['subjectId'])}/proofs`, keys.operators.legal, { reason: 'Dispute 42' })
  assert.equal(taken.status, 201, JSON.stringify(taken.answer))
  const { events } = taken.answer['proof'] as { events: { type: string }[] }
  assert.equal(events[0]?.type, 'ConsentGiven')
}

describe('docker/compose.yml', { skip }, () => {
  it('standalone: one container takes a consent and proves it', async (t) => takesAndProves(await bringUp(t, 'standalone', 'standalone')))
  it('cluster: so do the services apart, on three nodes with certificates', async (t) =>
    takesAndProves(await bringUp(t, 'cluster', 'bootstrap')))
})
