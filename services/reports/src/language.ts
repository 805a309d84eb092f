// In which language the ledger itself speaks to staff of a controller.
import type { Catalogue } from '@consent-ledger/domain'
import type { ReportLanguage } from '@consent-ledger/proof'

/** The first of the controller's languages that the ledger speaks, else English. */
export const reportLanguage = (catalogue: Catalogue): ReportLanguage => {
  const spoken = catalogue.controller?.languages.find((language) => language === 'fr' || language === 'en')
  return spoken === 'fr' ? 'fr' : 'en'
}
