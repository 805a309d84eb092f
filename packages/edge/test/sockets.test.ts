// What only a real connection shows: requests that Node would answer by itself, and connections at the end of the app.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { EdgeApp } from '../src/index.ts'
import { openAll } from './world.ts'

const listening = async (t: TestContext): Promise<{ app: EdgeApp; port: number; key: string }> => {
  const { app, world } = await openAll(t)
  const { key } = await world.issue('secret')
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, key, port: (app.server.address() as AddressInfo).port }
}

/** All that comes back until the connection is closed. */
const say = async (port: number, bytes: string): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1' })
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  return Buffer.concat(parts).toString('utf8')
}
const ending = 'connection: close\r\n'

test('an expectation that nobody knows is passed over', async (t) => {
  const { port } = await listening(t)
  assert.match(await say(port, `GET /livez HTTP/1.1\r\nHost: a\r\nExpect: everything\r\n${ending}\r\n`), /^HTTP\/1\.1 200 .*"status":"ok"/s)
})

test('no Host: 400 with a problem', async (t) => {
  const { port } = await listening(t)
  assert.match(
    await say(port, `GET /livez HTTP/1.1\r\n${ending}\r\n`),
    /^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"INVALID_REQUEST"/s,
  )
  assert.match(await say(port, 'GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /)
})

test('no HTTP: 400 with a problem', async (t) => {
  const { port } = await listening(t)
  assert.match(await say(port, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"INVALID_REQUEST"/s)
})

test('a connection on which an upgrade was asked for ends with its answer', async (t) => {
  const { port } = await listening(t)
  const upgrade = 'GET /livez HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'
  assert.match(await say(port, upgrade), /^HTTP\/1\.1 200 .*connection: close/is)
  // Answered before any hook of a route is run.
  assert.match(await say(port, upgrade.replace('/livez', '/v1/%zz')), /^HTTP\/1\.1 400 .*connection: close/is)
})

test('closing ends the connections that clients keep open, also those on which a request was under way', { timeout: 30_000 }, async (t) => {
  const { app, port, key } = await listening(t)
  const head = `POST /v1/withdrawals HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n`
  const socket = connect({ port, host: '127.0.0.1' })
  t.after(() => socket.destroy())
  socket.setEncoding('utf8')
  socket.write(`${head}Expect: 100-continue\r\n\r\n`)
  const [interim] = (await once(socket, 'data')) as [string]
  assert.match(interim, /^HTTP\/1\.1 100 /)
  const idle = connect({ port, host: '127.0.0.1' })
  t.after(() => idle.destroy())
  await once(idle, 'connect')
  const closed = app.close()
  socket.write('{}')
  const [answer] = (await once(socket, 'data')) as [string]
  assert.match(answer, /^HTTP\/1\.1 201 .*connection: close/is)
  await closed
})
