// Lists of any size over a real connection: read as they come, whoever reads the answers and when; and never a short list that could be taken for whole.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { LedgerError } from '@consent-ledger/domain'
import { saltedHash } from '@consent-ledger/proof'
import { keyOf } from './founding.ts'
import { project } from './projecting.ts'
import {
  answerTo,
  begin,
  hear,
  lineOf,
  listOf,
  nobodyThere,
  openScrubbing,
  read,
  recorded,
  send,
  traces,
  unread,
  type Scrubbing,
} from './scrubbing.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

// A place for temporary files that no other process uses: what is left there is of this one.
const place = mkdtempSync(join(tmpdir(), 'spools-'))
process.env['TMPDIR'] = place
after(() => rmSync(place, { recursive: true, force: true }))

let scrubbing: Scrubbing
before(async () => {
  scrubbing = await openScrubbing()
})
after(() => scrubbing.world.close())

/** Thousands of lines, among strangers one of Anna's. */
const piece = (n: number): string =>
  Array.from({ length: 1000 }, (_, one) => lineOf(one === n % 1000 ? 'anna@example.org' : `stranger-${n}-${one}@example.org`)).join('')

const write = async (asked: ClientRequest, text: string | Buffer): Promise<void> => {
  if (!asked.write(text)) await once(asked, 'drain')
}

const end = async (asked: ClientRequest): Promise<void> => {
  asked.end()
  await once(asked, 'finish')
}

const spoolFiles = (): string[] => readdirSync(place)

describe('a list of 200,000 lines', () => {
  test(
    'is read to its end for a client that reads nothing until then; memory stays flat, and nothing is left on disk',
    { timeout: 120_000 },
    async (t) => {
      const asked = begin(scrubbing)
      asked.on('error', () => {})
      t.after(() => asked.destroy())
      const input: Buffer[] = []
      // What a collection lets go of is given back by other threads, which on a busy machine take a while.
      const used = async (): Promise<number> => {
        const looks: number[] = []
        for (let n = 0; n < 5; n++) {
          await setImmediate()
          collect()
          const { heapUsed, external } = process.memoryUsage()
          looks.push(heapUsed + external)
        }
        return Math.min(...looks)
      }
      await write(asked, piece(0))
      input.push(Buffer.from(piece(0)))
      const answer = await unread(asked)
      let early = 0
      for (let n = 1; n < 200; n++) {
        await write(asked, piece(n))
        if (n === 20) early = await used()
      }
      await end(asked)
      const late = await used()
      // 14 MB came in and 21 MB of answers wait.
      assert.ok(late - early < 8 * 1024 * 1024, `${early} bytes after 20 pieces, ${late} after 200`)
      assert.deepEqual(spoolFiles(), [])
      const { whole, bytes } = await hear(answer)
      assert.ok(whole)
      const { answers, lines, end: last } = read(bytes.toString())
      assert.deepEqual([last.count, answers.length], [200_000, 200_000])
      assert.match(last.token, /^allowed 200$/m)
      assert.ok(answers.every(({ line }, n) => line === n + 1))
      assert.ok(answers.every((one, n) => ('allowed' in one && one.allowed) === (n % 1000 === Math.floor(n / 1000))))
      assert.equal(last.outputSha256, saltedHash(last.nonce).update(lines).digest('hex'))
      assert.deepEqual(spoolFiles(), [])
    },
  )

  test('is answered just so to a client that takes a little now and then', { timeout: 120_000 }, async () => {
    const asked = begin(scrubbing, { headers: { 'accept-encoding': 'identity' } })
    const list = Array.from({ length: 30 }, (_, n) => piece(n)).join('')
    asked.end(list)
    const answer = await answerTo(asked)
    const parts: Buffer[] = []
    for await (const part of answer) {
      parts.push(part as Buffer)
      await setImmediate()
    }
    const { end: last, answers } = read(Buffer.concat(parts).toString())
    assert.deepEqual([last.count, answers.at(-1)?.line], [30_000, 30_000])
    assert.equal(last.inputSha256, saltedHash(last.nonce).update(list).digest('hex'))
  })
})

test('what was asked is answered while the rest has not been sent', async () => {
  const asked = begin(scrubbing)
  asked.write(listOf('anna'))
  const answer = await answerTo(asked)
  const [first] = (await once(answer, 'data')) as [Buffer]
  assert.match(first.toString(), /^\{"line":1,.*"CONSENT_GIVEN".*\}\n$/)
  asked.end(listOf('bruno'))
  const { whole, bytes } = await hear(answer)
  assert.ok(whole)
  assert.deepEqual(
    read(first.toString() + bytes.toString()).answers.map(({ line }) => line),
    [1, 2],
  )
})

describe('a list that does not come whole', () => {
  const list = piece(0) + piece(1)
  const isCut = async (sent: Promise<Awaited<ReturnType<typeof send>>>): Promise<void> => {
    const before = (await recorded(scrubbing)).length
    const { status, whole, bytes } = await sent
    assert.ok(status === 400 || !whole, `answered ${status}`)
    assert.doesNotMatch(bytes.toString('latin1'), /"token"/)
    await nobodyThere(scrubbing)
    if (status === 200) await traces(scrubbing, before + 1)
    const left = (await recorded(scrubbing)).slice(before)
    assert.deepEqual(
      left.map(({ data }) => data['cutOff']),
      status === 200 ? [true] : [],
    )
  }
  const headers = { 'content-encoding': 'gzip' }
  const packed = gzipSync(list)
  const wrong = Buffer.from(packed)
  wrong.writeUInt32LE(0, packed.length - 8)
  const broken: Record<string, Buffer> = {
    'the end of its gzip is missing': packed.subarray(0, -12),
    'its check sum is wrong': wrong,
    'something else stands behind its gzip': Buffer.concat([packed, Buffer.from('anna@example.org')]),
    'the second member does not begin as one': Buffer.concat([packed, Buffer.from([0]), gzipSync(listOf('bruno'))]),
    'it is no gzip at all': Buffer.from(list),
    'it is packed and empty': Buffer.alloc(0),
  }
  for (const [what, bytes] of Object.entries(broken))
    test(`${what}: the answer has no end, and its trace is on record only if verdicts may have left`, async () => {
      await isCut(send(scrubbing, bytes, { headers }))
    })

  test('because the client is gone: what it was told is on record', async () => {
    const asked = begin(scrubbing, { headers: { 'content-length': '1000000' } })
    asked.on('error', () => {})
    asked.write(list)
    const answer = await answerTo(asked)
    await once(answer, 'data')
    const heard = hear(answer)
    asked.destroy()
    await isCut(heard)
  })

  test('because the client says that it has nothing more to send: no second answer stands in the first', async () => {
    const socket = connect({ host: '127.0.0.1', port: scrubbing.port, allowHalfOpen: true })
    const head = `POST /v1/eligibility/scrub?purpose=news&channel=email HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${keyOf('marketing')}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`
    socket.write(`${head}${Buffer.byteLength(list).toString(16)}\r\n${list}\r\n`)
    const parts: Buffer[] = []
    socket.on('error', () => {}).on('data', (part: Buffer) => parts.push(part))
    await once(socket, 'data')
    const before = (await recorded(scrubbing)).length
    socket.end('5\r\nab')
    await once(socket, 'close')
    assert.deepEqual(
      Buffer.concat(parts)
        .toString()
        .match(/HTTP\/1\.1 \d+/g),
      ['HTTP/1.1 200'],
    )
    assert.doesNotMatch(Buffer.concat(parts).toString(), /\r\n0\r\n|"token"/)
    await nobodyThere(scrubbing)
    await traces(scrubbing, before + 1)
  })
})

describe('what is known', () => {
  test('too long ago before the first line: 503, and when to ask again', async () => {
    const old = await openScrubbing()
    old.world.tick.now += 61_000
    const { status, headers, bytes } = await send(old, listOf('anna'))
    assert.deepEqual([status, headers['retry-after'], Object(JSON.parse(bytes.toString())).code], [503, '2', 'STALE'])
    await project(old.world)
    assert.equal((await send(old, listOf('anna'))).status, 200)
    await old.world.close()
  })
  test('too long ago in the middle: the answer has no end', async () => {
    const old = await openScrubbing()
    const asked = begin(old)
    asked.on('error', () => {})
    asked.write(listOf('anna'))
    const answer = await answerTo(asked)
    await once(answer, 'data')
    old.world.tick.now += 61_000
    asked.end(listOf('bruno'))
    assert.equal((await hear(answer)).whole, false)
    const [trace] = await traces(old, 1)
    assert.deepEqual([trace?.data['count'], trace?.data['allowed'], trace?.data['cutOff']], [1, 1, true])
    await old.world.close()
  })
  test('anew in the middle: it goes on, and the token keeps the older time', async () => {
    const lasting = await openScrubbing()
    const asked = begin(lasting)
    asked.write(listOf('anna'))
    const answer = await answerTo(asked)
    const [first] = (await once(answer, 'data')) as [Buffer]
    const { asOf } = await lasting.world.readModel.progress()
    lasting.world.tick.now += 61_000
    await project(lasting.world)
    asked.end(listOf('bruno'))
    const { whole, bytes } = await hear(answer)
    assert.ok(whole)
    assert.equal(Date.parse(read(first.toString() + bytes.toString()).end.asOf), asOf)
    await lasting.world.close()
  })
  test('by nobody, because the vault is away: 503 before the first line, cut after it', async () => {
    let answers = 1
    const away = await openScrubbing({
      vaultOver: (vault) => ({
        ...vault,
        findEach: async (controller, identifiers) => {
          if (answers-- <= 0) throw new LedgerError('VAULT_UNAVAILABLE', 'away')
          return vault.findEach(controller, identifiers)
        },
      }),
    })
    const asked = begin(away)
    asked.on('error', () => {})
    asked.write(listOf('anna'))
    const answer = await answerTo(asked)
    await once(answer, 'data')
    asked.end(listOf('bruno'))
    assert.equal((await hear(answer)).whole, false)
    const { status, bytes } = await send(away, listOf('anna'))
    assert.deepEqual([status, Object(JSON.parse(bytes.toString())).code], [503, 'VAULT_UNAVAILABLE'])
    // Of the second nothing left.
    assert.equal((await traces(away, 1)).length, 1)
    await away.world.close()
  })
})
