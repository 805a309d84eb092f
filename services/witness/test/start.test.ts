// The start and the end of a witness: what it prints, what it refuses, and that key and record stay together.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { describe, it } from 'node:test'
import { parseVkey } from '@consent-ledger/tlog'
import { Log, newKey } from './log.ts'
import { watching } from './running.ts'
import { Place, post, WitnessProcess } from './witnessProcess.ts'

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)
const refused = async (env: Record<string, string>, args: string[] = []): Promise<string> => {
  const starting = new WitnessProcess(env, { args })
  // One that is not refused ends with another code, instead of never.
  void starting.says(/^Ready at/m).then(() => starting.stop())
  const { code, output } = await starting.ended
  assert.equal(code, 70, output)
  return output
}

describe('a start', () => {
  it('makes the key and the database for its owner alone, and prints the line to hand over', async (t) => {
    const { place, witness } = await watching(t)
    assert.deepEqual([parseVkey(witness.vkey).name, parseVkey(witness.vkey).type], ['witness.example.org/1', 0x04])
    assert.deepEqual([place.key, place.data, `${place.key}.mark`].map(modeOf), ['600', '600', '600'])
    assert.match(witness.output, /Hand this line/)
    assert.ok(!witness.output.includes('PRIVATE'))
  })
  it('again has the same key and knows what it cosigned', async (t) => {
    const { log, witness, start } = await watching(t)
    await post(witness.url, await log.request(0n, 9n))
    assert.equal((await witness.stop()).code, 0)
    const again = await start()
    assert.equal(again.vkey, witness.vkey)
    assert.equal((await post(again.url, await log.request(9n, 10n))).status, 200)
  })
  it('goes on where one was cut short after the database, or after the key', async (t) => {
    const place = new Place(new Log(newKey()).policy)
    t.after(() => place.remove())
    writeFileSync(place.data, '', { mode: 0o600 })
    const first = await WitnessProcess.start(place.env)
    await first.stop()
    rmSync(place.data)
    writeFileSync(place.data, '', { mode: 0o600 })
    const second = await WitnessProcess.start(place.env)
    assert.equal(second.vkey, first.vkey)
    await second.stop()
  })
})

describe('no start', () => {
  it('with a key whose database is gone, or a database whose key is gone, or another key', async (t) => {
    const { place, witness } = await watching(t)
    const other = await watching(t)
    await witness.stop()
    await other.witness.stop()
    copyFileSync(place.key, `${place.key}.kept`)
    rmSync(place.key)
    assert.match(await refused(place.env), /WITNESS_KEY: /)
    assert.match(await refused({ ...place.env, WITNESS_KEY: other.place.key }), /WITNESS_KEY: this database was begun with another key/)
    copyFileSync(`${place.key}.kept`, place.key)
    rmSync(place.data)
    assert.match(await refused(place.env), /WITNESS_DATA: the key is there, but not its database/)
  })
  it('with a database older than what was cosigned, empty, or of another history: what went back would sign a fork', async (t) => {
    const { log, place, start, witness } = await watching(t)
    const elsewhere = await watching(t, new Log(log.key, { history: 'false' }))
    await post(witness.url, await log.request(0n, 10n))
    await witness.stop()
    copyFileSync(place.data, `${place.data}.kept`)
    const later = await start()
    await post(later.url, await log.request(10n, 20n))
    await later.stop()
    copyFileSync(place.data, `${place.data}.newest`)

    const older = /WITNESS_DATA: this database is older than what was cosigned/
    copyFileSync(`${place.data}.kept`, place.data)
    assert.match(await refused(place.env), older)
    writeFileSync(place.data, '')
    assert.match(await refused(place.env), older)
    await post(elsewhere.witness.url, await elsewhere.log.request(0n, 20n))
    await elsewhere.witness.stop()
    copyFileSync(`${place.data}.newest`, place.data)
    copyFileSync(`${elsewhere.place.key}.mark`, `${place.key}.mark`)
    assert.match(await refused(place.env), older, 'the same size with another root')
  })
  it('without its mark, or with one that cannot be read: it could not tell whether its database is the newest', async (t) => {
    const { log, place, witness } = await watching(t)
    await post(witness.url, await log.request(0n, 10n))
    await witness.stop()
    writeFileSync(`${place.key}.mark`, '{"v":1')
    assert.match(await refused(place.env), /WITNESS_KEY: .*\.mark beside the key cannot be read/)
    rmSync(`${place.key}.mark`)
    assert.match(await refused(place.env), /WITNESS_KEY: .*\.mark beside the key is missing/)
  })
  it('under another name, with a key that others can read, or with a damaged database', async (t) => {
    const { place, witness } = await watching(t)
    await witness.stop()
    assert.match(await refused({ ...place.env, WITNESS_NAME: 'witness.example.org/2' }), /WITNESS_/)
    writeFileSync(place.data, 'no database, but longer than the header of one would be, by far '.repeat(20))
    assert.match(await refused(place.env), /cannot be opened as the database of a witness/)
  })
  it('without a name, without logs, with a file of no logs, with a misspelt setting, command or policy', async (t) => {
    const place = new Place('quorum none\n')
    t.after(() => place.remove())
    const without = (name: string) => Object.fromEntries(Object.entries(place.env).filter(([one]) => one !== name))
    assert.match(await refused(without('WITNESS_NAME')), /WITNESS_NAME: /)
    assert.match(await refused(without('WITNESS_LOGS')), /WITNESS_LOGS: /)
    assert.match(await refused({ ...place.env, WITNESS_LOGS: '/nowhere/logs.txt' }), /WITNESS_LOGS: there is no such file/)
    assert.match(await refused(place.env), /WITNESS_LOGS: the file has no line/)
    assert.match(await refused({ ...place.env, WITNESS_LOG: 'x' }), /WITNESS_LOG: there is no such setting/)
    assert.match(await refused({ ...place.env, WITNESS_PORT: '65536' }), /WITNESS_PORT: a whole number/)
    assert.match(await refused(place.env, ['contest']), /no such command/)
    writeFileSync(place.logs, 'logs x\n')
    assert.match(await refused(place.env), /WITNESS_LOGS: line 1/)
  })
})

/** A request of which the witness has the head and is promised a body. */
const begun = (url: string, body: Buffer): Promise<ClientRequest> =>
  new Promise((resolve) => {
    const sending = request(`${url}/add-checkpoint`, { method: 'POST', headers: { expect: '100-continue', 'content-length': body.length } })
    sending.on('continue', () => resolve(sending))
    sending.flushHeaders()
  })

describe('the end', () => {
  it('comes when it is told to, once the request under way is answered', async (t) => {
    const { log, witness } = await watching(t)
    const body = Buffer.from(await log.request(0n, 5n))
    const sending = await begun(witness.url, body)
    const answered = once(sending, 'response')
    const ended = witness.stop('SIGINT')
    await witness.says(/Stopping/)
    sending.end(body)
    const [{ statusCode }] = (await answered) as [IncomingMessage]
    assert.equal(statusCode, 200)
    assert.equal((await ended).code, 0)
  })
  it('is not held up for ever by a request that never comes', async (t) => {
    const { witness } = await watching(t)
    const sending = await begun(witness.url, Buffer.from('never sent'))
    const cut = once(sending, 'error')
    assert.equal((await witness.stop()).code, 0)
    await cut
  })
})

it('--help says what it is and each setting', async () => {
  const { code, output } = await new WitnessProcess({}, { args: ['--help'] }).ended
  assert.equal(code, 0)
  const settings = readFileSync(new URL('../src/settings.ts', import.meta.url), 'utf8').match(/WITNESS_[A-Z]+(?=:)/g) ?? []
  assert.ok(settings.length >= 6)
  for (const name of settings) assert.ok(output.includes(name), name)
})
