// An act as a site posts it: its kind, its words, who posts, and what the ledger saw itself.
import type { Catalogue, AdmittedAnswer, LedgerError, MethodKind, Trust, Writer } from '@consent-ledger/domain'
import type { SiteCaller } from '@consent-ledger/edge'
import { readIdentifiers, type IdentifiersRead } from '@consent-ledger/vault'
import type { z } from 'zod'
import type { Consent } from '../schemas/consents.ts'
import type { Contact } from '../schemas/contacts.ts'
import type { NoticeView } from '../schemas/noticeViews.ts'
import type { Objection } from '../schemas/objections.ts'
import type { SubjectPost } from '../schemas/subject.ts'
import type { Withdrawal } from '../schemas/withdrawals.ts'

export type Posted =
  | { act: 'consent'; post: Consent }
  | { act: 'withdrawal'; post: Withdrawal }
  | { act: 'objection'; post: Objection }
  | { act: 'contact'; post: Contact }
  | { act: 'notice-view'; post: NoticeView }

/** What the ledger saw of the request itself: the peer's address and its User-Agent. */
export type Seen = { ip: string; userAgent?: string | undefined }

/**
 * `leftOut`: pointers of what was taken out of a no for its form. `slowed`: what the yeses are told where a page has written too often.
 */
export type SiteAct = {
  caller: SiteCaller
  posted: Posted
  leftOut: readonly string[]
  idempotencyKey?: string | undefined
  seen: Seen
  slowed: LedgerError | null
}

export const isYes = (answer: AdmittedAnswer): boolean => answer.as === 'given' || answer.as === 'requested'

const methodKind = (posted: Posted): z.output<typeof MethodKind> | undefined =>
  'method' in posted.post ? posted.post.method?.kind : undefined

export const isImport = (posted: Posted): boolean => methodKind(posted) === 'import'

/** What a file says on a site's behalf is `imported`; a browser never imports. */
export const writerOf = (act: SiteAct): Writer => {
  const imported = act.caller.trust === 'secret' && isImport(act.posted)
  const trust: Trust = imported ? 'imported' : act.caller.trust
  return { kind: imported ? 'import' : 'site', id: act.caller.site, trust }
}

/** Scope of a site's idempotency keys (docs/adr/0006): a page's key must neither take nor read back what a server keeps. */
export const vaultWriterOf = ({ controller, site, trust }: Pick<SiteCaller, 'controller' | 'site' | 'trust'>): string =>
  `site:${controller}/${site}${trust === 'publishable' ? '/publishable' : ''}`

/** In the caller's order; a yes falls with those that cannot be read, a no stands on the others. Errors: IDENTIFIER_INVALID if not one can be. */
export const identify = (catalogue: Catalogue, { identifiers }: SubjectPost): IdentifiersRead =>
  readIdentifiers(catalogue, identifiers, '/subject/identifiers')
