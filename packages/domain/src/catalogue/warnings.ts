// What is allowed in a catalogue file and yet rests on the controller's word alone: told where it is published, since no verdict can tell it.
import type { Violation } from '../errors.ts'
import type { RegulatorProfile } from '../profile/profile.ts'
import { dayIn } from '../time.ts'
import type { CatalogueFile } from './file.ts'
import { basisAllowed } from './reading.ts'

/**
 * Marketing to professionals on channels that its basis does not carry to a consumer on the day of `at` (epoch ms): of no person anything is recorded that says so, and
 * everybody is `allowed` whose data were collected. [] where nothing is to be said. Refuses nothing: `decideCatalogue` does.
 */
export const catalogueWarnings = (
  { controller, purposes }: CatalogueFile,
  shipped: Readonly<Record<string, RegulatorProfile>>,
  at: number,
): Violation[] => {
  const profile = shipped[controller.regulator]
  if (!profile) return []
  const day = dayIn(at, controller.timeZone)
  return purposes.flatMap(({ id, marketing, audience, legalBasis, channels }, place) => {
    if (!marketing || audience !== 'professional') return []
    const barred = channels.filter((channel) => !basisAllowed(profile, legalBasis, channel, 'consumer', day))
    if (barred.length === 0) return []
    const message = `Nothing in the ledger says who is a professional: whoever uses ${id} must keep consumers off the list, whom ${legalBasis} does not let you reach by ${barred.join(', ')} under ${profile.id}`
    return [{ pointer: `/purposes/${place}/audience`, rule: 'professionals-only', message }]
  })
}
