// The recorded facts of users and access lists, each by its line: what an account that can only add and read is refused.
import {
  BACKWARDS,
  type Credentials,
  END,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  START,
  type StreamMetadata,
  StreamNotFoundError,
} from '@eventstore/db-client'
import { UsersClient } from '@eventstore/db-client/generated/users_grpc_pb.js'
import usersPb from '@eventstore/db-client/generated/users_pb.js'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { after, before, it } from 'node:test'
import { all, counted, failureOf, newStream, type Target } from './target.ts'

const account = { username: 'facts-ledger', password: 'correct horse' }
const group = 'facts-ledger'
const addAndRead = ['$admins', group]
const defaultAcl = {
  $userStreamAcl: { $r: addAndRead, $w: addAndRead, $d: '$admins', $mr: addAndRead, $mw: '$admins' },
  $systemStreamAcl: { $r: '$admins', $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' },
}

const makeUser = (client: EventStoreDBClient): Promise<void> =>
  client['execute'](UsersClient, 'users', (users) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const options = new usersPb.CreateReq.Options().setLoginName(account.username).setFullName('Ledger')
    options.setPassword(account.password).setGroupsList([group])
    const done = (error: Error | null): void => (error && !error.message.includes('Conflict') ? reject(error) : resolve())
    users.create(new usersPb.CreateReq().setOptions(options), ...client['callArguments']({}), done)
    return promise
  })

/** The last default access list of the server, to be put back; {} if it never had one. */
const settingsOf = async (client: EventStoreDBClient): Promise<Record<string, unknown>> => {
  try {
    const [last] = await all(client.readStream('$settings', { direction: BACKWARDS, fromRevision: END, maxCount: 1 }))
    return (last?.event?.data ?? {}) as Record<string, unknown>
  } catch (error) {
    if (error instanceof StreamNotFoundError) return {}
    throw error
  }
}

const setSettings = (client: EventStoreDBClient, data: Record<string, unknown>): Promise<unknown> =>
  client.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data }))

/** The same server, with these credentials, or with none. */
const urlFor = (url: string, credentials?: Credentials): string =>
  url.replace(/\/\/[^@/]*@/, credentials ? `//${credentials.username}:${encodeURIComponent(credentials.password)}@` : '//')

const scavenge = async (url: string, { username, password }: Credentials): Promise<number | undefined> => {
  const at = new URL(url)
  const ca = readFileSync(at.searchParams.get('tlsCAFile') ?? '')
  const options = { method: 'POST', host: at.hostname, port: at.port, path: '/admin/scavenge', ca, auth: `${username}:${password}` }
  const asked = request(options).end()
  const [reply] = await once(asked, 'response')
  reply.resume()
  return reply.statusCode
}

/** Changes the server's access lists and puts them back; its own user and its stream stay. `target`: an administrator's. */
export const securing = (target: () => Target): void => {
  let client: EventStoreDBClient
  let settingsBefore: Record<string, unknown>
  let allBefore: StreamMetadata
  let stream: string
  before(async () => {
    stream = newStream()
    settingsBefore = await settingsOf(target().client)
    allBefore = (await target().client.getStreamMetadata('$all')).metadata ?? {}
    await makeUser(target().client)
    await target().client.appendToStream(stream, [counted(0), counted(1)], { expectedRevision: NO_STREAM })
    await setSettings(target().client, defaultAcl)
    await target().client.setStreamMetadata('$all', { acl: { readRoles: addAndRead } })
    client = EventStoreDBClient.connectionString(urlFor(target().url, account))
  })
  after(async () => {
    await client.dispose()
    await setSettings(target().client, settingsBefore)
    await target().client.setStreamMetadata('$all', allBefore)
  })

  it('the account appends, reads a stream, reads all, and subscribes to all', async () => {
    await client.appendToStream(stream, counted(2), { expectedRevision: 1n })
    assert.equal((await all(client.readStream(stream))).length, 3)
    assert.equal((await all(client.readAll({ maxCount: 3 }))).length, 3)
    const subscription = client.subscribeToAll({ fromPosition: START })
    for await (const _ of subscription) break
  })

  const attacks: [string, (client: EventStoreDBClient) => Promise<unknown>][] = [
    ['to delete', (client) => client.deleteStream(stream)],
    ['to tombstone', (client) => client.tombstoneStream(stream)],
    ['to set a stream’s metadata', (client) => client.setStreamMetadata(stream, { maxCount: 1 })],
    ['to append to a metastream', (client) => client.appendToStream(`$$${stream}`, jsonEvent({ type: '$metadata', data: { $tb: 1 } }))],
    ['to delete a metastream', (client) => client.deleteStream(`$$${stream}`)],
    ['to append to $settings', (client) => client.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data: {} }))],
    ['to append to a system stream', (client) => client.appendToStream('$facts', counted(0))],
    ['to set the metadata of all', (client) => client.setStreamMetadata('$all', { maxCount: 1 })],
    [
      'to append with its own credentials to $settings',
      (client) => client.appendToStream('$settings', counted(0), { credentials: account }),
    ],
  ]
  for (const [name, attack] of attacks)
    it(`the account is refused ${name}`, async () => assert.equal((await failureOf(attack(client)))['type'], 'access-denied'))

  it('the account is refused a scavenge, 401; the administrator is not', async () => {
    assert.equal(await scavenge(target().url, account), 401)
    assert.equal(await scavenge(target().url, { username: 'admin', password: 'changeit' }), 200)
  })

  it('a wrong password is access denied, code 16', async () => {
    const wrong = EventStoreDBClient.connectionString(urlFor(target().url, { ...account, password: 'wrong' }))
    const read = await failureOf(all(wrong.readStream(stream)))
    const append = await failureOf(wrong.appendToStream(stream, counted(9)))
    assert.deepEqual([read['type'], read['code'], append['type'], append['code']], ['access-denied', 16, 'access-denied', 16])
    await wrong.dispose()
  })

  it('nobody is access denied: code 7 on reads, no code on appends', async () => {
    const nobody = EventStoreDBClient.connectionString(urlFor(target().url))
    const read = await failureOf(all(nobody.readStream(stream)))
    const append = await failureOf(nobody.appendToStream(stream, counted(9)))
    assert.deepEqual([read['type'], read['code'], append['type'], append['code']], ['access-denied', 7, 'access-denied', undefined])
    await nobody.dispose()
  })

  it('without an access list of its own all is not read by the account', async () => {
    await target().client.setStreamMetadata('$all', {})
    assert.equal((await failureOf(all(client.readAll({ maxCount: 1 }))))['type'], 'access-denied')
  })
}
