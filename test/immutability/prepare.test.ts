// `ledger eventstore prepare`: what it makes, what it leaves alone, what it repairs, and when it refuses. On the double, whose rules are those of the server.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { type Adapters, run } from '@consent-ledger/cli'
import { prepareEventStore, type Step } from '@consent-ledger/eventstore/esdb'
import { BACKWARDS, END, EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { UsersClient } from '@eventstore/db-client/generated/users_grpc_pb.js'
import users from '@eventstore/db-client/generated/users_pb.js'
import { type EventStoreDouble, startEventStoreDouble } from '../harness/eventstoredb/index.ts'

const password = 'correct horse battery staple'
const changedIn = (steps: Step[]): string[] => steps.filter(({ changed }) => changed).map(({ what }) => what)

type Place = { server: EventStoreDouble; admin: EventStoreDBClient; prepare: (given?: string) => Promise<Step[]> }

const open = async (t: TestContext): Promise<Place> => {
  const server = await startEventStoreDouble({ secure: true })
  t.after(() => server.stop())
  const admin = EventStoreDBClient.connectionString(server.url)
  t.after(async () => {
    await admin.dispose()
    const channel = await admin['getChannel']()
    channel.close()
  })
  const prepare = (given: string = password) => prepareEventStore({ url: server.url, password: given, patience: 2000 })
  return { server, admin, prepare }
}

const lastOf = async (client: EventStoreDBClient, stream: string): Promise<unknown> => {
  const data: unknown[] = []
  for await (const { event } of client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 })) data.push(event?.data)
  return data[0]
}

/** The administrator changes the ledger's account behind the command's back. */
const spoil = (admin: EventStoreDBClient, groups: string[], disabled: boolean): Promise<void> =>
  admin['execute'](UsersClient, 'users', async (service) => {
    const update = new users.UpdateReq.Options().setLoginName('ledger').setFullName('L').setGroupsList(groups)
    const args = admin['callArguments']({})
    await new Promise((resolve) => service.update(new users.UpdateReq().setOptions(update), ...args, resolve))
    if (!disabled) return
    const disable = new users.DisableReq.Options().setLoginName('ledger')
    await new Promise((resolve) => service.disable(new users.DisableReq().setOptions(disable), ...args, resolve))
  })

describe('prepare', () => {
  it('makes account and rules once; a second run changes nothing', async (t) => {
    const { prepare, admin } = await open(t)
    assert.deepEqual(changedIn(await prepare()), ['account', 'rules', 'rules'])
    assert.deepEqual(changedIn(await prepare()), [])
    assert.deepEqual(await lastOf(admin, '$settings'), {
      $userStreamAcl: { $r: ['$admins', 'ledger'], $w: ['$admins', 'ledger'], $d: '$admins', $mr: ['$admins', 'ledger'], $mw: '$admins' },
      $systemStreamAcl: { $r: '$admins', $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' },
    })
    assert.deepEqual(await lastOf(admin, '$$$all'), { $acl: { $r: ['$admins', 'ledger'] } })
  })
  it('says what it changed, from what to what, and no password', async (t) => {
    const { prepare, admin } = await open(t)
    await admin.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data: { $userStreamAcl: { $d: ['$all'] } } }))
    const said = (await prepare()).map(({ says }) => says).join('\n')
    assert.match(said, /\$userStreamAcl\.\$d \["\$all"\] → \["\$admins"\]/)
    assert.match(said, /\$userStreamAcl\.\$w unset → \["\$admins","ledger"\]/)
    assert.ok(!said.includes(password) && !said.includes('changeit'))
  })
  it('takes a word for a list of one, and leaves what else stands in a document', async (t) => {
    const { prepare, admin } = await open(t)
    await prepare()
    const settings = (await lastOf(admin, '$settings')) as Record<string, Record<string, unknown>>
    const same = {
      ...settings,
      $systemStreamAcl: { $r: ['$admins'], $w: ['$admins'], $d: ['$admins'], $mr: ['$admins'], $mw: ['$admins'] },
      other: 1,
    }
    await admin.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data: same }))
    assert.deepEqual(changedIn(await prepare()), [])
    await admin.setStreamMetadata('$all', { maxAge: 9 })
    assert.deepEqual(changedIn(await prepare()), ['rules'])
    assert.deepEqual(await lastOf(admin, '$$$all'), { $maxAge: 9, $acl: { $r: ['$admins', 'ledger'] } })
  })
  it('takes the account out of every other group, and lets it in again', async (t) => {
    const { prepare, admin } = await open(t)
    await prepare()
    await spoil(admin, ['ledger', '$admins'], true)
    const steps = await prepare()
    assert.match(steps[0]?.says ?? '', /it was in ledger, \$admins/)
    assert.match(steps[1]?.says ?? '', /enabled again/)
    assert.deepEqual(changedIn(await prepare()), [])
  })
  it('gives the account a new password when it is told one, and asks for none when the account is there', async (t) => {
    const { prepare, server } = await open(t)
    await prepare()
    assert.deepEqual(changedIn(await prepare('another')), ['account'])
    assert.deepEqual(changedIn(await prepare('another')), [])
    const steps = await prepareEventStore({ url: server.url })
    assert.deepEqual(changedIn(steps), [])
  })
})

describe('prepare refuses', () => {
  const refusal = (message: RegExp) => ({ name: 'LedgerError', code: 'SETTING_INVALID', message })

  it('a server without security, unless told: then it writes the rules, which count once there is security', async (t) => {
    const server = await startEventStoreDouble()
    t.after(() => server.stop())
    await assert.rejects(prepareEventStore({ url: server.url, password }), refusal(/mean nothing/))
    assert.deepEqual(changedIn(await prepareEventStore({ url: server.url, password, insecure: true })), ['rules', 'rules'])
    assert.deepEqual(changedIn(await prepareEventStore({ url: server.url, password, insecure: true })), [])
  })
  it('whoever is no administrator', async (t) => {
    const { server, prepare } = await open(t)
    for (const url of [server.urlOf('admin', 'wrong'), server.urlOf()])
      await assert.rejects(prepareEventStore({ url, password }), refusal(/must be an administrator/))
    await assert.rejects(prepareEventStore({ url: server.urlOf('ops', 'changeit'), password }), refusal(/must be an administrator/))
    await prepare()
  })
  it('to make an account without a password', async (t) => {
    const { server } = await open(t)
    await assert.rejects(prepareEventStore({ url: server.url }), refusal(/needs a password/))
  })
  it('to call a server prepared that still lets the account delete', async (t) => {
    const { prepare, admin } = await open(t)
    await admin.setStreamMetadata('ledger', { acl: { deleteRoles: ['ledger'], metaWriteRoles: ['$all'] } })
    await assert.rejects(prepare(), refusal(/may delete a stream, may tombstone a stream, may truncate a stream/))
  })
  it('a server that is not there, after waiting for it', async (t) => {
    const { server } = await open(t)
    await server.kill()
    await assert.rejects(prepareEventStore({ url: server.url, password, patience: 200 }), { code: 'STORE_UNAVAILABLE' })
  })
  it('a connection string that it cannot read, without repeating it', async () => {
    const url = 'esdb://admin:secret@127.0.0.1:x'
    await assert.rejects(
      prepareEventStore({ url, password }),
      (error: Error) => /EVENTSTORE_URL/.test(error.message) && !/secret/.test(error.stack ?? ''),
    )
  })
})

describe('the command', () => {
  const prepared: Parameters<Adapters['prepareEventStore']>[0][] = []
  const adapters = {
    prepareEventStore: async (preparing) => (prepared.push(preparing), prepareEventStore(preparing)),
  } as Partial<Adapters> as Adapters
  const ledger = async (args: string[], env: Record<string, string>): Promise<{ code: number; out: string; err: string }> => {
    const printed = { out: '', err: '' }
    const none = (async function* () {})()
    const code = await run(args, { env, stdin: none, out: (text) => (printed.out += text), err: (text) => (printed.err += text) }, adapters)
    return { code, ...printed }
  }
  const files = mkdtemp(join(tmpdir(), 'prepare-'))
  after(async () => rm(await files, { recursive: true }))
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(await files, name)
    await writeFile(path, content)
    return path
  }

  it('prints a line for each thing, and what they come to', async (t) => {
    const { server } = await open(t)
    const env = { EVENTSTORE_URL: server.url, EVENTSTORE_LEDGER_PASSWORD: password }
    const first = await ledger(['eventstore', 'prepare'], env)
    assert.equal(first.code, 0, first.err)
    assert.match(
      first.out,
      /^changed {2}account `ledger`: made[^]*\ntried {4}with the ledger’s own credentials[^]*\n3 things were changed\.\n$/,
    )
    const second = await ledger(['eventstore', 'prepare'], env)
    assert.match(second.out, /^as was {3}account[^]*\nNothing was changed\.\n$/)
    const { steps } = JSON.parse((await ledger(['--json', 'eventstore', 'prepare'], env)).out) as { steps: Step[] }
    assert.deepEqual(changedIn(steps), [])
  })
  it('takes secrets from files, and never from the command line', async (t) => {
    const { server } = await open(t)
    const url = await file('url', `${server.url}\n`)
    const secret = await file('password', `${password}\n`)
    const { code, err } = await ledger(['eventstore', 'prepare', '--url-file', url, '--password-file', secret], {})
    assert.equal(code, 0, err)
    assert.deepEqual(prepared.at(-1), { url: server.url, password, insecure: false })
    assert.equal((await ledger(['eventstore', 'prepare', '--password', 'x'], {})).code, 2)
  })
  it('is 2 for what is missing or unreadable, by its name', async () => {
    const many = await file('many', 'one\ntwo\n')
    for (const [args, said] of [
      [[], /EVENTSTORE_URL: must be set/],
      [['--url-file', 'nowhere'], /nowhere cannot be read/],
      [['--url-file', many], /one line/],
    ] as const) {
      const { code, err } = await ledger(['eventstore', 'prepare', ...args], {})
      assert.equal(code, 2)
      assert.match(err, said)
    }
  })
})
