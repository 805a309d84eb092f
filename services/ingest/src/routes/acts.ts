// The acts of a site, one at a time: consents, withdrawals, objections, contacts, notice views.
import { accept, siteOf, type EdgeApp } from '@consent-ledger/edge'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { recordAct } from '../act/act.ts'
import { rehearse } from '../act/dryRun.ts'
import { acceptPost } from '../act/posted.ts'
import { publishing } from '../act/published.ts'
import type { Posted, SiteAct } from '../act/siteAct.ts'
import type { IngestDeps } from '../deps.ts'
import { Consent } from '../schemas/consents.ts'
import { Contact } from '../schemas/contacts.ts'
import { ActQuery, DryRunQuery } from '../schemas/dryRun.ts'
import { NoticeView } from '../schemas/noticeViews.ts'
import { Objection } from '../schemas/objections.ts'
import { Recorded, RehearsedReply } from '../schemas/receipts.ts'
import { Withdrawal } from '../schemas/withdrawals.ts'
import { answerRecorded, answerRehearsed, seenOf } from './answer.ts'

const config = { access: { site: ['secret', 'publishable'] }, act: true } as const
const response = {
  200: z.union([Recorded, RehearsedReply]).describe('The first answer again (`Idempotency-Replayed: true`), or a dry run.'),
  201: Recorded.describe('Recorded: durable.'),
}
const common = { tags: ['Sites'], querystring: ActQuery, response }

/** Base of the links handed out. */
export const publicUrlOf = (app: EdgeApp, deps: IngestDeps): string => deps.settings.publicUrl ?? app.listeningOrigin

/** The body as its schema read it. Where that failed a no loses what stands beside it (`attachValidation`), and everything else is refused. */
const acceptedOf = <T extends z.ZodType>(
  schema: T,
  request: Pick<FastifyRequest, 'validationError'> & { body: z.output<T> },
  onlyNo?: true,
) => {
  const { validationError, body } = request
  if (!validationError) return { post: body, leftOut: [] }
  if (validationError.validationContext !== 'body') throw validationError
  return acceptPost(schema, body, onlyNo)
}

export const actRoutes = (app: EdgeApp, deps: IngestDeps): void => {
  const proofs = publishing(deps)
  /** Whatever becomes of the proofs, the act is recorded, and answered as that. */
  const takeAndWait = async (reply: FastifyReply, act: SiteAct): Promise<void> => {
    const since = await proofs.size()
    const outcome = await recordAct(deps, act, publicUrlOf(app, deps))
    answerRecorded(reply, outcome, await proofs.of(outcome, since))
  }
  const take = async (request: FastifyRequest, reply: FastifyReply, posted: Posted, leftOut: string[] = []): Promise<void> => {
    const { idempotencyKey, slowed } = request
    const { dryRun, wait } = accept(ActQuery, request.query, ['query'])
    const act = { caller: siteOf(request), posted, leftOut, idempotencyKey, seen: seenOf(request), slowed }
    if (dryRun === 'true') answerRehearsed(reply, await rehearse(deps, act))
    else if (wait === 'published') await takeAndWait(reply, act)
    else answerRecorded(reply, await recordAct(deps, act, publicUrlOf(app, deps)))
  }

  app.route({
    method: 'POST',
    url: '/v1/consents',
    config,
    attachValidation: true,
    schema: { ...common, operationId: 'recordConsent', summary: 'Record what a person chose', body: Consent },
    handler: async (request, reply) => {
      const { post, leftOut } = acceptedOf(Consent, request)
      await take(request, reply, { act: 'consent', post }, leftOut)
      return reply
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/withdrawals',
    config,
    attachValidation: true,
    schema: { ...common, operationId: 'recordWithdrawal', summary: 'Record that a person takes a consent back', body: Withdrawal },
    handler: async (request, reply) => {
      const { post, leftOut } = acceptedOf(Withdrawal, request, true)
      await take(request, reply, { act: 'withdrawal', post }, leftOut)
      return reply
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/objections',
    config,
    attachValidation: true,
    schema: { ...common, operationId: 'recordObjection', summary: 'Record that a person objects', body: Objection },
    handler: async (request, reply) => {
      const { post, leftOut } = acceptedOf(Objection, request, true)
      await take(request, reply, { act: 'objection', post }, leftOut)
      return reply
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/contacts',
    config,
    schema: { ...common, operationId: 'recordContact', summary: 'Record something that the person did', body: Contact },
    handler: async (request, reply) => {
      await take(request, reply, { act: 'contact', post: request.body })
      return reply
    },
  })
  app.route({
    method: 'POST',
    url: '/v1/notice-views',
    config,
    schema: {
      ...common,
      querystring: DryRunQuery,
      operationId: 'recordNoticeView',
      summary: 'Record that a notice was shown, apart from any answer',
      body: NoticeView,
    },
    handler: async (request, reply) => {
      await take(request, reply, { act: 'notice-view', post: request.body })
      return reply
    },
  })
}
