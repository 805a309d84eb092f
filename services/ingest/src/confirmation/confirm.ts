// Double opt-in: what a token asks the person, and their confirmation before the ledger's own eyes.
import {
  decideConfirmation,
  LedgerError,
  requestsOf,
  subjectAggregate,
  type Catalogue,
  type SubjectFact,
  type Writer,
} from '@consent-ledger/domain'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { sealEvidence } from '@consent-ledger/vault'
import { readSubject } from '../readSubject.ts'
import { observed } from '../act/record.ts'
import type { Seen } from '../act/siteAct.ts'
import type { IngestDeps } from '../deps.ts'
import { textIn } from '../purposeText.ts'
import type { Asked } from './page.ts'
import { readToken } from './token.ts'
import { pageLanguage, type PageLanguage } from './words.ts'

/** The person speaks to the ledger itself: no site stands between. */
const writer: Writer = { kind: 'system', id: 'confirmation', trust: 'system' }

/** `confirmed`: recorded already. `gone`: too late, or a no stands on all of it. */
export type Pending = {
  status: 'open' | 'confirmed' | 'gone'
  language: PageLanguage
  asked: Asked
  actId: string
  subjectId: string
  site: string | undefined
  catalogue: Catalogue
}

const statusOf = (decide: () => SubjectFact[]): Pending['status'] => {
  try {
    return decide().length === 0 ? 'confirmed' : 'open'
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'CONFIRMATION_GONE') return 'gone'
    throw error
  }
}

const askedOf = (catalogue: Catalogue, requests: ReturnType<typeof requestsOf>, language: string, until: number): Asked => {
  const ref = requests[0]?.notice
  const notice =
    ref &&
    catalogue.notices
      .get(ref.id)
      ?.versions.find(({ version }) => version === ref.version)
      ?.texts.get(ref.language)
  const { name = catalogue.controllerId, timeZone = 'UTC' } = catalogue.controller ?? {}
  return {
    controller: name,
    purposes: requests.flatMap(({ purpose, purposeVersion, channels }) => {
      const version = catalogue.purposes.get(purpose)?.versions.find((one) => one.version === purposeVersion)
      return version ? [{ ...textIn(version, language), channels }] : []
    }),
    notice: notice ? { text: notice.text, contentType: notice.contentType, language: notice.language, ...(notice.withdrawal === undefined ? {} : { withdrawal: notice.withdrawal }) } : null, // prettier-ignore
    until,
    zone: timeZone,
  }
}

/** What a token asks, as it stands now; null if the ledger did not make the token. Writes nothing, so that a mail scanner may open it. */
export const readPending = async (deps: IngestDeps, token: string): Promise<Pending | null> => {
  const made = await readToken(deps.vault, token)
  const act = made && (await deps.vault.findAct(made.actId))
  const catalogue = act && deps.live.controller(act.controller)
  if (!made || !act || !catalogue) return null
  const subject = await readSubject(deps.store, act.subjectId)
  const requests = requestsOf(subject, made.actId)
  const [first] = requests
  if (!first) return null
  const language = first.notice?.language ?? catalogue.controller?.languages[0] ?? 'en'
  return {
    status: statusOf(() => decideConfirmation(subject, catalogue, made.actId, { recordedAt: deps.clock() })),
    language: pageLanguage(language),
    asked: askedOf(catalogue, requests, language, made.expiresAt),
    actId: made.actId,
    subjectId: act.subjectId,
    site: first.site,
    catalogue,
  }
}

/**
 * Records the confirmation, with what the ledger saw of the request as the site's `capture` allows; nothing if it is recorded already. Durable on return.
 * Errors: CONFIRMATION_GONE, STORE_UNAVAILABLE, VAULT_UNAVAILABLE (the same again is safe).
 */
export const confirm = async (deps: IngestDeps, pending: Pending, seen: Seen): Promise<void> => {
  const { actId, subjectId, catalogue, site = '' } = pending
  const claimed = await deps.vault.claimOn(subjectId, { writer: 'confirmation', idempotencyKey: actId, body: actId })
  const [target] = claimed && 'targets' in claimed ? claimed.targets : []
  if (!target) throw new LedgerError('CONFIRMATION_GONE', 'Nothing waits for this confirmation')
  const evidence = sealEvidence(target.keys, target, observed({ seen, caller: { catalogue, site } }))
  await decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: subjectAggregate(subjectId),
    act: { actId: target.actId, writer, causationId: actId },
    decide: (subject, recordedAt) => decideConfirmation(subject, catalogue, actId, { recordedAt, ...evidence }),
    conclude: () => undefined,
    again: claimed?.outcome === 'again',
  })
}
