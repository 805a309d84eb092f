// The ledger's account on an EventStoreDB: made, put into its one group, given its password. Through the server's own user management.
import { ErrorType, convertToCommandError, type EventStoreDBClient } from '@eventstore/db-client'
import { UsersClient } from '@eventstore/db-client/generated/users_grpc_pb.js'
import messages from '@eventstore/db-client/generated/users_pb.js'
import { hasType, isDenied } from './refusals.ts'
import { ledgerAccount } from './rules.ts'

export type Credentials = { username: string; password: string }
export type Account = { groups: string[]; disabled: boolean }

const fullName = 'Consent Ledger'
type Arguments = ReturnType<EventStoreDBClient['callArguments']>
type Call<T> = (service: UsersClient, args: Arguments, answer: (error: Error | null, value?: T) => void) => void

/** Calls user management over the client's own channel: TLS, discovery and credentials are those of the connection string. */
const manage = <T>(client: EventStoreDBClient, call: Call<T>, credentials?: Credentials): Promise<T | undefined> =>
  client['execute'](UsersClient, 'users', (service) => {
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>()
    const args = client['callArguments']({ requiresLeader: true, ...(credentials === undefined ? {} : { credentials }) })
    call(service, args, (error, value) => (error ? reject(convertToCommandError(error)) : resolve(value)))
    return promise
  })

const find: Call<Account> = (service, args, answer) => {
  const options = new messages.DetailsReq.Options().setLoginName(ledgerAccount)
  let found: Account | undefined
  service
    .details(new messages.DetailsReq().setOptions(options), ...args)
    .on('data', (reply: ReturnType<typeof messages.DetailsResp.deserializeBinary>) => {
      const details = reply.getUserDetails()
      if (details) found = { groups: details.getGroupsList(), disabled: details.getDisabled() }
    })
    .on('error', (error: Error) => answer(error))
    .on('end', () => answer(null, found))
}

/** The account as it is; null if there is none. `as`: who asks, if not the administrator. */
export const readAccount = async (client: EventStoreDBClient, as?: Credentials): Promise<Account | null> => {
  try {
    return (await manage(client, find, as)) ?? null
  } catch (error) {
    if (hasType(error, ErrorType.USER_NOT_FOUND)) return null
    throw error
  }
}

/** Whether these are the account's right password: it may look at itself. */
export const isPassword = async (client: EventStoreDBClient, password: string): Promise<boolean> => {
  try {
    return (await readAccount(client, { username: ledgerAccount, password })) !== null
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}

/** Makes the account, in its group and in no other. Durable on return. */
export const makeAccount = async (client: EventStoreDBClient, password: string): Promise<void> => {
  const options = new messages.CreateReq.Options()
  options.setLoginName(ledgerAccount).setFullName(fullName).setGroupsList([ledgerAccount]).setPassword(password)
  await manage(client, (service, args, answer) => service.create(new messages.CreateReq().setOptions(options), ...args, answer))
}

/** Puts the account into its group and takes it out of all others. Durable on return. */
export const setGroup = async (client: EventStoreDBClient): Promise<void> => {
  const options = new messages.UpdateReq.Options().setLoginName(ledgerAccount).setFullName(fullName).setGroupsList([ledgerAccount])
  await manage(client, (service, args, answer) => service.update(new messages.UpdateReq().setOptions(options), ...args, answer))
}

/** Lets a disabled account in again. Durable on return. */
export const enable = async (client: EventStoreDBClient): Promise<void> => {
  const options = new messages.EnableReq.Options().setLoginName(ledgerAccount)
  await manage(client, (service, args, answer) => service.enable(new messages.EnableReq().setOptions(options), ...args, answer))
}

/** Replaces the password. Durable on return; connections made with the old one are refused from then on. */
export const setPassword = async (client: EventStoreDBClient, password: string): Promise<void> => {
  const options = new messages.ResetPasswordReq.Options().setLoginName(ledgerAccount).setNewPassword(password)
  await manage(client, (service, args, answer) =>
    service.resetPassword(new messages.ResetPasswordReq().setOptions(options), ...args, answer),
  )
}
