// Where a process listens, as the settings say, and its address as a person writes it.
import type { AddressInfo } from 'node:net'
import type { EdgeApp } from '../serving/fastify.ts'
import type { Settings } from './settings.ts'

/** Listens; answers with the address, without a slash at its end. */
export const listen = async (app: EdgeApp, { host, port }: Pick<Settings, 'host' | 'port'>): Promise<string> => {
  await app.listen({ host, port, listenTextResolver: () => 'listening' })
  const { port: given } = app.server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${given}`
}
