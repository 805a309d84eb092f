// An act as a site posts it: its kind, its words, who posts, and what the ledger saw itself.
import { builtInSchemes, type IdentifierKind, type JudgedAnswer, type MethodKind, type Trust, type Writer } from '@consent-ledger/domain'
import type { SiteCaller } from '@consent-ledger/edge'
import type { z } from 'zod'
import type { Consent } from '../schemas/consents.ts'
import type { NoticeView } from '../schemas/noticeViews.ts'
import type { Withdrawal } from '../schemas/withdrawals.ts'

export type Posted = { act: 'consent'; post: Consent } | { act: 'withdrawal'; post: Withdrawal } | { act: 'notice-view'; post: NoticeView }

/** What the ledger saw of the request itself: the peer's address and its User-Agent. */
export type Seen = { ip: string; userAgent?: string | undefined }

export type SiteAct = { caller: SiteCaller; posted: Posted; idempotencyKey?: string | undefined; seen: Seen }

export const isYes = (answer: JudgedAnswer): boolean => answer.as === 'given' || answer.as === 'requested'

const methodKind = (posted: Posted): z.output<typeof MethodKind> | undefined =>
  'method' in posted.post ? posted.post.method?.kind : undefined

export const isImport = (posted: Posted): boolean => methodKind(posted) === 'import'

/** What a file says on a site's behalf is `imported`; a browser never imports. */
export const writerOf = (act: SiteAct): Writer => {
  const imported = act.caller.trust === 'secret' && isImport(act.posted)
  const trust: Trust = imported ? 'imported' : act.caller.trust
  return { kind: imported ? 'import' : 'site', id: act.caller.site, trust }
}

/** Kind of each scheme that a controller's sites may name. */
export const schemesOf = (caller: Pick<SiteCaller, 'catalogue'>): Record<string, IdentifierKind> => ({
  ...builtInSchemes,
  ...Object.fromEntries((caller.catalogue.controller?.identifiers ?? []).map(({ scheme, kind }) => [scheme, kind])),
})
