// The controller of the decision table: one purpose on each basis, under the French profile as it is shipped.
import { CatalogueFile, type PurposeEntry } from '../../src/index.ts'
import type { NoticeId } from './given.ts'

const text = (title: string) => ({ en: { title, description: title } })
const purpose = (id: string, over: object) => ({
  id,
  version: 1,
  legalBasis: 'consent',
  marketing: true,
  channels: ['email'],
  dataKinds: ['contact'],
  recipients: [],
  retention: 'P3Y',
  text: text(id),
  ...over,
})

export const purposes: PurposeEntry[] = CatalogueFile.shape.purposes.parse([
  purpose('news', { channels: ['email', 'sms'], validity: 'P13M' }),
  purpose('opens', { text: text('measuring who opens the mails of news') }),
  purpose('club', { confirmation: 'double-opt-in' }),
  purpose('calls', { channels: ['phone'] }),
  purpose('circle', { lapse: 'P3Y' }),
  purpose('letters', { legalBasis: 'legitimate-interest', channels: ['post'], lapse: 'P3Y' }),
  purpose('flyers', { legalBasis: 'legitimate-interest', channels: ['post'] }),
  purpose('phoning', { legalBasis: 'legitimate-interest', channels: ['phone'] }),
  purpose('trade', { legalBasis: 'legitimate-interest', audience: 'professional' }),
  purpose('similar', { legalBasis: 'soft-opt-in', softOptIn: { seller: 'campo-stays', categories: ['stay'] }, lapse: 'P3Y' }),
  purpose('letters-asked', { channels: ['post'], replaces: 'letters' }),
  purpose('booking', { legalBasis: 'contract', marketing: false }),
])

/** Published only where a row says so. */
export const later: PurposeEntry[] = CatalogueFile.shape.purposes.parse([
  purpose('parcels', { legalBasis: 'legitimate-interest', channels: ['post'] }),
  purpose('bulletin', {}),
  purpose('cards-asked', { channels: ['post'], replaces: 'letters' }),
  purpose('circle-asked', { replaces: 'circle' }),
])

/** No catalogue can have it published: a profile lists no contract. It is recorded all the same, so that the rule stands by itself. */
export const bonus: PurposeEntry = CatalogueFile.shape.purposes.unwrap().element.parse(purpose('bonus', { legalBasis: 'contract' }))

const shownBy: Record<NoticeId, string[]> = {
  form: ['news', 'opens', 'club', 'calls', 'circle', 'letters-asked'],
  'booking-form': ['booking'],
}
export const notice = (version: number, change: string, validFrom: string, id: NoticeId = 'form', shows: string[] = shownBy[id]) => ({
  id,
  version,
  change,
  validFrom,
  purposes: shows,
  withdrawal: { en: 'The link in each mail' },
  text: { en: `Words of version ${version}` },
})

/** The catalogue as it was first published, on 2 January 2025. */
export const published: CatalogueFile = CatalogueFile.parse({
  controller: {
    id: 'campo',
    name: 'Campo SAS',
    address: '1 rue du Test, Lyon',
    contact: 'dpo@campo.example.org',
    jurisdiction: 'FR',
    regulator: 'FR-CNIL',
    entities: [{ id: 'campo-stays', name: 'Campo Stays SARL', address: '1 rue du Test, Lyon' }],
  },
  sites: [{ id: 'campo-fr', name: 'Campo', origins: ['https://campo.example.org'], manageConsentLink: true }],
  purposes,
  notices: [notice(1, 'new-processing', '2025-01-01'), notice(1, 'new-processing', '2025-01-01', 'booking-form')],
})
