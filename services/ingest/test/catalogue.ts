// A small catalogue of an invented controller, for the tests of this service.
import { CatalogueFile } from '@consent-ledger/domain'
import type { z } from 'zod'

export const newsText = 'Je souhaite recevoir les offres de Campo. Je peux retirer mon accord à tout moment.'
export const origin = 'https://campo.example.org'

const base = { version: 1, dataKinds: ['contact'], recipients: [], retention: 'P3Y' }
const text = (title: string) => ({
  fr: { title, description: `${title} de Campo` },
  en: { title: `${title} (en)`, description: `${title} by Campo` },
})

export const campo = (over: Partial<z.input<typeof CatalogueFile>> = {}): CatalogueFile =>
  CatalogueFile.parse({
    controller: {
      id: 'campo',
      name: 'Campo SAS',
      address: '1 rue du Test, 69000 Lyon',
      contact: 'dpo@campo.example.org',
      jurisdiction: 'FR',
      regulator: 'FR-CNIL',
      identifiers: [{ scheme: 'loyalty-card', kind: 'account' }],
    },
    sites: [
      { id: 'campo-fr', name: 'Campo FR', origins: [origin], manageConsentLink: true },
      { id: 'campo-seen', name: 'Campo, seen', origins: [origin], manageConsentLink: true, capture: { ip: 'truncated', userAgent: true } },
    ],
    purposes: [
      { ...base, id: 'news', legalBasis: 'consent', marketing: true, channels: ['email', 'sms'], validity: 'P13M', text: text('Offres') },
      { ...base, id: 'ads', legalBasis: 'consent', marketing: true, channels: ['web'], validity: 'P6M', text: text('Publicité') },
      {
        ...base,
        id: 'club',
        legalBasis: 'consent',
        marketing: true,
        channels: ['email'],
        confirmation: 'double-opt-in',
        text: text('Club'),
      },
      { ...base, id: 'old', legalBasis: 'consent', marketing: true, channels: ['email'], retired: '2026-01-01', text: text('Ancien') },
      { ...base, id: 'orders', legalBasis: 'contract', marketing: false, channels: ['email'], text: text('Commandes') },
      { ...base, id: 'prospects', legalBasis: 'legitimate-interest', marketing: true, channels: ['post'], text: text('Prospection') },
    ],
    notices: [
      {
        id: 'news-form',
        version: 1,
        change: 'new-processing',
        validFrom: '2020-01-01',
        purposes: ['news', 'ads', 'club', 'old'],
        withdrawal: { fr: 'Cliquez sur gérer', en: 'Click manage' },
        text: { fr: newsText, en: 'I wish to receive offers. I may withdraw at any time.' },
      },
    ],
    ...over,
  })
