// Where a copy comes from and goes to, as the command is told: by its flags, or by variables where a flag would show a password.
import { LedgerError } from '@consent-ledger/domain'
import { databaseUrl, eventStoreUrl } from '@consent-ledger/edge'

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

/** Reads `sqlite:DIRECTORY`, and `esdb://…` or `esdb:` (then EVENTSTORE_URL). Errors: SETTING_INVALID, for any other way too. */
export const wayOf = (from: string, to: string, env: Env): { directory: string; url: string } => {
  const directory = /^sqlite:(.+)$/.exec(from)?.[1]
  if (directory === undefined || !/^esdb(?:\+discover)?:/.test(to))
    throw invalid('A ledger moves one way only, from its files to EventStoreDB: --from sqlite:DIRECTORY --to esdb://… (or esdb:).')
  return { directory, url: urlOf('--to', to, eventStoreUrl, 'EVENTSTORE_URL', env) }
}

/** Reads `postgres://…` or `postgres:` (then DATABASE_URL). Errors: SETTING_INVALID. */
export const databaseOf = (text: string, env: Env): string => {
  if (!/^postgres(?:ql)?:/.test(text)) throw invalid('--vault is neither postgres://… nor postgres:.')
  return urlOf('--vault', text, databaseUrl, 'DATABASE_URL', env)
}

/** Whether a flag holds a password, which whoever sees the list of processes sees too. */
export const showsPassword = (text: string): boolean => /^[a-z+]+:\/\/(?:[^/?]*:[^/?]*@|.*[?&]password=)/i.test(text)
