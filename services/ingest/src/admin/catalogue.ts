// Applying a catalogue: what differs becomes events of the controller's stream.
import {
  catalogueAggregate,
  catalogueWarnings,
  decideCatalogue,
  decideController,
  ledgerAggregate,
  refuse,
  shippedProfiles,
  type CatalogueFile,
  type ControllerFact,
} from '@consent-ledger/domain'
import { beginning, fold } from '@consent-ledger/eventstore'
import type { IngestDeps } from '../deps.ts'
import type { CatalogueApplied } from '../schemas/catalogue.ts'
import { actIdOf, administer, type Administration } from './administer.ts'

type Change = CatalogueApplied['events'][number]

const changeOf = (fact: ControllerFact): Pick<Change, 'id' | 'version' | 'language'> => {
  switch (fact.type) {
    case 'ControllerRegistered':
    case 'SiteRegistered':
      return { id: fact.data.id }
    case 'PurposePublished':
      return { id: fact.data.id, version: fact.data.version }
    case 'PurposeRetired':
      return { id: fact.data.purpose }
    case 'NoticePublished':
      return { id: fact.data.id, version: fact.data.version, language: fact.data.language }
    case 'PresentationPublished':
      return { id: fact.data.presentation.id, version: fact.data.version }
    case 'RegulatorProfileApplied':
      return { id: fact.data.profile.id, version: fact.data.profile.version }
    case 'StatementPublished':
      return { id: fact.data.notice }
    case 'SiteKeyIssued':
    case 'SiteKeyRevoked':
      return { id: fact.data.keyId }
    case 'IntakeReported':
      return { id: fact.data.hour }
    case 'ScrubPerformed':
      return { id: fact.data.scrubId }
  }
}

const applied = (deps: IngestDeps, file: CatalogueFile, dryRun: boolean, events: Change[], lastRevision: bigint): CatalogueApplied => ({
  controller: file.controller.id,
  dryRun,
  events,
  lastRevision: lastRevision === beginning ? null : lastRevision.toString(),
  warnings: catalogueWarnings(file, shippedProfiles, deps.clock()),
})

/** What applying `file` would record. Writes nothing. Errors: those of `decideCatalogue`. */
export const checkCatalogue = async (deps: IngestDeps, file: CatalogueFile): Promise<CatalogueApplied> => {
  const catalogue = await fold(deps.store, catalogueAggregate(file.controller.id))
  const facts = decideCatalogue(catalogue, file, shippedProfiles, deps.clock())
  return applied(deps, file, true, facts.map((fact) => ({ type: fact.type, ...changeOf(fact) })), catalogue.lastRevision) // prettier-ignore
}

const nameController = (deps: IngestDeps, by: Administration, controller: string, actId: string) =>
  administer(deps, by, actId, {
    aggregate: ledgerAggregate,
    decide: (ledger) => decideController(ledger, controller),
    conclude: () => undefined,
  })

/**
 * Records what differs from `file`, all or nothing; nothing if nothing does. Durable on return, and in force here. With a repeated Idempotency-Key and the
 * same file the first answer again (`replayed`). Errors: those of `decideCatalogue`, IDEMPOTENCY_CONFLICT if the file then was another, STORE_UNAVAILABLE.
 */
export const applyCatalogue = async (
  deps: IngestDeps,
  file: CatalogueFile,
  by: Administration,
): Promise<{ answer: CatalogueApplied; replayed: boolean }> => {
  const controller = file.controller.id
  if (!deps.live.ledger().controllers.includes(controller)) {
    // Checked before the controller is named. A crash after the name leaves a controller without a catalogue: applying again goes on.
    await checkCatalogue(deps, file)
    await nameController(deps, by, controller, await actIdOf(deps, { writer: by.writer }, 'controller'))
  }
  const { lastRevision, events, replayed, differs } = await administer(deps, by, await actIdOf(deps, by, `catalogue ${controller}`), {
    aggregate: catalogueAggregate(controller),
    decide: (catalogue, recordedAt) => decideCatalogue(catalogue, file, shippedProfiles, recordedAt),
    conclude: ({ state, ...done }) => ({
      ...done,
      lastRevision: state.lastRevision,
      // The catalogue as that act left it must be what this file says, or it was another file.
      differs: done.replayed && decideCatalogue(state, file, shippedProfiles, deps.clock()).length > 0,
    }),
  })
  if (differs) {
    throw refuse(
      'IDEMPOTENCY_CONFLICT',
      '',
      'same-content',
      'This Idempotency-Key came with another catalogue before: nothing of this one was applied',
    )
  }
  const changes = events.map((event) => ({ type: event.type, ...changeOf(event as unknown as ControllerFact), eventId: event.id }))
  return { answer: applied(deps, file, false, changes, lastRevision), replayed }
}
