// POST /v1/preferences/lookup: a person's own choices, for the site's preference centre. Writes nothing.
import { iso, LedgerError, subjectView } from '@consent-ledger/domain'
import { siteOf, type EdgeApp, type SiteCaller } from '@consent-ledger/edge'
import type { z } from 'zod'
import { readSubject } from '../readSubject.ts'
import { identify, vaultWriterOf } from '../act/siteAct.ts'
import type { IngestDeps } from '../deps.ts'
import { Preferences, PreferencesLookup } from '../schemas/preferences.ts'
import type { SubjectPost } from '../schemas/subject.ts'

/** The subject that an act with these identifiers would be about. Errors: IDENTIFIER_INVALID, IDENTITY_CONFLICT. */
const subjectOf = async (deps: IngestDeps, caller: SiteCaller, subject: SubjectPost): Promise<string | null> => {
  const { identifiers, refused } = identify(caller.catalogue, subject)
  if (refused) throw refused
  const found = await deps.vault.rehearse({
    controller: caller.controller,
    writer: vaultWriterOf(caller),
    body: '',
    identifiers,
    reach: 'one',
    link: false,
    onConflict: subject.onConflict ?? 'refuse',
  })
  if (found.outcome === 'conflict')
    throw new LedgerError('IDENTITY_CONFLICT', `These identifiers belong to different people: ${found.schemes.join(', ')}`)
  return found.targets[0]?.subjectId ?? null
}

export const preferencesRoute = (app: EdgeApp, deps: IngestDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/preferences/lookup',
    config: { access: { site: ['secret'] } },
    schema: {
      operationId: 'lookUpPreferences',
      summary: "A person's own choices",
      tags: ['Sites'],
      body: PreferencesLookup,
      response: { 200: Preferences },
    },
    handler: async (request): Promise<z.input<typeof Preferences>> => {
      const caller = siteOf(request)
      const now = deps.clock()
      const subjectId = await subjectOf(deps, caller, request.body.subject)
      const subject = await readSubject(deps.store, subjectId)
      const at = Math.max(now, subject.lastRecordedAt)
      return { subjectId, ...subjectView(subject, caller.catalogue, { at, knownAt: at }), asOf: iso(now) }
    },
  })
}
