// A request that does not come: each route's limit by itself, and none on the time that a streamed body takes as a whole.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { watchBodies } from '../src/requests/bodyTime.ts'
import { noteAnswers } from '../src/requests/sockets.ts'

const times = { whole: 100, idle: 40 }

const opened = async (t: TestContext) => {
  const clock = { now: 0 }
  const server = createServer()
  const watch = watchBodies(server, times, () => clock.now)
  noteAnswers(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  /** A request of which the head and five of a hundred bytes have come. */
  const begin = async (): Promise<{ socket: Socket; request: IncomingMessage; response: ServerResponse; said: Promise<string> }> => {
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
    t.after(() => socket.destroy())
    const parts: Buffer[] = []
    socket.on('error', () => {}).on('data', (part: Buffer) => parts.push(part))
    const said = once(socket, 'close').then(() => Buffer.concat(parts).toString('utf8'))
    const asked = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nfirst')
    const [request, response] = await asked
    request.on('error', () => {}).resume()
    return { socket, request, response, said }
  }
  const at = (now: number): void => {
    clock.now = now
    watch.sweep(now)
  }
  return { watch, begin, at }
}

test('a body that does not come whole in its time: 400, and the connection ends', async (t) => {
  const { begin, at } = await opened(t)
  const { said } = await begin()
  at(100)
  at(101)
  assert.match(await said, /^HTTP\/1\.1 400 .*connection: close.*"code":"INVALID_REQUEST"/s)
})

test('a streamed one may take as long as it likes, if it never falls silent for long', async (t) => {
  const { watch, begin, at } = await opened(t)
  const { socket, request, said } = await begin()
  watch.stream(request)
  for (const now of [30, 60, 90, 120, 150]) {
    socket.write('.')
    await once(request, 'data')
    at(now)
  }
  assert.equal(request.destroyed, false)
  at(190)
  assert.equal(request.destroyed, false)
  at(191)
  assert.match(await said, /^HTTP\/1\.1 400 /)
})

test('an answer that nobody takes ends as a request that does not come; one that is taken slowly does not', async (t) => {
  const { watch, begin, at } = await opened(t)
  const { socket, request, response } = await begin()
  watch.stream(request)
  socket.write('.'.repeat(95))
  await once(request, 'end')
  // More than the buffers of both ends hold.
  const answer = Readable.from(Array.from({ length: 2000 }, () => Buffer.alloc(32 * 1024)))
  answer.on('error', () => {}).pipe(response)
  for (const now of [30, 60, 90, 120]) {
    socket.resume()
    await once(response, 'drain')
    socket.pause()
    at(now)
  }
  assert.equal(response.destroyed, false)
  // The buffers of both ends fill up, and then nothing moves.
  for (let now = 121; !response.closed; now++) {
    at(now)
    await setImmediate()
  }
  assert.equal(response.writableFinished, false)
})

test('in the middle of an answer the connection ends without another one', async (t) => {
  const { begin, at } = await opened(t)
  const { socket, response, said } = await begin()
  response.write('the beginning of an answer')
  await once(socket, 'data')
  at(101)
  assert.match(await said, /^HTTP\/1\.1 200 (?!.*HTTP\/1\.1).*the beginning of an answer/s)
})

test('what has come whole is not looked at again, however long its answer takes', async (t) => {
  const { begin, at } = await opened(t)
  const { socket, request, response, said } = await begin()
  socket.write('.'.repeat(95))
  await once(request, 'end')
  at(101)
  at(1000)
  response.end('an answer')
  await once(socket, 'data')
  socket.end()
  assert.match(await said, /^HTTP\/1\.1 200 .*an answer/s)
})
