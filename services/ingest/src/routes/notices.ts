// GET /v1/notices/{id}: the exact published text, public, for any page to show.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { noticeText, purposeVersionAt, refuse, type Catalogue, type PublishedNotice } from '@consent-ledger/domain'
import type { Caller, EdgeApp } from '@consent-ledger/edge'
import type { IngestDeps } from '../deps.ts'
import { textIn } from '../purposeText.ts'
import { NoticeAnswer, NoticeParams, NoticeQuery } from '../schemas/notices.ts'
import { showingToken } from '../showing.ts'

type Wanted = { id: string; language: string; version: number | undefined; controller: string | undefined }
type Found = { catalogue: Catalogue; notice: PublishedNotice }

/** The controller named, else the key's, else the only one that has it. */
const findNotice = (deps: IngestDeps, wanted: Wanted, caller: Caller | null): Found[] => {
  const controller = wanted.controller ?? caller?.controller
  return deps.live
    .controllers()
    .filter(({ controllerId }) => controller === undefined || controllerId === controller)
    .flatMap((catalogue) => {
      const notice = noticeText(catalogue, wanted, deps.clock())
      return notice ? [{ catalogue, notice }] : []
    })
}

const onlyNotice = async (deps: IngestDeps, wanted: Wanted, caller: Caller | null): Promise<Found> => {
  let found = findNotice(deps, wanted, caller)
  if (found.length === 0) {
    await deps.live.refresh()
    found = findNotice(deps, wanted, caller)
  }
  const [first, ...others] = found
  if (!first) throw refuse('NOT_FOUND', '', 'published', 'No such notice was published in that version and language')
  if (others.length > 0)
    throw refuse('CONTROLLER_NEEDED', '/query/controller', 'ambiguous', 'Several controllers have a notice of this id: name one')
  return first
}

/** Public with every text, so that it was known before any dispute. Absent as long as the log has none. */
const logKeyOf = ({ live }: IngestDeps): { logKey?: string } => {
  const key = live.ledger().logKeys.at(-1)
  return key === undefined ? {} : { logKey: key.vkey }
}

const answerOf = async (deps: IngestDeps, { catalogue, notice }: Found) => ({
  id: notice.id,
  version: notice.version,
  language: notice.language,
  controller: catalogue.controllerId,
  text: notice.text,
  contentType: notice.contentType,
  sha256: notice.sha256,
  purposes: notice.purposes.flatMap((id) => {
    const purpose = catalogue.purposes.get(id)
    const version = purpose && purposeVersionAt(purpose, deps.clock())
    return version ? [{ id, version: version.version, ...textIn(version, notice.language) }] : []
  }),
  ...logKeyOf(deps),
  showing: await showingToken(deps.vault, { controller: catalogue.controllerId, notice }, deps.clock()),
})

export const noticeRoute = (app: EdgeApp, deps: IngestDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/notices/:id',
    config: { access: 'public', cors: 'any' },
    schema: {
      operationId: 'readNotice',
      summary: 'The exact text of a published notice',
      tags: ['Sites'],
      params: NoticeParams,
      querystring: NoticeQuery,
      response: { 200: NoticeAnswer, 304: z.null().describe('Not changed') },
    },
    handler: async (request, reply) => {
      const { language, version, controller } = request.query
      const wanted = { id: request.params.id, language, version: version === undefined ? undefined : Number(version), controller }
      const answer = await answerOf(deps, await onlyNotice(deps, wanted, request.caller))
      const etag = `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url')}"`
      // A page of another origin may read it (RFC 9110 §8.8.3); the token in it changes each hour.
      reply.headers({ etag, 'cache-control': 'public, max-age=60', 'cross-origin-resource-policy': 'cross-origin', vary: 'Authorization' })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null)
      return answer
    },
  })
}
