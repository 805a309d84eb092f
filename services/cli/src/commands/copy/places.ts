// Where a copy comes from and goes to, as the command is told: by its flags, or by variables where a flag would show a password.
import { LedgerError } from '@consent-ledger/domain'

export type Place = { kind: 'sqlite'; directory: string } | { kind: 'esdb'; url: string }

type Env = Record<string, string | undefined>

const invalid = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

/** What stands behind `scheme:`; a variable, if nothing does. Errors: SETTING_INVALID names flag and variable, never what they hold. */
const urlOf = (flag: string, text: string, form: RegExp, variable: string, env: Env): string => {
  const bare = /^[a-z]+:$/.test(text)
  const url = bare ? env[variable] : text
  if (url === undefined || url === '') throw invalid(`${flag} says only what kind it is: then ${variable} must be set.`)
  if (!form.test(url)) throw invalid(`${bare ? variable : flag} is not a connection string of that kind.`)
  return url
}

/** Reads `sqlite:DIRECTORY`, `esdb://…` or `esdb:` (then EVENTSTORE_URL). Errors: SETTING_INVALID. */
export const placeOf = (flag: string, text: string, env: Env): Place => {
  if (/^esdb(?:\+discover)?:/.test(text))
    return { kind: 'esdb', url: urlOf(flag, text, /^esdb(?:\+discover)?:\/\/./, 'EVENTSTORE_URL', env) }
  const directory = /^sqlite:(.+)$/.exec(text)?.[1]
  if (directory === undefined) throw invalid(`${flag} is none of sqlite:DIRECTORY, esdb://… and esdb:.`)
  return { kind: 'sqlite', directory }
}

/** Reads `postgres://…` or `postgres:` (then DATABASE_URL). Errors: SETTING_INVALID. */
export const databaseOf = (text: string, env: Env): string => {
  if (!/^postgres(?:ql)?:/.test(text)) throw invalid('--vault is neither postgres://… nor postgres:.')
  return urlOf('--vault', text, /^postgres(?:ql)?:\/\/./, 'DATABASE_URL', env)
}

/** What a person is shown: never a connection string. */
export const nameOf = (place: Place): string => (place.kind === 'sqlite' ? `sqlite:${place.directory}` : 'EventStoreDB')

/** Whether a flag holds a password, which whoever sees the list of processes sees too. */
export const showsPassword = (text: string): boolean => /^[a-z+]+:\/\/[^/?]*:[^/?]*@/.test(text)
