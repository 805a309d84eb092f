// What a scrub answers, on its way to standard output or a file: byte for byte what came, however it was cut into pieces.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatScrubToken } from '@consent-ledger/domain'
import { generateKey, parseSkey, signNote } from '@consent-ledger/tlog'
import { piecesOf } from '../src/commands/scrub/list.ts'
import { save } from '../src/commands/scrub/saved.ts'
import { outputSink } from '../src/commands/scrub/sink.ts'

const hash = 'a'.repeat(64)
const asOf = '2026-11-23T09:00:00.000Z'
const id = '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10'
const said = { count: 2, inputSha256: hash, outputSha256: hash, asOf, cursor: '1.42' }
const origin = 'ledger.example.org'
const text = formatScrubToken({ origin, scrubId: id, recordedAt: asOf, controllerId: 'campo', revision: 3n, purpose: 'news', channel: 'email', recipient: null, allowed: 0, ...said }) // prettier-ignore
const token = signNote(text, parseSkey(generateKey(`${origin}/statements`).skey))
const lines = [1, 2]
  .map((line) => `${JSON.stringify({ line, subjectId: null, allowed: false, reason: 'UNKNOWN_SUBJECT', until: null })}\n`)
  .join('')
const last = `${JSON.stringify({ id, token, nonce: hash, ...said, lagMs: 7 })}\n`
const answer = Buffer.from(lines + last)

async function* pieces(...cuts: number[]): AsyncGenerator<Buffer> {
  let from = 0
  for (const to of [...cuts, answer.length]) {
    yield answer.subarray(from, to)
    from = to
  }
}

describe('an answer to standard output', () => {
  it('is what came, wherever in its last line it was cut', async () => {
    const begin = Buffer.byteLength(lines)
    assert.match(last, /—/)
    for (let cut = begin; cut <= answer.length; cut++) {
      let out = ''
      const saved = await save(
        pieces(cut),
        outputSink((part) => (out += part)),
      )
      assert.equal(out, lines + last, `cut at byte ${cut}`)
      assert.deepEqual([saved.before, saved.end.token, saved.allowed], [begin, token, 0])
    }
  })

  it('without its last newline, or with more behind it, is not whole', async () => {
    const none = outputSink(() => undefined)
    async function* but(bytes: Buffer): AsyncGenerator<Buffer> {
      yield bytes
    }
    for (const wrong of [answer.subarray(0, -1), Buffer.concat([answer, Buffer.from('{}')]), Buffer.from(lines), Buffer.alloc(0)])
      await assert.rejects(save(but(wrong), none), { code: 'INTEGRITY' })
  })
})

describe('a list with one address a line', () => {
  const sent = async (...typed: string[]): Promise<string> => {
    async function* stdin(): AsyncGenerator<string> {
      yield* typed
    }
    const terminal = { env: {}, stdin: stdin(), out: () => undefined, err: () => undefined }
    const parts: Buffer[] = []
    for await (const part of piecesOf({ file: '-', scheme: 'email' }, terminal)) parts.push(part)
    return Buffer.concat(parts).toString()
  }
  it('keeps its numbers, wherever it was cut', async () => {
    const line = (value: string): string => `${JSON.stringify({ scheme: 'email', value })}\n`
    assert.equal(
      await sent('anna@exa', 'mple.org\r\n\n  bruno@', 'example.org'),
      `${line('anna@example.org')}\n${line('bruno@example.org')}`,
    )
  })
  it('that has a line of any length is no such list', async () => {
    await assert.rejects(sent('anna@example.org\n', 'x'.repeat(70_000), '\n'), { code: 'INVALID_REQUEST', message: /^Line 2 / })
  })
})
