// The headers that tell a browser what it may do with an answer: those of @fastify/helmet, asked for once.
import helmet from '@fastify/helmet'
import fastify from 'fastify'
import type { EdgeApp } from './fastify.ts'

const ofTheAnswerItself = /^(?:content-length|content-type|date|connection)$/

/** Helmet builds its policy anew for each request, which costs more than the rest of the edge; its headers are the same each time. */
const headersOfHelmet = async (upgradeInsecureRequests: [] | null): Promise<Record<string, string>> => {
  const probe = fastify()
  await probe.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests } } })
  probe.get('/', async () => '')
  const { headers } = await probe.inject('/')
  await probe.close()
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (ofTheAnswerItself.test(name) ? [] : [[name, String(value)]])),
  )
}

/** Sets them on every answer; a handler may replace one. Plain HTTP, as on loopback, is not upgraded. */
export const addSecurityHeaders = async (app: EdgeApp, publicUrl: string | undefined): Promise<void> => {
  const headers = await headersOfHelmet(publicUrl?.startsWith('https:') ? [] : null)
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(headers)
    next()
  })
}
