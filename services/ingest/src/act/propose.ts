// What an act would record, admitted against the catalogue, before it is known who it is about.
import {
  clockOf,
  admitConsent,
  admitContact,
  admitNoticeView,
  admitObjection,
  admitWithdrawal,
  LedgerError,
  ms,
  noticeText,
  type By,
  type Catalogue,
} from '@consent-ledger/domain'
import type { IdentifiersRead } from '@consent-ledger/vault'
import type { IngestDeps } from '../deps.ts'
import { isShowing } from '../showing.ts'
import { admitAtDoor } from './admit.ts'
import type { AdmittedAct, Proposal } from './proposal.ts'
import { identify, type SiteAct } from './siteAct.ts'

/** When the text was on the screen: within the skew limit, or where a clock runs ahead, the ledger's clock says it better than the site's. */
const shownAt = (catalogue: Catalogue, { posted }: SiteAct, receivedAt: number): number => {
  const { occurredAt } = posted.post
  const at = occurredAt === undefined ? receivedAt : ms(occurredAt)
  return receivedAt - at > clockOf(catalogue, 'skew', receivedAt) ? at : receivedAt
}

const showingOf = async (deps: IngestDeps, act: SiteAct, catalogue: Catalogue, receivedAt: number): Promise<By['showing']> => {
  const notice = 'notice' in act.posted.post ? act.posted.post.notice : undefined
  if (notice?.showing === undefined) return undefined
  const text = noticeText(catalogue, notice, receivedAt)
  const served = text && { controller: catalogue.controllerId, notice: text }
  const ours = served && (await isShowing(deps.vault, served, notice.showing, shownAt(catalogue, act, receivedAt)))
  return ours ? 'ours' : 'not-ours'
}

const admitView = (catalogue: Catalogue, post: Parameters<typeof admitNoticeView>[1], by: By): AdmittedAct => {
  try {
    const { notice, occurred } = admitNoticeView(catalogue, post, by)
    return { answers: [], deed: { as: 'view', notice }, refused: null, occurred }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return {
      answers: [],
      deed: null,
      refused: error,
      occurred: { at: by.receivedAt, from: 'ledger', receivedAt: by.receivedAt, flags: [] },
    }
  }
}

const admitByCatalogue = (catalogue: Catalogue, { posted }: SiteAct, by: By): AdmittedAct => {
  switch (posted.act) {
    case 'consent':
      return { ...admitConsent(catalogue, posted.post, by), deed: null }
    case 'withdrawal':
      return { ...admitWithdrawal(catalogue, posted.post, by), deed: null }
    case 'objection':
      return { ...admitObjection(catalogue, posted.post, by), deed: null }
    case 'contact': {
      const { contact, ...admitted } = admitContact(catalogue, posted.post, by)
      return { ...admitted, deed: contact && { as: 'contact', contact } }
    }
    case 'notice-view':
      return admitView(catalogue, posted.post, by)
  }
}

const doubtful = (admitted: AdmittedAct, identified: IdentifiersRead | LedgerError): boolean =>
  admitted.refused !== null ||
  admitted.answers.some((answer) => answer.flags.includes('unknown-notice')) ||
  identified instanceof LedgerError ||
  identified.refused !== null

const tryIdentify = (catalogue: Catalogue, act: SiteAct): IdentifiersRead | LedgerError => {
  try {
    return identify(catalogue, act.posted.post.subject)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
}

/** Admits an act, or what of it stands. What is unknown here may have been published elsewhere a moment ago, so the catalogue is read again before it is refused. */
export const propose = async (deps: IngestDeps, act: SiteAct): Promise<Proposal> => {
  const receivedAt = deps.clock()
  const once = async () => {
    const catalogue = deps.live.controller(act.caller.controller) ?? act.caller.catalogue
    const by = { trust: act.caller.trust, receivedAt, showing: await showingOf(deps, act, catalogue, receivedAt) }
    return { catalogue, admitted: admitByCatalogue(catalogue, act, by), identified: tryIdentify(catalogue, act) }
  }
  let found = await once()
  if (doubtful(found.admitted, found.identified)) {
    await deps.live.refresh()
    found = await once()
  }
  if (found.identified instanceof LedgerError) throw found.identified
  return { ...admitAtDoor(act, found.admitted, found.identified), catalogue: found.catalogue }
}
