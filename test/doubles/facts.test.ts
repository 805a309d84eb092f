// The recorded facts of EventStoreDB, through the real client: the double keeps them all, and so does a real server where there is one.
import { after, before, describe } from 'node:test'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { whichServer, whyNone } from '../harness/whichServer.ts'
import { appending } from './facts/appending.ts'
import { reading } from './facts/reading.ts'
import { securing } from './facts/securing.ts'
import { subscribing } from './facts/subscribing.ts'
import { open, type Target } from './facts/target.ts'

const facts = (target: () => Target): void => {
  describe('appending', () => appending(target))
  describe('reading', () => reading(target))
  describe('subscribing', () => subscribing(target))
}

for (const secure of [false, true])
  describe(`the double, ${secure ? 'with users' : 'without security'}`, () => {
    let double: EventStoreDouble
    let target: Target
    before(async () => {
      double = await startEventStoreDouble({ secure, giveUpAfter: 50 })
      target = open(double.url)
    })
    after(async () => {
      await target.client.dispose()
      await double.stop()
    })
    facts(() => target)
    if (secure) describe('securing', () => securing(() => target))
  })

const server = await whichServer()

describe('a real server', { skip: whyNone(server) }, () => {
  let target: Target
  before(() => {
    if ('url' in server) target = open(server.url)
  })
  after(async () => {
    await target.client.dispose()
    if ('stop' in server) await server.stop()
  })
  facts(() => target)
})

// Not with EVENTSTORE_URL: nobody's access lists are changed who has not asked for it.
const adminUrl = process.env['EVENTSTORE_ADMIN_URL'] ?? ''
const noAdministrator =
  adminUrl === '' && 'EVENTSTORE_ADMIN_URL is not set: it names a server with TLS, with an administrator’s credentials'

describe('a real server with users', { skip: noAdministrator }, () => {
  let target: Target
  before(() => {
    target = open(adminUrl)
  })
  after(() => target.client.dispose())
  describe('securing', () => securing(() => target))
})
