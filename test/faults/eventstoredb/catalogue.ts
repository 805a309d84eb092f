// A small catalogue of an invented controller, for the ledgers that meet faults here.
import { CatalogueFile } from '@consent-ledger/domain'

const purpose = (id: string, title: string, channels: ('email' | 'sms' | 'web')[]) => ({
  id,
  version: 1,
  legalBasis: 'consent' as const,
  marketing: true,
  channels,
  dataKinds: ['contact'],
  recipients: [],
  retention: 'P3Y',
  validity: 'P13M',
  text: { fr: { title, description: `${title} de Campo` }, en: { title, description: `${title} by Campo` } },
})

export const site = 'campo-fr'

export const campo = CatalogueFile.parse({
  controller: {
    id: 'campo',
    name: 'Campo SAS',
    address: '1 rue du Test, 69000 Lyon',
    contact: 'dpo@campo.example.org',
    jurisdiction: 'FR',
    regulator: 'FR-CNIL',
  },
  sites: [{ id: site, name: 'Campo FR', origins: ['https://campo.example.org'], manageConsentLink: true }],
  purposes: [purpose('news', 'Offres', ['email', 'sms']), purpose('ads', 'Publicité', ['web'])],
  notices: [
    {
      id: 'news-form',
      version: 1,
      change: 'new-processing',
      validFrom: '2020-01-01',
      purposes: ['news', 'ads'],
      withdrawal: { fr: 'Cliquez sur gérer', en: 'Click manage' },
      text: { fr: 'Je souhaite recevoir les offres de Campo.', en: 'I wish to receive the offers of Campo.' },
    },
  ],
})
