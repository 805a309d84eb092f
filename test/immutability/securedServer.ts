// Servers with security on which the attacks are tried: the double always, a real one where EVENTSTORE_ADMIN_URL names it.
import { randomUUID } from 'node:crypto'
import { startEventStoreDouble } from '../harness/eventstoredb/index.ts'

/** `adminUrl`: with an administrator's credentials. `password`: the ledger's account has it, or is to get it. */
export type SecuredServer = { adminUrl: string; ledgerUrl: string; password: string; stop(): Promise<void> }
export type Opening = { name: string; open: () => Promise<SecuredServer>; skip: string | false }

const credentials = /^(?<scheme>esdb(?:\+discover)?:\/\/)(?:(?<name>[^:@/]+):(?<password>[^@]+)@)?/

/** The connection string with other credentials. */
const as = (url: string, name: string, password: string): string =>
  url.replace(credentials, `$<scheme>${encodeURIComponent(name)}:${encodeURIComponent(password)}@`)

/** The password that other tests use on the same server, if they do. */
const passwordInUse = (): string => {
  const { groups = {} } = credentials.exec(process.env['EVENTSTORE_URL'] ?? '') ?? {}
  return groups['name'] === 'ledger' ? decodeURIComponent(groups['password'] ?? '') : randomUUID()
}

const double = async (): Promise<SecuredServer> => {
  const server = await startEventStoreDouble({ secure: true })
  const password = randomUUID()
  return { adminUrl: server.url, ledgerUrl: server.urlOf('ledger', password), password, stop: () => server.stop() }
}

const adminUrl = process.env['EVENTSTORE_ADMIN_URL'] ?? ''
const real = async (): Promise<SecuredServer> => {
  const password = passwordInUse()
  return { adminUrl, ledgerUrl: as(adminUrl, 'ledger', password), password, stop: async () => {} }
}

export const securedServers: readonly Opening[] = [
  { name: 'the double', open: double, skip: false },
  {
    name: 'a real server',
    open: real,
    skip: adminUrl === '' && 'EVENTSTORE_ADMIN_URL is not set: it names a server with TLS, with an administrator’s credentials',
  },
]
