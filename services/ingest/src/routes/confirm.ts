// GET and POST /confirm/{token}: the person confirms on a page of the ledger's own. Mail scanners open links, so opening records nothing.
import { LedgerError } from '@consent-ledger/domain'
import type { EdgeApp } from '@consent-ledger/edge'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { confirm, readPending, type Pending } from '../confirmation/confirm.ts'
import { askingPage, confirmedPage, contentSecurityPolicy, gonePage, unknownPage } from '../confirmation/page.ts'
import type { IngestDeps } from '../deps.ts'
import { seenOf } from './answer.ts'

const Token = z.strictObject({ token: z.string() })
/** Programs for mail add parameters of their own to links. */
const AnyQuery = z.looseObject({})
const page = { description: 'A page', content: { 'text/html': { schema: z.string() } } }
const config = { access: 'public' } as const
const common = { tags: ['Sites'], params: Token, querystring: AnyQuery, response: { 200: page, 404: page, 410: page } }

const send = (reply: FastifyReply, status: number, html: string): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'content-security-policy': contentSecurityPolicy, 'cache-control': 'no-store' })
    .send(html)

const sendPending = (reply: FastifyReply, { status, language, asked }: Pending): FastifyReply => {
  if (status === 'gone') return send(reply, 410, gonePage(language))
  return send(reply, 200, status === 'open' ? askingPage(language, asked) : confirmedPage(language, asked))
}

const isGone = (error: unknown): boolean => error instanceof LedgerError && error.code === 'CONFIRMATION_GONE'

/** A browser that says it prefers French gets French where no act tells the language. */
const languageOf = (header: string | undefined) => (/^\s*fr\b/i.test(header ?? '') ? 'fr' : 'en')

export const confirmRoutes = (app: EdgeApp, deps: IngestDeps): void => {
  void app.register(async (scope: EdgeApp) => {
    // The page's own form has no fields: whatever a form sends is not read.
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer', bodyLimit: 1024 }, async () => undefined)

    scope.route({
      method: 'GET',
      url: '/confirm/:token',
      config,
      schema: { ...common, operationId: 'showConfirmation', summary: 'What the person is asked to confirm; records nothing' },
      handler: async (request, reply) => {
        const pending = await readPending(deps, request.params.token)
        return pending ? sendPending(reply, pending) : send(reply, 404, unknownPage(languageOf(request.headers['accept-language'])))
      },
    })
    scope.route({
      method: 'POST',
      url: '/confirm/:token',
      config,
      schema: { ...common, operationId: 'confirm', summary: 'Confirm' },
      handler: async (request, reply) => {
        const pending = await readPending(deps, request.params.token)
        if (!pending) return send(reply, 404, unknownPage(languageOf(request.headers['accept-language'])))
        if (pending.status !== 'open') return sendPending(reply, pending)
        try {
          await confirm(deps, pending, seenOf(request))
        } catch (error) {
          if (isGone(error)) return sendPending(reply, { ...pending, status: 'gone' })
          throw error
        }
        return sendPending(reply, { ...pending, status: 'confirmed' })
      },
    })
  })
}
