// A request to an EventStoreDB over plain HTTP, as a script would send it, with the credentials and the authority of a connection string.
import { readFileSync } from 'node:fs'
import { request } from 'node:https'

const parts = /^esdb:\/\/(?<auth>[^@]+)@(?<host>[^/?,]+)[^?]*\?(?<options>.*)$/

/** Refused over HTTP: a status from 400 on. */
export class HttpRefusal extends Error {
  readonly status: number
  constructor(status: number) {
    super(`HTTP ${status}`)
    this.status = status
  }
}

/** Errors: HttpRefusal. */
export const sendHttp = (url: string, method: 'POST' | 'DELETE', path: string, headers: Record<string, string> = {}): Promise<void> => {
  const { auth = '', host = '', options = '' } = parts.exec(url)?.groups ?? {}
  const authority = new URLSearchParams(options).get('tlsCAFile')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  request(
    `https://${host}${path}`,
    {
      method,
      headers: { ...headers, 'content-length': 0 },
      auth: decodeURIComponent(auth),
      agent: false,
      ...(authority === null ? {} : { ca: readFileSync(authority) }),
    },
    (response) => {
      const { statusCode = 0 } = response.resume()
      response.once('end', () => (statusCode < 400 ? resolve() : reject(new HttpRefusal(statusCode))))
    },
  )
    .once('error', reject)
    .end()
  return promise
}
