// The vault's tables as plain maps: all of a vault in memory, or what one step needs of a vault elsewhere.
import type { Access } from './port.ts'
import type { NewAct, NewBinding, NewLink, StoredAct, StoredKey, StoredTarget, Tables } from './tables.ts'

type PutAct = StoredAct & Pick<NewAct, 'keyHmac'> & { targets: StoredTarget[] }

/** `putAct`: an act that has its number already. */
export type MapTables = Tables & { putAct: (act: PutAct) => void }

/** Empty tables; the next act is numbered after `lastAct`. */
export const mapTables = (lastAct = 0): MapTables => ({ ...actTables(lastAct), ...directoryTables(), ...keyTables(), ...journalTables() })

const hex = (bytes: Buffer): string => bytes.toString('hex')
const pair = (a: string, b: string): string => `${a} ${b}`

type ActTables = Pick<MapTables, 'actByKey' | 'targets' | 'actBehind' | 'addAct' | 'putAct' | 'lastAct' | 'controllerOf' | 'addSubject'>
const actTables = (lastAct: number): ActTables => {
  const subjects = new Map<string, string>()
  const acts = new Map<number, PutAct>()
  const byKey = new Map<string, PutAct>()
  const byId = new Map<string, { controller: string; writer: string; subjectId: string }>()
  let last = lastAct
  const putAct = (act: PutAct): void => {
    acts.set(act.seq, act)
    if (act.keyHmac !== null) byKey.set(hex(act.keyHmac), act)
  }
  return {
    actByKey: (keyHmac) => byKey.get(hex(keyHmac)),
    targets: (seq) => structuredClone(acts.get(seq)?.targets ?? []),
    actBehind: (actId) => byId.get(actId),
    addAct: (act) => {
      last += 1
      putAct({ ...act, targets: structuredClone(act.targets), seq: last })
      for (const { actId, subjectId } of act.targets)
        byId.set(actId, { controller: subjects.get(subjectId) ?? '', writer: act.writer, subjectId })
    },
    putAct,
    lastAct: () => BigInt(last),
    controllerOf: (subjectId) => subjects.get(subjectId),
    addSubject: ({ subjectId, controller }) => void subjects.set(subjectId, controller),
  }
}

type DirectoryTables = Pick<MapTables, 'owner' | 'bind' | 'linkId' | 'linkedFingerprint' | 'addLink' | 'removeLink'>
const directoryTables = (): DirectoryTables => {
  const directory = new Map<string, NewBinding>()
  const links = new Map<string, NewLink>()
  return {
    owner: (fingerprint, kind) => directory.get(pair(hex(fingerprint), kind))?.subjectId,
    bind: (binding) => void directory.set(pair(hex(binding.fingerprint), binding.kind), binding),
    linkId: (subjectId, fingerprint) => links.get(pair(subjectId, hex(fingerprint)))?.linkId,
    linkedFingerprint: (subjectId, linkId) =>
      [...links.values()].find((link) => link.subjectId === subjectId && link.linkId === linkId)?.fingerprint,
    addLink: (link) => void links.set(pair(link.subjectId, hex(link.fingerprint)), link),
    removeLink: (subjectId, fingerprint) => {
      links.delete(pair(subjectId, hex(fingerprint)))
      for (const [place, binding] of directory)
        if (binding.subjectId === subjectId && binding.fingerprint.equals(fingerprint)) directory.delete(place)
    },
  }
}

type KeyTables = Pick<Tables, 'keysOf' | 'key' | 'addKey' | 'macKey' | 'addMacKey' | 'meta' | 'setMeta'>
const keyTables = (): KeyTables => {
  const keys = new Map<string, StoredKey[]>()
  const macKeys = new Map<string, string>()
  const meta = new Map<string, string>()
  return {
    keysOf: (owner) => keys.get(owner) ?? [],
    key: ({ owner, use, n }) => keys.get(owner)?.find((key) => key.use === use && key.n === n),
    addKey: (key) => void keys.set(key.owner, [...(keys.get(key.owner) ?? []), key]),
    macKey: (owner, use) => macKeys.get(pair(owner, use)),
    addMacKey: (owner, use, wrapped) => void macKeys.set(pair(owner, use), wrapped),
    meta: (name) => meta.get(name),
    setMeta: (name, value) => void meta.set(name, value),
  }
}

type JournalTables = Pick<Tables, 'addAccess' | 'accesses' | 'forgetAccesses' | 'noteKeyUse' | 'keyUses'>
const journalTables = (): JournalTables => {
  let accesses: Access[] = []
  const uses = new Map<string, number>()
  return {
    addAccess: (access) => void accesses.push({ ...access }),
    accesses: (subjectId) => accesses.filter((access) => access.subjectId === subjectId).toReversed().sort((a, b) => b.at - a.at), // prettier-ignore
    forgetAccesses: (before) => {
      accesses = accesses.filter(({ at }) => at >= before)
    },
    noteKeyUse: (keyId, at) => void uses.set(keyId, Math.max(at, uses.get(keyId) ?? at)),
    keyUses: () => [...uses],
  }
}
