// The title and description of a purpose in the language asked for.
import type { PurposeVersion } from '@consent-ledger/domain'

/** In that language, else in its main language (`fr` for `fr-CA`), else in the first that was published. */
export const textIn = (version: PurposeVersion, language: string): { title: string; description: string } =>
  version.text[language] ??
  version.text[language.split('-')[0] ?? language] ??
  Object.values(version.text)[0] ?? { title: version.id, description: '' }
