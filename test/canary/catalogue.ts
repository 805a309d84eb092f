// A controller that keeps all that evidence may be, asks for a confirmation, and knows an identifier of its own.

export const origin = 'https://serinus.example.org'
const purposes = ['letters', 'tracking', 'confirmed']

export const catalogue = {
  controller: {
    id: 'serinus',
    name: 'Serinus SAS',
    address: '1 rue du Test',
    contact: 'dpo@serinus.example.org',
    jurisdiction: 'FR',
    regulator: 'FR-CNIL',
    identifiers: [{ scheme: 'badge', kind: 'account' }],
  },
  sites: [{ id: 'serinus-fr', name: 'Serinus', origins: [origin], manageConsentLink: true, capture: { ip: 'full', userAgent: true } }],
  purposes: purposes.map((id) => ({
    id,
    version: 1,
    legalBasis: 'consent',
    marketing: true,
    channels: ['email'],
    dataKinds: ['contact'],
    recipients: [],
    retention: 'P3Y',
    ...(id === 'confirmed' ? { confirmation: 'double-opt-in' } : {}),
    text: { fr: { title: id, description: id } },
  })),
  notices: [
    {
      id: 'form',
      version: 1,
      change: 'new-processing',
      validFrom: '2026-01-01',
      purposes,
      withdrawal: { fr: 'Par lettre' },
      text: { fr: 'Oui ?' },
    },
  ],
}
