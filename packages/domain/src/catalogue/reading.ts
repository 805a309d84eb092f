// Questions to a catalogue: which version, which text, which figure of the profile holds at a time.
import { inForceOn, type ClockName, type RegulatorProfile } from '../profile/profile.ts'
import { addDuration, dayIn, durationMs, startOfDay } from '../time.ts'
import type { Channel, LegalBasis } from '../words.ts'
import type { Catalogue, Notice, NoticeVersion, PublishedNotice, Purpose, PurposeVersion } from './catalogue.ts'

export const zoneOf = (catalogue: Catalogue): string => catalogue.controller?.timeZone ?? 'Europe/Paris'

/** The version of a purpose in force at `at`: the newest published by then; for an act older than the catalogue, the first. */
export const purposeVersionAt = (purpose: Purpose, at: number): PurposeVersion | undefined =>
  purpose.versions.findLast((version) => version.recordedAt <= at) ?? purpose.versions[0]

/** Every channel that any version of a purpose ever had: what a no without channels covers. */
export const allChannels = ({ versions: [first, ...later] }: Purpose): readonly Channel[] => {
  const channels = first?.channels ?? []
  return later.length === 0 ? channels : [...new Set([...channels, ...later.flatMap((version) => version.channels)])]
}

/** Its basis, the same in every version. */
export const basisOf = (purpose: Purpose): LegalBasis => purpose.versions[0]?.legalBasis ?? 'consent'

/** Whether some version of it is marketing. */
export const isMarketing = (purpose: Purpose): boolean => purpose.versions.some((version) => version.marketing)

/** A purpose and those that it continues by `replaces` of any of its versions, however far back: itself first, each once. */
export const lineageOf = (catalogue: Catalogue, purpose: string): string[] => {
  const found = [purpose]
  for (const id of found)
    for (const { replaces } of catalogue.purposes.get(id)?.versions ?? [])
      if (replaces !== undefined && !found.includes(replaces)) found.push(replaces)
  return found
}

/** The purposes that continue this one, however far on, each once; not itself. */
export const heirsOf = ({ heirs }: Catalogue, purpose: string): string[] => {
  if (!heirs.has(purpose)) return []
  const found = [purpose]
  for (const id of found) for (const heir of heirs.get(id) ?? []) if (!found.includes(heir)) found.push(heir)
  return found.slice(1)
}

/** Itself, what it continues and what continues it: of these a restriction or a no to one may reach the others. */
export const kinOf = (catalogue: Catalogue, purpose: string): string[] => [...lineageOf(catalogue, purpose), ...heirsOf(catalogue, purpose)]

export const isRetired = (catalogue: Catalogue, purpose: Purpose, at: number): boolean =>
  purpose.retired !== undefined && startOfDay(purpose.retired.from, zoneOf(catalogue)) <= at

/** One text of a notice: the version named, else the newest that is valid at `at`. Null if there is none in that language. */
export const noticeText = (
  catalogue: Catalogue,
  wanted: { id: string; version?: number | undefined; language: string },
  at: number,
): PublishedNotice | null => {
  const versions = catalogue.notices.get(wanted.id)?.versions ?? []
  const version =
    wanted.version === undefined
      ? versions.findLast((known) => startOfDay(known.validFrom, zoneOf(catalogue)) <= at)
      : versions.find((known) => known.version === wanted.version)
  return version?.texts.get(wanted.language) ?? null
}

/** When a version of class new-processing takes the place of one of `versions`: epoch ms for each, in no order. */
const replacements = (catalogue: Catalogue, versions: readonly NoticeVersion[]): number[] =>
  versions.filter(({ change }) => change === 'new-processing').map(({ validFrom }) => startOfDay(validFrom, zoneOf(catalogue)))

/** Of a notice the versions that took the place of one that showed `purpose`, or came after such a one: whoever had said yes to it may have read that. */
const replacing = ({ versions }: Notice, purpose: string): NoticeVersion[] => {
  const first = versions.findIndex(({ purposes }) => purposes.includes(purpose))
  return first === -1 ? [] : versions.slice(first + 1)
}

/**
 * When a yes to `purpose` stops to hold because new processing took the place of its notice: epoch ms, or null. Where nobody knows its notice (a file need not name one),
 * that is the first new processing after `orderAt` in any notice of which an earlier version shows the purpose.
 */
export const replacedAt = (
  catalogue: Catalogue,
  purpose: string,
  { notice, orderAt }: { notice: { id: string; version: number } | null; orderAt: number },
): number | null => {
  const found =
    notice === null
      ? [...catalogue.notices.values()].flatMap((one) => replacements(catalogue, replacing(one, purpose))).filter((at) => at > orderAt)
      : replacements(catalogue, (catalogue.notices.get(notice.id)?.versions ?? []).filter(({ version }) => version > notice.version)) // prettier-ignore
  return found.length === 0 ? null : Math.min(...found)
}

const shortest = (durations: { value: string }[], from: number, zone: string): number | null =>
  durations.length === 0 ? null : Math.min(...durations.map((entry) => addDuration(from, entry.value, zone)))

/** End of a consent to `version` on `channel` that holds from `from`: its own validity, cut by the profile's longest; null without either. Exclusive, epoch ms. */
export const consentEnds = (catalogue: Catalogue, version: PurposeVersion, channel: Channel, from: number): number | null => {
  const zone = zoneOf(catalogue)
  const longest = inForceOn(catalogue.profile?.longestValidity ?? [], dayIn(from, zone)).filter((entry) => entry.channel === channel)
  return shortest(version.validity === undefined ? longest : [...longest, { value: version.validity }], from, zone)
}

/**
 * When a consent on `channel` that holds from `since` has held as long as the profile lets it, also where the rule came later than the yes: day D is judged by D's rules.
 * Null where no rule ends it. Exclusive, epoch ms.
 */
export const longestUntil = (catalogue: Catalogue, channel: Channel, since: number): number | null => {
  const zone = zoneOf(catalogue)
  const rules = (catalogue.profile?.longestValidity ?? []).filter((rule) => rule.channel === channel)
  const ends = rules.flatMap(({ value, from, until }) => {
    const end = Math.max(startOfDay(from, zone), addDuration(since, value, zone))
    return until === undefined || end < startOfDay(until, zone) ? [end] : []
  })
  return ends.length === 0 ? null : Math.min(...ends)
}

/** Until when an answer on `channel` given at `from` is remembered, so that nobody is asked again; null where the profile has no rule. */
export const rememberedUntil = (catalogue: Catalogue, channel: Channel, from: number): number | null => {
  const zone = zoneOf(catalogue)
  return shortest(
    inForceOn(catalogue.profile?.choiceMemory ?? [], dayIn(from, zone)).filter((entry) => entry.channel === channel),
    from,
    zone,
  )
}

/** A clock of the profile on the day of `at`, in ms; 0 where the profile has none. */
export const clockOf = (catalogue: Catalogue, name: ClockName, at: number): number => {
  const found = inForceOn(catalogue.profile?.clocks ?? [], dayIn(at, zoneOf(catalogue))).find((entry) => entry.name === name)
  return found ? durationMs(found.value) : 0
}

/** The prospect's clock of the profile, on any day: three years† (CNIL 2021-131). */
export const prospectClocks = (catalogue: Catalogue) => (catalogue.profile?.clocks ?? []).filter(({ name }) => name === 'prospect')

/**
 * How long after the last contact by the person a purpose may be used on `day`: as it says itself, else on legitimate interest as the profile says of prospects.
 * Each of them holds; [] where no clock runs.
 */
export const lapsesOn = (catalogue: Catalogue, { lapse, legalBasis }: PurposeVersion, day: string): string[] => {
  if (lapse !== undefined) return [lapse]
  return legalBasis === 'legitimate-interest' ? inForceOn(prospectClocks(catalogue), day).map(({ value }) => value) : []
}

/** The age under which child and parent consent together, on the day of `at`. */
export const ageOfConsent = (catalogue: Catalogue, at: number): number =>
  inForceOn(catalogue.profile?.ageOfConsent ?? [], dayIn(at, zoneOf(catalogue)))[0]?.value ?? 16

/** Whether `basis` may carry `channel` to that audience on `day`. What the profile does not list is not allowed. */
export const basisAllowed = (
  profile: RegulatorProfile,
  basis: LegalBasis,
  channel: Channel,
  audience: 'consumer' | 'professional',
  day: string,
): boolean =>
  inForceOn(
    profile.bases.filter((entry) => entry.basis === basis && entry.channel === channel && entry.audience === audience),
    day,
  ).length > 0
