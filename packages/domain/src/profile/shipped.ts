// The regulator profiles that come with the ledger, by id. A value changes only with a new date and a new source in its data file.
import frCnil from './FR-CNIL.json' with { type: 'json' }
import { RegulatorProfile } from './profile.ts'

/** By `regulator` of a catalogue's controller. Parsed at load: a data file that breaks its schema stops the process. */
export const shippedProfiles: Readonly<Record<string, RegulatorProfile>> = Object.fromEntries(
  [frCnil].map((file) => RegulatorProfile.parse(file)).map((profile) => [profile.id, profile]),
)
