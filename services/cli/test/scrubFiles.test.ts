// What a check of a list leaves on disk, and that a name which cannot be written is found out before anybody is asked.
import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { verifyScrub } from '@consent-ledger/proof/verify'
import { anna, openScene, type Scene } from './scene.ts'
import { ledger } from './terminal.ts'

let scene: Scene
before(async () => {
  scene = await openScene()
  await writeFile(at('plain.txt'), `${anna.value}\r\n\r\nnobody@example.org\r\n`)
})
after(async () => {
  await scene.stop()
  await scene.remove()
})

const at = (name: string): string => join(scene.root, name)
const asking = ['--purpose', 'news', '--channel', 'email']
const scrub = (args: string[], env = scene.env) => ledger(['scrub', ...args, ...asking], { env })
const marketing = async (): Promise<string> =>
  (JSON.parse(await readFile(join(scene.data, 'keys.json'), 'utf8')) as { operators: { marketing: string } }).operators.marketing
const scrubs = async (): Promise<unknown[]> => {
  const answer = await fetch(`${scene.env['LEDGER_URL']}/v1/eligibility/scrubs`, {
    headers: { authorization: `Bearer ${await marketing()}` },
  })
  return ((await answer.json()) as { scrubs: unknown[] }).scrubs
}

describe('the files of a scrub', () => {
  it('have the list as it was sent, by which a stranger can check it', async () => {
    const written = ['--out', at('verdicts.ndjson'), '--sent', at('sent.ndjson'), '--proof', at('proof.json')]
    const { code, out } = await scrub([at('plain.txt'), '--scheme', 'email', ...written])
    assert.equal(code, 0)
    assert.match(out, /Keep \S+verdicts\.ndjson with \S+sent\.ndjson: /)
    assert.equal(
      await readFile(at('sent.ndjson'), 'utf8'),
      `{"scheme":"email","value":"${anna.value}"}\n\n{"scheme":"email","value":"nobody@example.org"}\n`,
    )
    assert.equal((await stat(at('sent.ndjson'))).mode & 0o077, 0)
    const logKeys = (await (await fetch(`${scene.env['LEDGER_URL']}/log/key`)).text()).trim().split('\n')
    const found = await verifyScrub(
      {
        proof: await readFile(at('proof.json')),
        output: () => createReadStream(at('verdicts.ndjson')) as AsyncIterable<Uint8Array>,
        input: () => createReadStream(at('sent.ndjson')) as AsyncIterable<Uint8Array>,
      },
      { logKeys },
    )
    assert.deepEqual([found.accepted, found.facts?.input], [true, true])
  })

  it('say so where what was sent is kept nowhere', async () => {
    const { out } = await scrub([at('plain.txt'), '--scheme', 'email', '--out', at('unkept.ndjson')])
    assert.match(out, /--sent/)
  })

  for (const option of ['--out', '--sent', '--proof'])
    it(`whose ${option} cannot be written ask nothing and leave nothing`, async () => {
      await writeFile(at('taken.json'), 'mine')
      const before = await scrubs()
      const free = ['--out', '--sent', '--proof'].filter((one) => one !== option).flatMap((one) => [one, at(`free${one}`)])
      const taken = await scrub([at('plain.txt'), '--scheme', 'email', ...free, option, at('taken.json')])
      assert.deepEqual([taken.code, taken.err.split(':')[0]], [1, 'ALREADY_DONE'])
      const nowhere = await scrub([at('plain.txt'), '--scheme', 'email', ...free, option, at('nowhere/file')])
      assert.deepEqual([nowhere.code, nowhere.err.split(':')[0]], [2, 'INVALID_REQUEST'])
      assert.match(nowhere.err, new RegExp(option))
      assert.deepEqual(await scrubs(), before)
      assert.deepEqual(
        (await readdir(scene.root)).filter((name) => /^free|part$/.test(name)),
        [],
      )
      assert.equal(await readFile(at('taken.json'), 'utf8'), 'mine')
    })

  it('are not one and the same', async () => {
    await mkdir(at('lists'))
    await symlink(at('lists'), at('linked'))
    const before = await scrubs()
    const same: string[][] = [
      ['--out', at('same'), '--sent', at('same')],
      ['--out', at('same'), '--sent', `${scene.root}/./same`],
      ['--out', at('same'), '--proof', `${scene.root}/lists/../same`],
      ['--sent', at('lists/same'), '--proof', at('linked/same')],
      ['--sent', `${scene.root}/./plain.txt`],
    ]
    for (const named of same) {
      const { code, err } = await scrub([at('plain.txt'), '--scheme', 'email', ...named])
      assert.deepEqual([code, err.split(':')[0]], [2, 'INVALID_REQUEST'], named.join(' '))
    }
    assert.deepEqual(await scrubs(), before)
    assert.deepEqual([await readdir(at('lists')), (await readdir(scene.root)).filter((name) => /^same|part$/.test(name))], [[], []])
  })

  it('may be called as the parts of each other', async () => {
    const { code } = await scrub([at('plain.txt'), '--scheme', 'email', '--out', at('b.part'), '--sent', at('b')])
    assert.equal(code, 0)
    assert.match(await readFile(at('b'), 'utf8'), /^\{"scheme":"email"/)
    assert.match(await readFile(at('b.part'), 'utf8'), /^\{"line":1,/)
  })
})

describe('a list that was not understood', () => {
  it('is told from one in which a line is wrong', async () => {
    const { code, out } = await scrub([at('plain.txt'), '--out', at('plain.ndjson')])
    assert.equal(code, 0)
    assert.match(out, /2 lines could not be read; the first is line 1: UNREADABLE_BODY json\.\n/)
    assert.match(out, /--scheme email/)
  })
})

describe('the key of a scrub', () => {
  it('may be the answer with which an administrator made it', async () => {
    await writeFile(at('operator.json'), JSON.stringify({ id: 'f7cbd9f1-92c9-4d0c-8a33-0f0c2f2d3a10', key: await marketing() }))
    assert.equal((await scrub([at('plain.txt'), '--scheme', 'email', '--keys', at('operator.json'), '--out', at('by.ndjson')])).code, 0)
  })

  it('that nobody knows is refused as such: the connection lasts until the refusal is read', async () => {
    const connections: (string | undefined)[] = []
    const server = createServer(({ headers, url }, response) => {
      if (url === '/livez') return void response.end('{"status":"ok"}')
      connections.push(headers.connection)
      const problem = { type: 'urn:consent-ledger:error:UNAUTHENTICATED', title: 't', status: 401, detail: 'd', code: 'UNAUTHENTICATED' }
      return void response.writeHead(401, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ ...problem, errors: [] }))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    await writeFile(at('wrong.json'), JSON.stringify({ operators: { marketing: 'ok_wrong' } }))
    const env = { ...scene.env, LEDGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    const { code, err } = await scrub([at('plain.txt'), '--scheme', 'email', '--keys', at('wrong.json')], env)
    server.close()
    assert.deepEqual([code, err.split(':')[0], connections], [1, 'UNAUTHENTICATED', ['keep-alive']])
  })
})
