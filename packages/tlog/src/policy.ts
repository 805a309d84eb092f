// Whose word is enough: C2SP tlog-policy. Logs, witnesses, groups of them (k of n), and the quorum.
import { TlogError } from './errors.ts'
import { type KeyType, parseVkey, type Verifier } from './keys.ts'
import { hasControl } from './text.ts'

export type PolicyLog = { verifier: Verifier; url?: string }
/** `name` means something within the policy only. `url`: the submission prefix of C2SP tlog-witness. */
export type PolicyWitness = { name: string; verifier: Verifier; url?: string }
/** Holds if at least `threshold` of the members hold: names of witnesses or of groups defined above it. */
export type PolicyGroup = { name: string; threshold: number; members: string[] }

/** `quorum`: the name of a witness or a group, or `none`. */
export type Policy = { logs: PolicyLog[]; witnesses: PolicyWitness[]; groups: PolicyGroup[]; quorum: string }

/** Logs, witnesses and groups together, and characters of a file: C2SP asks for 32 of each at least. */
const most = { lines: 1000, characters: 1_000_000 }

type Draft = Omit<Policy, 'quorum'> & { quorum?: string; names: Set<string>; members: Set<string>; keys: Set<string> }

type Fail = (what: string) => TlogError

const addName = (draft: Draft, name: string, fail: Fail): void => {
  if (name === 'none' || draft.names.has(name)) throw fail(`the name ${name} is taken`)
  draft.names.add(name)
}

const keyIn = (vkey: string, fail: Fail): Verifier => {
  try {
    return parseVkey(vkey)
  } catch (error) {
    throw error instanceof TlogError ? fail(error.message) : error
  }
}

/** Two vkeys of one public key are the same key, whatever their names. */
const readKey = (draft: Draft, kind: 'log' | 'witness', type: KeyType, vkey: string, fail: Fail): Verifier => {
  const verifier = keyIn(vkey, fail)
  if (verifier.type !== type) throw fail(`the key of a ${kind} has type ${type}`)
  const bare = `${kind} ${vkey.slice(-44)}`
  if (draft.keys.has(bare)) throw fail(`a ${kind} is there twice`)
  draft.keys.add(bare)
  return verifier
}

const withUrl = (url: string | undefined) => (url === undefined ? {} : { url })

/** By the first word of a line: what the others mean. */
const lines: Record<string, (draft: Draft, words: string[], fail: Fail) => void> = {
  log(draft, [vkey, url, ...more], fail) {
    if (vkey === undefined || more.length > 0) throw fail('a log has a key and perhaps a URL')
    draft.logs.push({ verifier: readKey(draft, 'log', 0x01, vkey, fail), ...withUrl(url) })
  },
  witness(draft, [name, vkey, url, ...more], fail) {
    if (name === undefined || vkey === undefined || more.length > 0) throw fail('a witness has a name, a key and perhaps a URL')
    addName(draft, name, fail)
    draft.witnesses.push({ name, verifier: readKey(draft, 'witness', 0x04, vkey, fail), ...withUrl(url) })
  },
  group(draft, [name, k, ...members], fail) {
    if (name === undefined || k === undefined || members.length === 0) throw fail('a group has a name, a number and members')
    const threshold = k === 'any' ? 1 : k === 'all' ? members.length : /^[1-9]\d{0,3}$/.test(k) ? Number(k) : 0
    if (threshold < 1 || threshold > members.length) throw fail(`of ${members.length} members ${k} cannot be enough`)
    for (const member of members) {
      if (!draft.names.has(member)) throw fail(`${member} is not defined above`)
      if (draft.members.has(member)) throw fail(`${member} is already in a group`)
      draft.members.add(member)
    }
    addName(draft, name, fail)
    draft.groups.push({ name, threshold, members })
  },
  quorum(draft, [name, ...more], fail) {
    if (name === undefined || more.length > 0 || draft.quorum !== undefined) throw fail('there is one quorum, and it has one name')
    if (name !== 'none' && !draft.names.has(name)) throw fail(`${name} is not defined above`)
    draft.quorum = name
  },
}

/**
 * Reads a policy file: lines `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> <k>|any|all <member>…` and exactly one `quorum <name>`
 * (`quorum none`: no witness is needed). Empty lines and those beginning with `#` say nothing. Errors: POLICY_MALFORMED, with the line.
 */
export const parsePolicy = (text: string): Policy => {
  const draft: Draft = { logs: [], witnesses: [], groups: [], names: new Set(), members: new Set(), keys: new Set() }
  const written = text.split('\n')
  if (written.length > most.lines || text.length > most.characters) throw new TlogError('POLICY_MALFORMED', 'the policy is too long')
  for (const [n, line] of written.entries()) {
    const fail: Fail = (what) => new TlogError('POLICY_MALFORMED', `line ${n + 1}: ${what}`)
    if (hasControl(line, '\t') || line.includes('\u{7f}')) throw fail('a control character')
    const [kind, ...words] = line.split(/[ \t]+/).filter((word) => word !== '')
    if (kind === undefined || kind.startsWith('#')) continue
    if (!Object.hasOwn(lines, kind)) throw fail('it begins with none of log, witness, group, quorum')
    lines[kind]?.(draft, words, fail)
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) throw new TlogError('POLICY_MALFORMED', 'there is no quorum line; `quorum none` asks for no witness')
  return { logs, witnesses, groups, quorum }
}

/** Whether the witnesses of these vkeys, whose cosignatures were checked, are enough. Other vkeys count for nothing. */
export const meetsQuorum = ({ witnesses, groups, quorum }: Policy, vkeys: ReadonlySet<string>): boolean => {
  const holding = new Set(['none', ...witnesses.filter(({ verifier }) => vkeys.has(verifier.vkey)).map(({ name }) => name)])
  for (const { name, threshold, members } of groups)
    if (members.filter((member) => holding.has(member)).length >= threshold) holding.add(name)
  return holding.has(quorum)
}
