// The few rows that one group of steps works on, in memory: asked as the whole vault would be, refusing what was not brought, noting what is written.
import { LedgerError } from '@consent-ledger/domain'
import type { Tables } from '../tables.ts'
import { openJournal, type Journal } from './journal.ts'
import type { AllNeeds, Loaded } from './load.ts'

export type WorkingSet = { tables: Tables; statements: Journal['statements'] }

/** Over what was loaded for `needs`. The tables fail with INTERNAL where something is asked for that was neither named nor written here. */
export const workingSet = (needs: AllNeeds, loaded: Loaded): WorkingSet => {
  const covered = coverOf(needs, loaded)
  const journal = openJournal()
  return { tables: { ...asked(loaded, covered), ...written(loaded, covered, journal) }, statements: journal.statements }
}

type Cover = Record<
  'acts' | 'fingerprints' | 'owned' | 'found' | 'whole' | 'keyOwners' | 'macOwners' | 'actIds' | 'accessesOf',
  Set<string>
> & {
  keyUses: boolean
}

const hex = (bytes: Buffer): string => bytes.toString('hex')

/** Of whom and what everything is here. `found`: people with their data keys and their links to the named fingerprints; `whole`: with all their links. */
const coverOf = (needs: AllNeeds, { people }: Loaded): Cover => ({
  acts: new Set(needs.acts.map(hex)),
  fingerprints: new Set(needs.fingerprints.map(hex)),
  owned: new Set(needs.owned.map(hex)),
  found: new Set(people),
  whole: new Set(needs.subjects),
  keyOwners: new Set([...people, ...needs.keyOwners]),
  macOwners: new Set(needs.macOwners),
  actIds: new Set(needs.actIds),
  accessesOf: new Set(needs.accessesOf),
  keyUses: needs.keyUses,
})

const demand = (named: boolean, what: string): void => {
  if (!named) throw new LedgerError('INTERNAL', `A step of the vault asked for ${what} that it did not name`)
}

type Asked = Omit<Tables, keyof Journal['written'] | 'addAct'>
const asked = ({ rows, behind }: Loaded, covered: Cover): Asked => ({
  actByKey: (keyHmac) => {
    demand(covered.acts.has(hex(keyHmac)), 'an act')
    return rows.actByKey(keyHmac)
  },
  // Numbers of acts are known from acts that were found.
  targets: (seq) => rows.targets(seq),
  actBehind: (actId) => {
    demand(covered.actIds.has(actId), 'an act id')
    return behind.get(actId)
  },
  lastAct: () => rows.lastAct(),
  owner: (fingerprint, kind) => {
    const print = hex(fingerprint)
    demand(covered.fingerprints.has(print) || covered.owned.has(print), 'a fingerprint')
    return rows.owner(fingerprint, kind)
  },
  linkId: (subjectId, fingerprint) => {
    const ofNamed = covered.found.has(subjectId) && covered.fingerprints.has(hex(fingerprint))
    demand(ofNamed || covered.whole.has(subjectId), 'a link')
    return rows.linkId(subjectId, fingerprint)
  },
  linkedFingerprint: (subjectId, linkId) => {
    demand(covered.whole.has(subjectId), 'a link')
    return rows.linkedFingerprint(subjectId, linkId)
  },
  controllerOf: (subjectId) => {
    demand(covered.whole.has(subjectId), 'a subject')
    return rows.controllerOf(subjectId)
  },
  keysOf: (owner) => {
    demand(covered.keyOwners.has(owner), 'an owner of keys')
    return rows.keysOf(owner)
  },
  key: (name) => {
    demand(covered.keyOwners.has(name.owner), 'an owner of keys')
    return rows.key(name)
  },
  macKey: (owner, use) => {
    demand(covered.macOwners.has(owner), 'a MAC key')
    return rows.macKey(owner, use)
  },
  accesses: (subjectId) => {
    demand(covered.accessesOf.has(subjectId), 'accesses')
    return rows.accesses(subjectId)
  },
  keyUses: () => {
    demand(covered.keyUses, 'uses of API keys')
    return rows.keyUses()
  },
  meta: (name) => rows.meta(name),
})

/** In memory for the steps behind this one, and in the journal for the database. */
const both =
  <Args extends unknown[]>(inMemory: (...args: Args) => void, inJournal: (...args: Args) => void) =>
  (...args: Args): void => {
    inMemory(...args)
    inJournal(...args)
  }

const written = ({ rows }: Loaded, covered: Cover, { written: noted }: Journal): Omit<Tables, keyof Asked> => ({
  addAct: (act) => {
    rows.addAct(act)
    noted.addAct(act, Number(rows.lastAct()))
  },
  addSubject: (subject) => {
    rows.addSubject(subject)
    noted.addSubject(subject)
    // Made here, so nothing of it can stand elsewhere.
    for (const names of [covered.found, covered.whole, covered.keyOwners]) names.add(subject.subjectId)
  },
  bind: both(rows.bind, noted.bind),
  addLink: both(rows.addLink, noted.addLink),
  removeLink: both(rows.removeLink, noted.removeLink),
  addKey: both(rows.addKey, noted.addKey),
  addMacKey: both(rows.addMacKey, noted.addMacKey),
  addAccess: both(rows.addAccess, noted.addAccess),
  forgetAccesses: both(rows.forgetAccesses, noted.forgetAccesses),
  noteKeyUse: both(rows.noteKeyUse, noted.noteKeyUse),
  setMeta: both(rows.setMeta, noted.setMeta),
})
