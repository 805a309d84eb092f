// Makes an EventStoreDB a place where the ledger can add and read, and not delete: account and access rules, made or checked, then tried out.
import { setTimeout as pause } from 'node:timers/promises'
import type { EventStoreDBClient } from '@eventstore/db-client'
import { connect, leave } from '../connection.ts'
import { meaningOf } from '../errors.ts'
import { patiently } from '../patience.ts'
import { type Account, enable, isPassword, makeAccount, readAccount, setGroup, setPassword } from './account.ts'
import { establish } from './documents.ts'
import { findFaults } from './proof.ts'
import { inOurWords, refuse } from './refusals.ts'
import { type Difference, ledgerAccount, rules } from './rules.ts'

export type Preparing = {
  /** Connection string with an administrator's credentials. */
  url: string
  /** The password that the ledger's account is to have. Absent: the account must be there, and keeps its own. */
  password?: string
  /** Write the access rules on a server without security too, where they mean nothing until it has security. */
  insecure?: boolean
  /** How long a server that does not answer yet is waited for, ms; 30,000 by default. */
  patience?: number
}

/** One thing that was made or checked. `says`: a sentence for a person, without any secret. */
export type Step = { what: 'account' | 'rules' | 'proof'; changed: boolean; says: string }

const noSecurity =
  'Access rules mean nothing on a server without TLS and accounts (--insecure): everybody may delete everything there. Run it with certificates, or say --insecure to write the rules all the same.'
const noAccounts = 'This server has no accounts of its own: another authentication is set up there. Make the account and the rules by hand.'
const noPassword = 'The account `ledger` needs a password: name one in EVENTSTORE_LEDGER_PASSWORD or --password-file.'
const betweenTries = 500
const defaultPatience = 30_000

/** Whether a connection string turns TLS off. Such a client sends no credentials, whatever the string holds. */
const isWithoutTls = (url: string): boolean => /[?&]tls=false(?:&|$)/i.test(url.trim())

/** The account, once the server answers: `patience` ms at most. */
const reach = (client: EventStoreDBClient, patience: number): Promise<Account | null> => {
  const look = async (): Promise<Account | null> => {
    try {
      return await readAccount(client)
    } catch (error) {
      const meaning = meaningOf(error)
      if (meaning === 'misunderstood') throw refuse(noAccounts)
      throw meaning === 'denied' ? inOurWords(error) : error
    }
  }
  return patiently(look, patience, new AbortController().signal)
}

const sentenceOf = ({ rule, found, wanted }: Difference): string => `${rule} ${found === null ? 'unset' : found} → ${wanted}`

const settleRules = async (client: EventStoreDBClient): Promise<Step[]> => {
  const steps: Step[] = []
  for (const document of rules) {
    const differences = await establish(client, document)
    const says = differences.length === 0 ? document.name : `${document.name}: ${differences.map(sentenceOf).join(', ')}`
    steps.push({ what: 'rules', changed: differences.length > 0, says })
  }
  return steps
}

const account = (changed: boolean, says: string): Step => ({ what: 'account', changed, says: `account \`${ledgerAccount}\`${says}` })
const onlyIn = ' is in the group `ledger` and in no other'

/** The server keeps passwords in memory: for a moment after a change it refuses the new one. Waits that out; the attempts that follow say it if it lasts. */
const untilItCounts = async (client: EventStoreDBClient, password: string, patience: number): Promise<void> => {
  const until = Date.now() + patience
  while (!(await isPassword(client, password)) && Date.now() < until) await pause(betweenTries)
}

const settlePassword = async (client: EventStoreDBClient, { password, patience = defaultPatience }: Preparing): Promise<Step[]> => {
  if (password === undefined) return []
  if (await isPassword(client, password)) return [account(false, ' has the password given')]
  await setPassword(client, password)
  await untilItCounts(client, password, patience)
  return [account(true, ' got the password given; the old one is refused from now on')]
}

const settleAccount = async (client: EventStoreDBClient, found: Account | null, preparing: Preparing): Promise<Step[]> => {
  if (found === null) {
    if (preparing.password === undefined) throw refuse(noPassword)
    await makeAccount(client, preparing.password)
    return [account(true, ': made, with the password given, in the group `ledger`')]
  }
  const steps: Step[] = []
  const grouped = found.groups.join() === ledgerAccount
  if (!grouped) await setGroup(client)
  steps.push(
    grouped
      ? account(false, onlyIn)
      : account(true, `${onlyIn}; it was in ${found.groups.length === 0 ? 'none' : found.groups.join(', ')}`),
  )
  if (found.disabled) {
    await enable(client)
    steps.push(account(true, ' is enabled again'))
  }
  return [...steps, ...(await settlePassword(client, preparing))]
}

const prove = async (client: EventStoreDBClient, password: string | undefined): Promise<Step[]> => {
  if (password === undefined) return []
  const faults = await findFaults(client, { username: ledgerAccount, password })
  if (faults.length > 0)
    throw refuse(
      `The rules stand, and still the account \`${ledgerAccount}\` ${faults.join(', ')}. Is something else deciding who may do what on this server?`,
    )
  return [
    {
      what: 'proof',
      changed: false,
      says: 'with the ledger’s own credentials: adding and reading work; deleting, truncating, scavenging and changing rules are refused',
    },
  ]
}

const onClient = async (client: EventStoreDBClient, preparing: Preparing): Promise<Step[]> => {
  if (isWithoutTls(preparing.url)) return settleRules(client)
  const found = await reach(client, preparing.patience ?? defaultPatience)
  const steps = [...(await settleAccount(client, found, preparing)), ...(await settleRules(client))]
  return [...steps, ...(await prove(client, preparing.password))]
}

/**
 * Makes or checks the ledger's account, the default access to streams and the access to `$all`, then tries with the ledger's own credentials what they
 * allow. Can be repeated: what is already so is not written again, and a run that was cut is finished by the next. Durable on return.
 * Errors: SETTING_INVALID (no administrator, no security, no password where one is needed, or the server allows what it must refuse), STORE_UNAVAILABLE.
 */
export const prepareEventStore = async (preparing: Preparing): Promise<Step[]> => {
  if (isWithoutTls(preparing.url) && preparing.insecure !== true) throw refuse(noSecurity)
  const { client } = connect(preparing.url)
  try {
    return await onClient(client, preparing)
  } catch (error) {
    throw inOurWords(error)
  } finally {
    await leave(preparing.url)
  }
}
