// The vault over its tables: every method of the port, for whatever adapter brings tables and a way to write.
import type { KeyObject } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import { answerAgain, earlierAct, markOf, storeAct } from './acts.ts'
import { claimStep, rehearsal, seek } from './claim.ts'
import { openKeyring, type Keyring } from './keyring.ts'
import { openDirectoryKeys, type DirectoryKeys } from './directoryKeys.ts'
import { hmac, type VaultMacs } from './macs.ts'
import type { Claimed, Reached, Vault } from './port.ts'
import { newWrappedKey } from './wrapping.ts'
import type { Step, Tables } from './tables.ts'

/**
 * What an adapter brings. `write`: runs a step and its writes in a transaction, alone, and resolves when they are durable. `read`: asks the tables
 * between transactions. Both fail with LedgerError only: VAULT_UNAVAILABLE, or what the step itself refused.
 */
export type Base = {
  tables: Tables
  write: <T>(step: () => Step<T>) => Promise<T>
  read: <T>(question: () => T) => Promise<T>
  kek: KeyObject
  macs: VaultMacs
  /** Epoch ms. */
  clock: () => number
}

/** All of the port but closing. */
export const vaultOver = (base: Base): Omit<Vault, 'close'> => {
  const keyring = openKeyring(base.tables, base.kek)
  const directory = openDirectoryKeys(base.tables, base.kek)
  return { ...claims(base, keyring, directory), ...people(base, directory), ...keys(base, keyring), ...journals(base), ...identity(base) }
}

const claims = (base: Base, keyring: Keyring, directory: DirectoryKeys): Pick<Vault, 'claim' | 'claimOn' | 'rehearse'> => {
  const { tables, write, read, macs, clock } = base
  return {
    claim: async (claim) => {
      const mark = markOf(macs, claim, claim)
      const { key, claimed } = await write(() => {
        const made = directory.keyOrNew(claim.controller)
        const step = claimStep(tables, keyring, claim, mark, made.answer, clock())
        const apply = (): void => {
          made.apply?.()
          step.apply?.()
        }
        return { answer: { key: made.answer, claimed: step.answer }, apply }
      })
      directory.remember(claim.controller, key)
      return claimed
    },
    claimOn: (subjectId, act) => write(() => claimOnStep(base, keyring, subjectId, act)),
    rehearse: (claim) =>
      read(() => {
        // Where the controller has no key yet nobody is known, and any key finds nobody.
        const key = directory.key(claim.controller) ?? newWrappedKey(base.kek, []).key
        return rehearsal(tables, claim, markOf(macs, claim, claim), key)
      }),
  }
}

const claimOnStep = (base: Base, keyring: Keyring, subjectId: string, act: Parameters<Vault['claimOn']>[1]): Step<Claimed | null> => {
  const { tables, macs, clock } = base
  const controller = tables.controllerOf(subjectId)
  if (controller === undefined) return { answer: null }
  const mark = markOf(macs, act, { controller, subjectId })
  const earlier = earlierAct(tables, mark)
  if (earlier !== null) return { answer: answerAgain(keyring, earlier) }
  const target = { subjectId, fresh: false, named: [], links: [], keys: keyring.ofSubject(subjectId) }
  return storeAct(tables, mark, { ...act, conflict: false, at: clock() }, [target], () => {})
}

const people = (
  { tables, write, read }: Base,
  directory: DirectoryKeys,
): Pick<Vault, 'find' | 'findAct' | 'controllerOf' | 'unlink' | 'actCount'> => ({
  find: (controller, identifiers) =>
    read(() => {
      const key = directory.key(controller)
      return key === null ? [] : reached(tables, seek(key, identifiers))
    }),
  findAct: (actId) => read(() => tables.actBehind(actId) ?? null),
  controllerOf: (subjectId) => read(() => tables.controllerOf(subjectId) ?? null),
  unlink: (subjectId, linkId) =>
    write(() => {
      const fingerprint = tables.linkedFingerprint(subjectId, linkId)
      if (fingerprint === undefined) return { answer: false }
      return { answer: true, apply: () => tables.removeLink(subjectId, fingerprint) }
    }),
  actCount: () => read(() => tables.lastAct()),
})

/** Subjects in the order of the identifiers that reach them first. */
const reached = (tables: Tables, sought: ReturnType<typeof seek>): Reached[] => {
  const found = new Map<string, Set<string>>()
  for (const { identifier, fingerprint } of sought) {
    const subjectId = tables.owner(fingerprint, identifier.kind)
    if (subjectId === undefined) continue
    found.set(subjectId, (found.get(subjectId) ?? new Set<string>()).add(identifier.scheme))
  }
  return [...found].map(([subjectId, schemes]) => ({ subjectId, schemes: [...schemes] }))
}

const keys = ({ write, read, macs }: Base, keyring: Keyring): Pick<Vault, 'keyById' | 'registerKey' | 'mac'> => ({
  keyById: (keyId) => read(() => keyring.byId(keyId)),
  registerKey: (owner, now) => write(() => keyring.register(owner, now)),
  mac: async (use, text) => hmac(macs[use], text).toString('hex'),
})

const journals = ({ tables, write, read }: Base): Pick<Vault, 'logAccess' | 'accesses' | 'forgetAccesses' | 'noteKeyUses' | 'keyUses'> => ({
  logAccess: (access) => write(() => ({ answer: undefined, apply: () => tables.addAccess(access) })),
  accesses: (subjectId) => read(() => tables.accesses(subjectId)),
  forgetAccesses: (before) => write(() => ({ answer: undefined, apply: () => tables.forgetAccesses(before) })),
  noteKeyUses: (uses) =>
    write(() => ({
      answer: undefined,
      apply: () => {
        for (const [keyId, at] of uses) tables.noteKeyUse(keyId, at)
      },
    })),
  keyUses: () => read(() => new Map(tables.keyUses())),
})

const identity = ({ tables, write, read }: Base): Pick<Vault, 'identity' | 'adopt'> => ({
  identity: () => read(() => tables.meta('ledgerId') ?? null),
  adopt: (ledgerId) =>
    write(() => {
      const there = tables.meta('ledgerId')
      if (there === ledgerId) return { answer: undefined }
      if (there !== undefined) throw new LedgerError('DATA_FOREIGN', `The vault belongs to ledger ${there}, not to ${ledgerId}`)
      return { answer: undefined, apply: () => tables.setMeta('ledgerId', ledgerId) }
    }),
})
