// A list checked from the command line: what is sent, what is written, and what a stranger makes of it.
import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ScrubEnd } from '@consent-ledger/proof'
import { verifyScrub } from '@consent-ledger/proof/verify'
import { anna, openScene, type Scene } from './scene.ts'
import { ledger } from './terminal.ts'

let scene: Scene
before(async () => {
  scene = await openScene()
  await scene.say('given')
  // The projector is level with what was said once it has told so.
  while (!(await ask('/v1/eligibility/snapshot')).includes('CONSENT_GIVEN')) await new Promise(setImmediate)
})
after(async () => {
  await scene.stop()
  await scene.remove()
})

const ask = async (path: string): Promise<string> => {
  const keys = JSON.parse(await readFile(join(scene.data, 'keys.json'), 'utf8')) as { operators: Record<string, string> }
  const answer = await fetch(`${scene.env['LEDGER_URL']}${path}`, { headers: { authorization: `Bearer ${keys.operators['marketing']}` } })
  return answer.text()
}

const at = (name: string): string => join(scene.root, name)
const asking = ['--purpose', 'news', '--channel', 'email']
const scrub = (args: string[], stdin = '') => ledger(['scrub', ...args], { env: scene.env, stdin })
const endOf = (text: string): ScrubEnd => ScrubEnd.parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''))

describe('scrub', () => {
  it('checks a list and writes answer and proof, which a stranger accepts', async () => {
    const list = [anna, { scheme: 'email', value: 'nobody@example.org' }, { scheme: 'email', value: 'nobody' }]
    await writeFile(at('list.ndjson'), list.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const { code, out, err } = await scrub([at('list.ndjson'), ...asking, '--out', at('verdicts.ndjson'), '--proof', at('proof.json')])
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /^1 of 3 may be contacted, by what was known at \S+Z\.\n1 line could not be read; the first is line 3: IDENTIFIER_INVALID \/value email\.\nScrub \S+ is recorded, and \S+ shows it\.\n/) // prettier-ignore
    const verdicts = await readFile(at('verdicts.ndjson'), 'utf8')
    assert.match(verdicts, /^\{"line":1,.*"CONSENT_GIVEN"/)
    assert.doesNotMatch(verdicts.split('\n').slice(0, -2).join(), /@/)
    for (const file of ['verdicts.ndjson', 'proof.json']) assert.equal((await stat(at(file))).mode & 0o077, 0)
    const logKeys = (await (await fetch(`${scene.env['LEDGER_URL']}/log/key`)).text()).trim().split('\n')
    const given = {
      proof: await readFile(at('proof.json')),
      output: () => createReadStream(at('verdicts.ndjson')) as AsyncIterable<Uint8Array>,
      input: () => createReadStream(at('list.ndjson')) as AsyncIterable<Uint8Array>,
    }
    const found = await verifyScrub(given, { logKeys })
    assert.deepEqual([found.accepted, found.facts?.input, found.facts?.said.scrubId], [true, true, endOf(verdicts).id])
  })

  it('takes one address a line, and keeps the numbers of the file', async () => {
    await writeFile(at('plain.txt'), `nobody@example.org\r\n\n  ${anna.value}\n`)
    const { code, out } = await scrub([at('plain.txt'), ...asking, '--scheme', 'email'])
    assert.equal(code, 0)
    const answers = out.split('\n').slice(0, 2)
    assert.match(answers[0] ?? '', /^\{"line":1,"subjectId":null,.*"UNKNOWN_SUBJECT"/)
    assert.match(answers[1] ?? '', /^\{"line":3,"subjectId":"[0-9a-f]{32}","allowed":true/)
  })

  it('reads standard input, and answers scripts in JSON', async () => {
    const typed = await scrub(['-', ...asking, '--scheme', 'email', '--out', at('typed.ndjson'), '--json'], `${anna.value}\n`)
    const { id, count, allowed } = JSON.parse(typed.out) as ScrubEnd & { allowed: number }
    assert.deepEqual([id, count, allowed], [endOf(await readFile(at('typed.ndjson'), 'utf8')).id, 1, 1])
  })

  it('overwrites nothing, and leaves nothing behind that is not whole', async () => {
    const before = await readFile(at('verdicts.ndjson'))
    const again = await scrub([at('list.ndjson'), ...asking, '--out', at('verdicts.ndjson')])
    assert.deepEqual([again.code, again.err.split(':')[0]], [1, 'ALREADY_DONE'])
    assert.deepEqual(await readFile(at('verdicts.ndjson')), before)
    const refused = await scrub([at('list.ndjson'), '--purpose', 'none', '--channel', 'email', '--out', at('none.ndjson')])
    assert.deepEqual([refused.code, refused.err.split(':')[0]], [1, 'UNKNOWN_PURPOSE'])
    assert.match(refused.err, /What to do: /)
    assert.deepEqual((await readdir(scene.root)).filter((name) => name.startsWith('none')), []) // prettier-ignore
  })

  it('says what was not understood', async () => {
    assert.equal((await scrub([at('missing.ndjson'), ...asking])).code, 2)
    assert.equal((await scrub([at('list.ndjson'), '--purpose', 'news'])).code, 2)
    assert.equal((await scrub([at('list.ndjson'), '--purpose', 'news', '--channel', 'pigeon'])).code, 2)
  })

  it('takes an answer that was cut off for none', async () => {
    const server = createServer((request, response) => {
      if (request.method === 'GET') return void response.end('{"status":"ok"}')
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      request.resume().once('end', () => {
        response.write('{"line":1,"subjectId":null,"allowed":false,"reason":"UNKNOWN_SUBJECT","until":null}\n', () => response.destroy())
      })
      return undefined
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const env = { ...scene.env, LEDGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    const { code, err } = await ledger(['scrub', at('list.ndjson'), ...asking, '--out', at('cut.ndjson')], { env })
    server.close()
    assert.deepEqual([code, err.split(':')[0]], [1, 'NOT_READY'])
    assert.match(err, /not whole/)
    assert.deepEqual((await readdir(scene.root)).filter((name) => name.startsWith('cut')), []) // prettier-ignore
  })
})
