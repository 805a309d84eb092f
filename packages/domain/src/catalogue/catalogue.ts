// One controller's catalogue, folded from its stream: what it is, its sites and keys, purposes, notices, the rules it is under.
import type { Aggregate } from '../aggregate.ts'
import type { RecordedEvent } from '../event.ts'
import { ms } from '../time.ts'
import type { RegulatorProfile } from '../profile/profile.ts'
import { controllerStream, type ControllerEventType, type ControllerFact } from './events.ts'
import type { ControllerEntry, NoticeEntry, Presentation, PurposeEntry, SiteEntry, Statement } from './file.ts'

export type PurposeVersion = Omit<PurposeEntry, 'retired'> & { recordedAt: number; eventId: string }
/** `versions` in the order of publication. `retired.from` is a day in the controller's zone. */
export type Purpose = { id: string; versions: PurposeVersion[]; retired?: { from: string; eventId: string } }
export type PublishedNotice = Extract<ControllerFact, { type: 'NoticePublished' }>['data'] & { recordedAt: number; eventId: string }
/** One version of a notice; what all its languages share is on each of its texts. */
export type NoticeVersion = {
  version: number
  change: NoticeEntry['change']
  validFrom: string
  purposes: string[]
  texts: Map<string, PublishedNotice>
  presentations: Presentation[]
}
/** `versions` ascending by number. */
export type Notice = { id: string; versions: NoticeVersion[] }
export type SiteKey = { site: string; keyId: string; kind: 'secret' | 'publishable'; issuedAt: number; revokedAt?: number }

export type Catalogue = {
  controllerId: string
  controller: ControllerEntry | null
  sites: Map<string, SiteEntry>
  /** By SHA-256 of the key, revoked ones too. */
  siteKeys: Map<string, SiteKey>
  purposes: Map<string, Purpose>
  /** By the id of a purpose: those that name it in `replaces`, in any version. */
  heirs: Map<string, Set<string>>
  notices: Map<string, Notice>
  statements: Statement[]
  profile: (RegulatorProfile & { sha256: string; eventId: string }) | null
  lastRevision: bigint
  lastRecordedAt: number
  /** What was folded, but for reports: a cut folds it again. */
  history: RecordedEvent[]
}

export const initialCatalogue = (controllerId: string): Catalogue => ({
  controllerId,
  controller: null,
  sites: new Map(),
  siteKeys: new Map(),
  purposes: new Map(),
  heirs: new Map(),
  notices: new Map(),
  statements: [],
  profile: null,
  lastRevision: -1n,
  lastRecordedAt: 0,
  history: [],
})

/** A version again only adds a language: it stays where it was in the order of publication, with the time at which it was published first. */
const publishPurpose = (catalogue: Catalogue, version: PurposeVersion): void => {
  const purpose = catalogue.purposes.get(version.id) ?? { id: version.id, versions: [] }
  const place = purpose.versions.findIndex((known) => known.version === version.version)
  const known = purpose.versions[place]
  if (known) purpose.versions[place] = { ...known, text: version.text }
  else purpose.versions.push(version)
  catalogue.purposes.set(version.id, purpose)
  if (version.replaces === undefined) return
  const heirs = catalogue.heirs.get(version.replaces) ?? new Set()
  catalogue.heirs.set(version.replaces, heirs.add(version.id))
}

const publishNotice = (catalogue: Catalogue, text: PublishedNotice): void => {
  const notice = catalogue.notices.get(text.id) ?? { id: text.id, versions: [] }
  let version = notice.versions.find((known) => known.version === text.version)
  if (!version) {
    version = {
      version: text.version,
      change: text.change,
      validFrom: text.validFrom,
      purposes: text.purposes,
      texts: new Map(),
      presentations: [],
    }
    notice.versions = [...notice.versions, version].sort((a, b) => a.version - b.version)
  }
  version.texts.set(text.language, text)
  catalogue.notices.set(text.id, notice)
}

/** Reports, which no question to the catalogue is answered from. */
const changesNothing: ReadonlySet<string> = new Set(['IntakeReported', 'ScrubPerformed'])

/** What every subject of the controller is judged by. */
const rules: ReadonlySet<string> = new Set<ControllerEventType>([
  'ControllerRegistered',
  'PurposePublished',
  'PurposeRetired',
  'NoticePublished',
  'RegulatorProfileApplied',
])

/** Whether an event of this type may change what holds of every subject, so that each is to be judged again. */
export const changesVerdicts = (type: string): boolean => rules.has(type)

/** Adds one event to the fold; mutates and returns `catalogue`. Never throws: an event it does not know changes only the place in the stream. */
export const evolveCatalogue = (catalogue: Catalogue, event: RecordedEvent): Catalogue => {
  catalogue.lastRevision = event.revision
  catalogue.lastRecordedAt = ms(event.metadata.recordedAt)
  if (!changesNothing.has(event.type)) catalogue.history.push(event)
  const recordedAt = catalogue.lastRecordedAt
  const fact = event as unknown as ControllerFact
  switch (fact.type) {
    case 'ControllerRegistered':
      catalogue.controller = fact.data
      break
    case 'SiteRegistered':
      catalogue.sites.set(fact.data.id, fact.data)
      break
    case 'SiteKeyIssued':
      catalogue.siteKeys.set(fact.data.sha256, { site: fact.data.site, keyId: fact.data.keyId, kind: fact.data.kind, issuedAt: recordedAt })
      break
    case 'SiteKeyRevoked':
      for (const key of catalogue.siteKeys.values()) if (key.keyId === fact.data.keyId) key.revokedAt = recordedAt
      break
    case 'PurposePublished':
      publishPurpose(catalogue, { ...fact.data, recordedAt, eventId: event.id })
      break
    case 'PurposeRetired': {
      const purpose = catalogue.purposes.get(fact.data.purpose)
      if (purpose) purpose.retired = { from: fact.data.from, eventId: event.id }
      break
    }
    case 'NoticePublished':
      publishNotice(catalogue, { ...fact.data, recordedAt, eventId: event.id })
      break
    case 'PresentationPublished': {
      const { notice, version, presentation } = fact.data
      catalogue.notices
        .get(notice)
        ?.versions.find((known) => known.version === version)
        ?.presentations.push(presentation)
      break
    }
    case 'StatementPublished':
      catalogue.statements.push(fact.data)
      break
    case 'RegulatorProfileApplied':
      catalogue.profile = { ...fact.data.profile, sha256: fact.data.sha256, eventId: event.id }
      break
    case 'IntakeReported':
    case 'ScrubPerformed':
      break
  }
  return catalogue
}

/** One controller's catalogue as an aggregate. */
export const catalogueAggregate = (controllerId: string): Aggregate<Catalogue> => ({
  stream: controllerStream(controllerId),
  initial: () => initialCatalogue(controllerId),
  evolve: evolveCatalogue,
})

/** The catalogue as it was known at `knownAt` (epoch ms, inclusive): what was recorded later is not in it. */
export const catalogueKnownAt = (catalogue: Catalogue, knownAt: number): Catalogue => {
  if (knownAt >= catalogue.lastRecordedAt) return catalogue
  return catalogue.history
    .filter((event) => ms(event.metadata.recordedAt) <= knownAt)
    .reduce(evolveCatalogue, initialCatalogue(catalogue.controllerId))
}
