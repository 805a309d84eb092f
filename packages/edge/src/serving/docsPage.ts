// The page that shows the contract, without asking any other server.
import { createHash } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import type { EdgeApp } from './fastify.ts'

const inlineScript = /<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g
/** CSP source expressions for the scripts that stand in a page (CSP 3 §2.3.1). */
const hashesOf = (page: string): string[] =>
  [...page.matchAll(inlineScript)].map(
    (found) =>
      `'sha256-${createHash('sha256')
        .update(found[1] ?? '')
        .digest('base64')}'`,
  )

const policy = (page: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' ${hashesOf(page).join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** The page at `/docs`. Its script comes from this server, and no other server is asked for anything. */
export const addDocsPage = async (app: EdgeApp): Promise<void> => {
  // 5 MB of page: loaded only by a process that serves it, not by whoever imports this package.
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      // The page's plug-in builds a URL from the Host header and throws on a wrong one.
      if (!URL.canParse(`${request.protocol}://${request.hostname}`))
        throw new LedgerError('INVALID_REQUEST', 'The Host header is not valid.')
    })
    scope.addHook('onSend', async (_request, reply, payload) => {
      if (String(reply.getHeader('content-type')).startsWith('text/html') && typeof payload === 'string')
        reply.header('content-security-policy', policy(payload))
      return payload
    })
    await scope.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '../openapi.json',
        pageTitle: 'Consent Ledger',
        withDefaultFonts: false,
        telemetry: false,
        hideClientButton: true,
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    })
  })
}
