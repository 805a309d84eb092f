// What a site needs to mail when an act waits for the person's confirmation.
import { ms } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import { confirmationFor } from '../confirmation/token.ts'
import type { Confirmation } from '../schemas/receipts.ts'
import type { RecordedAct } from './record.ts'
import type { SiteAct } from './siteAct.ts'

/** For a secret key only: a browser could confirm what it had typed itself. Made from the recorded event, so a retry gives the same. */
export const confirmationOf = async (
  vault: Vault,
  act: SiteAct,
  recorded: readonly RecordedAct[],
  publicUrl: string,
): Promise<Confirmation | null> => {
  if (act.caller.trust !== 'secret') return null
  for (const { actId, events } of recorded) {
    const expiresAt = events.find(({ type, data }) => type === 'ConsentRequested' && data['expiresAt'] !== undefined)?.data['expiresAt']
    if (typeof expiresAt === 'string') return confirmationFor(vault, publicUrl, actId, ms(expiresAt))
  }
  return null
}
