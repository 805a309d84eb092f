// The vault over its tables: every method of the port, for whatever adapter brings tables and a way to write.
import { LedgerError } from '@consent-ledger/domain'
import { actsBehind, answerAgain, earlierAct, keyMark, markOf, storeAct } from './acts.ts'
import type { Base } from './base.ts'
import { claimStep, needsOf, prepare, rehearsal, seek, type Sought } from './claim.ts'
import { openDirectoryKeys, type DirectoryKeys } from './directoryKeys.ts'
import { openDoor, type Door } from './door.ts'
import { nameOf, openKeyring, type Keyring } from './keyring.ts'
import { fingerprint, hmac } from './macs.ts'
import type { Claimed, Reached, Vault } from './port.ts'
import { newWrappedKey } from './wrapping.ts'
import type { Step, Tables } from './tables.ts'

/** The port over what an adapter brings. */
export const vaultOver = (base: Base): Vault => {
  const door = openDoor()
  const keyring = openKeyring(base.kek)
  const directory = openDirectoryKeys(base)
  // What is done in one step needs no more than to be let in; what takes two must not lose the second when the vault is closed between them.
  const guarded: Base = {
    ...base,
    write: (needs, step) => door.during(() => base.write(needs, step)),
    read: (needs, question) => door.during(() => base.read(needs, question)),
  }
  let closed: Promise<void> | undefined
  return {
    ...found(base, door, keyring, directory),
    ...people(guarded, keyring),
    ...keys(guarded, keyring),
    ...journals(guarded),
    ...identity(guarded),
    close: () => (closed ??= door.close().then(base.close)),
  }
}

/** What begins with fingerprints, and so with a controller's key. */
const found = (
  base: Base,
  door: Door,
  keyring: Keyring,
  directory: DirectoryKeys,
): Pick<Vault, 'claim' | 'rehearse' | 'find' | 'findEach'> => ({
  claim: (claim) =>
    door.during(async () => {
      const key = directory.known(claim.controller) ?? (await directory.keyOrNew(claim.controller))
      const prepared = prepare(base.macs, claim, key)
      return base.write(needsOf(prepared), (tables) => claimStep(tables, keyring, prepared, base.clock()))
    }),
  rehearse: (claim) =>
    door.during(async () => {
      // Where the controller has no key yet nobody is known, and any key finds nobody.
      const key = (await directory.key(claim.controller)) ?? newWrappedKey(base.kek, []).key
      const prepared = prepare(base.macs, claim, key)
      return base.read(needsOf(prepared), (tables) => rehearsal(tables, prepared))
    }),
  find: (controller, identifiers) =>
    door.during(async () => {
      const key = await directory.key(controller)
      if (key === null) return []
      const sought = seek(key, identifiers)
      return base.read({ fingerprints: sought.map(({ fingerprint }) => fingerprint) }, (tables) => reached(tables, sought))
    }),
  findEach: (controller, identifiers) =>
    door.during(async () => {
      const key = await directory.key(controller)
      if (key === null) return identifiers.map(() => [])
      const sought = identifiers.map((identifier) => ({ kind: identifier.kind, print: fingerprint(key, identifier) }))
      return base.read({ owned: sought.map(({ print }) => print) }, (tables) =>
        sought.map(({ kind, print }) => {
          const owner = tables.owner(print, kind)
          return owner === undefined ? [] : [owner]
        }),
      )
    }),
})

/** Subjects in the order of the identifiers that reach them first. */
const reached = (tables: Tables, sought: readonly Sought[]): Reached[] => {
  const found = new Map<string, Set<string>>()
  for (const { identifier, fingerprint } of sought) {
    const subjectId = tables.owner(fingerprint, identifier.kind)
    if (subjectId === undefined) continue
    found.set(subjectId, (found.get(subjectId) ?? new Set<string>()).add(identifier.scheme))
  }
  return [...found].map(([subjectId, schemes]) => ({ subjectId, schemes: [...schemes] }))
}

const people = (base: Base, keyring: Keyring): Pick<Vault, 'claimOn' | 'findAct' | 'controllerOf' | 'unlink' | 'actCount'> => ({
  claimOn: (subjectId, act) =>
    base.write({ subjects: [subjectId], acts: actsBehind(keyMark(base.macs, act)) }, (tables) =>
      claimOnStep(base, tables, keyring, subjectId, act),
    ),
  findAct: (actId) => base.read({ actIds: [actId] }, (tables) => tables.actBehind(actId) ?? null),
  controllerOf: (subjectId) => base.read({ subjects: [subjectId] }, (tables) => tables.controllerOf(subjectId) ?? null),
  unlink: (subjectId, linkId) =>
    base.write({ subjects: [subjectId] }, (tables) => {
      const fingerprint = tables.linkedFingerprint(subjectId, linkId)
      if (fingerprint === undefined) return { answer: false }
      return { answer: true, apply: () => tables.removeLink(subjectId, fingerprint) }
    }),
  actCount: () => base.read({}, (tables) => tables.lastAct()),
})

const claimOnStep = (
  { macs, clock }: Base,
  tables: Tables,
  keyring: Keyring,
  subjectId: string,
  act: Parameters<Vault['claimOn']>[1],
): Step<Claimed | null> => {
  const controller = tables.controllerOf(subjectId)
  if (controller === undefined) return { answer: null }
  const mark = markOf(macs, act, { controller, subjectId })
  const earlier = earlierAct(tables, mark)
  if (earlier !== null) return { answer: answerAgain(tables, keyring, earlier) }
  const target = { subjectId, fresh: false, named: [], links: [], keys: keyring.ofSubject(tables, subjectId) }
  return storeAct(tables, mark, { ...act, conflict: false, at: clock() }, [target], () => {})
}

const keys = ({ write, read, macs }: Base, keyring: Keyring): Pick<Vault, 'keyById' | 'registerKey' | 'mac'> => ({
  keyById: async (keyId) => {
    const name = nameOf(keyId)
    return name === null ? null : read({ keyOwners: [name.owner] }, (tables) => keyring.byId(tables, name))
  },
  registerKey: (owner, now) => write({ keyOwners: [owner] }, (tables) => keyring.register(tables, owner, now)),
  mac: async (use, text) => hmac(macs[use], text).toString('hex'),
})

const journals = ({ write, read }: Base): Pick<Vault, 'logAccess' | 'accesses' | 'forgetAccesses' | 'noteKeyUses' | 'keyUses'> => ({
  logAccess: (access) => write({}, (tables) => ({ answer: undefined, apply: () => tables.addAccess(access) })),
  accesses: (subjectId) => read({ accessesOf: [subjectId] }, (tables) => tables.accesses(subjectId)),
  forgetAccesses: (before) => write({}, (tables) => ({ answer: undefined, apply: () => tables.forgetAccesses(before) })),
  noteKeyUses: (uses) =>
    write({}, (tables) => ({
      answer: undefined,
      apply: () => {
        for (const [keyId, at] of uses) tables.noteKeyUse(keyId, at)
      },
    })),
  keyUses: () => read({ keyUses: true }, (tables) => new Map(tables.keyUses())),
})

const identity = ({ write, read }: Base): Pick<Vault, 'identity' | 'adopt'> => ({
  identity: () => read({}, (tables) => tables.meta('ledgerId') ?? null),
  adopt: (ledgerId) =>
    write({}, (tables) => {
      const there = tables.meta('ledgerId')
      if (there === ledgerId) return { answer: undefined }
      if (there !== undefined) throw new LedgerError('DATA_FOREIGN', `The vault belongs to ledger ${there}, not to ${ledgerId}`)
      return { answer: undefined, apply: () => tables.setMeta('ledgerId', ledgerId) }
    }),
})
