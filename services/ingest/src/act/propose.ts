// What an act would record, judged against the catalogue, before it is known who it is about.
import {
  clockOf,
  judgeConsent,
  judgeContact,
  judgeNoticeView,
  judgeObjection,
  judgeWithdrawal,
  LedgerError,
  ms,
  noticeText,
  type By,
  type Catalogue,
} from '@consent-ledger/domain'
import type { IdentifiersRead } from '@consent-ledger/vault'
import type { IngestDeps } from '../deps.ts'
import { isShowing } from '../showing.ts'
import { admit } from './admit.ts'
import type { JudgedAct, Proposal } from './proposal.ts'
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

const judgeView = (catalogue: Catalogue, post: Parameters<typeof judgeNoticeView>[1], by: By): JudgedAct => {
  try {
    const { notice, occurred } = judgeNoticeView(catalogue, post, by)
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

const judge = (catalogue: Catalogue, { posted }: SiteAct, by: By): JudgedAct => {
  switch (posted.act) {
    case 'consent':
      return { ...judgeConsent(catalogue, posted.post, by), deed: null }
    case 'withdrawal':
      return { ...judgeWithdrawal(catalogue, posted.post, by), deed: null }
    case 'objection':
      return { ...judgeObjection(catalogue, posted.post, by), deed: null }
    case 'contact': {
      const { contact, ...judged } = judgeContact(catalogue, posted.post, by)
      return { ...judged, deed: contact && { as: 'contact', contact } }
    }
    case 'notice-view':
      return judgeView(catalogue, posted.post, by)
  }
}

const doubtful = (judged: JudgedAct, identified: IdentifiersRead | LedgerError): boolean =>
  judged.refused !== null ||
  judged.answers.some((answer) => answer.flags.includes('unknown-notice')) ||
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

/** Judges an act. What is unknown here may have been published elsewhere a moment ago, so the catalogue is read again before it is refused. */
export const propose = async (deps: IngestDeps, act: SiteAct): Promise<Proposal> => {
  const receivedAt = deps.clock()
  const once = async () => {
    const catalogue = deps.live.controller(act.caller.controller) ?? act.caller.catalogue
    const by = { trust: act.caller.trust, receivedAt, showing: await showingOf(deps, act, catalogue, receivedAt) }
    return { catalogue, judged: judge(catalogue, act, by), identified: tryIdentify(catalogue, act) }
  }
  let found = await once()
  if (doubtful(found.judged, found.identified)) {
    await deps.live.refresh()
    found = await once()
  }
  if (found.identified instanceof LedgerError) throw found.identified
  return { ...admit(act, found.judged, found.identified), catalogue: found.catalogue }
}
