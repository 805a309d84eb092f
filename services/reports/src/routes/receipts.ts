// GET /v1/receipts/{id}/proof: that the events of an act lie in the published log, for the site that has its receipt and for staff.
import { leafBytes, LedgerError, Uuid, type RecordedEvent, type Role } from '@consent-ledger/domain'
import type { Caller, EdgeApp } from '@consent-ledger/edge'
import { proveLeaf } from '@consent-ledger/logfiles'
import type { ProvenEvent } from '@consent-ledger/proof'
import type { FastifyRequest } from 'fastify'
import { lookAt } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { readHistory } from '../history.ts'
import { provenEvent } from '../provenEvent.ts'
import { ProofAsked, ProofOfReceipt } from '../schemas/receipts.ts'
import { OfReceipt } from '../schemas/asked.ts'

const readers: readonly Role[] = ['legal', 'dpo', 'auditor']

/** The same for what is not there and what is another's. */
const notThere = (): LedgerError => new LedgerError('NOT_FOUND', 'There is no such receipt.')

/** Which form is asked for: JSON where it is named, else the proof file (RFC 9110 §12.5.1). Errors: NOT_ACCEPTABLE. */
const formOf = (accept = '*/*'): 'json' | 'text' => {
  const named = accept.split(',').map((range) => range.split(';', 1).join('').trim().toLowerCase())
  if (named.includes('application/json')) return 'json'
  if (named.some((type) => ['', 'text/plain', 'text/*', '*/*'].includes(type))) return 'text'
  throw new LedgerError('NOT_ACCEPTABLE', 'The proof of a receipt is text/plain (a .tlog-proof), or application/json for all its events.')
}

type Act = NonNullable<Awaited<ReturnType<ReportsDeps['vault']['findAct']>>>

/** A site has the receipts of its own acts, by whichever of its keys; staff those of their controller. */
const isTheirs = (caller: Caller | null, { controller, writer }: Act): boolean => {
  if (caller?.kind === 'operator') return caller.controller === undefined || caller.controller === controller
  if (caller?.kind !== 'site') return false
  const own = `site:${caller.controller}/${caller.site}`
  return writer === own || writer.startsWith(`${own}/`)
}

/** Events of an act on one subject, in order. A look by staff is noted before. Errors: NOT_FOUND. */
const eventsOf = async (deps: ReportsDeps, request: FastifyRequest, receiptId: string): Promise<RecordedEvent[]> => {
  const act = Uuid.safeParse(receiptId).success ? await deps.vault.findAct(receiptId) : null
  if (act === null || !isTheirs(request.caller, act)) throw notThere()
  if (request.caller?.kind === 'operator') await lookAt(deps, request, act.subjectId, { admitted: readers, purpose: 'receipt' })
  const history = await readHistory(deps.store, act.subjectId).catch((error: unknown) => {
    // Claimed, but never acknowledged: there is nothing of it yet.
    if (error instanceof LedgerError && error.code === 'NOT_FOUND') return null
    throw error
  })
  const events = history?.events.filter(({ metadata }) => metadata.actId === receiptId) ?? []
  if (events.length === 0) throw notThere()
  return events
}

/** One event with its leaf and proof, which was verified. Errors: NOT_PUBLISHED. */
const proven = async (deps: ReportsDeps, event: RecordedEvent): Promise<ProvenEvent> => {
  const hint = await deps.readModel.leafIndexOf(event.stream, event.revision)
  const { proofFile } = await proveLeaf(deps, leafBytes(event), hint === null ? {} : { index: hint })
  return provenEvent(event, proofFile)
}

/** Registers the proof of a receipt. 503 with Retry-After until a published head covers it. */
export const receiptRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'proveReceipt',
    summary: 'Proof that the events of a receipt lie in the log',
    params: OfReceipt,
    querystring: ProofAsked,
    response: { 200: ProofOfReceipt },
  }
  const access = { site: ['secret'], roles: readers } as const
  app.get('/v1/receipts/:receiptId/proof', { config: { access }, schema }, async (request, reply) => {
    const form = formOf(request.headers.accept)
    const receiptId = request.params.receiptId.toLowerCase()
    const events = await eventsOf(deps, request, receiptId)
    const asked = request.query.event
    const meant = asked === undefined ? events : events.filter(({ id }) => id === asked)
    const [first] = meant
    if (first === undefined) throw new LedgerError('NOT_FOUND', 'The receipt has no such event.')
    void reply.header('vary', 'Accept')
    if (form === 'json') return reply.send({ receiptId, events: await Promise.all(meant.map((event) => proven(deps, event))) })
    return reply.type('text/plain; charset=utf-8').send((await proven(deps, first)).proof)
  })
}
