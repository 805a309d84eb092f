// A vault in memory, for tests and trials: the same rules over plain maps; all is gone when the process ends.
import type { KeyObject } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import { vaultMacs } from './macs.ts'
import type { Access, Vault } from './port.ts'
import type { NewAct, NewBinding, NewLink, StoredAct, StoredKey, Tables } from './tables.ts'
import { vaultOver, type Base } from './vault.ts'

/** Opens an empty vault. `kek`: 256 bit; `clock`: epoch ms. After `close` every method fails with VAULT_UNAVAILABLE. */
export const openMemoryVault = ({ kek, clock }: { kek: KeyObject; clock: () => number }): Vault => {
  const tables = memoryTables()
  let closed = false
  const read: Base['read'] = async (question) => {
    if (closed) throw new LedgerError('VAULT_UNAVAILABLE', 'The vault is closed')
    return question()
  }
  const write: Base['write'] = (step) =>
    read(() => {
      const { answer, apply } = step()
      apply?.()
      return answer
    })
  const close = async (): Promise<void> => {
    closed = true
  }
  return { ...vaultOver({ tables, write, read, kek, macs: vaultMacs(tables, kek), clock }), close }
}

const hex = (bytes: Buffer): string => bytes.toString('hex')
const pair = (a: string, b: string): string => `${a} ${b}`

const memoryTables = (): Tables => ({ ...actTables(), ...keyTables(), ...journalTables() })

type ActTables = Omit<Tables, keyof KeyTables | keyof JournalTables>
const actTables = (): ActTables => {
  const subjects = new Map<string, string>()
  const acts: (NewAct & StoredAct)[] = []
  const byKey = new Map<string, NewAct & StoredAct>()
  const byId = new Map<string, { controller: string; writer: string; subjectId: string }>()
  const directory = new Map<string, NewBinding>()
  const links = new Map<string, NewLink>()
  return {
    actByKey: (keyHmac) => byKey.get(hex(keyHmac)),
    targets: (seq) => structuredClone(acts[seq - 1]?.targets ?? []),
    actBehind: (actId) => byId.get(actId),
    addAct: (act) => {
      const stored = { ...structuredClone(act), bodyHmac: act.bodyHmac, seq: acts.length + 1 }
      acts.push(stored)
      if (act.keyHmac !== null) byKey.set(hex(act.keyHmac), stored)
      for (const { actId, subjectId } of act.targets)
        byId.set(actId, { controller: subjects.get(subjectId) ?? '', writer: act.writer, subjectId })
    },
    lastAct: () => BigInt(acts.length),
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
    controllerOf: (subjectId) => subjects.get(subjectId),
    addSubject: ({ subjectId, controller }) => void subjects.set(subjectId, controller),
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
