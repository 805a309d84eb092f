// POST /v1/preferences/lookup: what a site may show a person about their own choices.
import { z } from 'zod'
import { Instant, ObjectionRow, StateRow, SubjectId } from '@consent-ledger/domain'
import { Subject } from './subject.ts'

export const PreferencesLookup = z
  .strictObject({ subject: Subject })
  .meta({ examples: [{ subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] } }] })

/** Each purpose × channel of the catalogue, also those nobody asked about. `askAgainFrom`: the choice is remembered till then. */
export const Preferences = z
  .strictObject({ subjectId: SubjectId.nullable(), states: z.array(StateRow), objections: z.array(ObjectionRow), asOf: Instant })
  .meta({
    examples: [
      {
        subjectId: '5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
        states: [
          {
            purpose: 'commercial-mail',
            channel: 'email',
            state: 'given',
            since: '2026-11-22T10:42:05.201Z',
            until: '2027-12-22T10:42:05.201Z',
            askAgainFrom: '2027-12-22T10:42:05.201Z',
            eventId: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
            notice: { id: 'newsletter-form', version: 1, language: 'fr' },
            objected: false,
          },
        ],
        objections: [],
        asOf: '2026-11-23T08:00:00.000Z',
      },
    ],
  })
