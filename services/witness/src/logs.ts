// The logs that a witness watches: their keys, by origin, from the lines `log <vkey>` of its policy file.
import { parsePolicy, TlogError, type Verifier } from '@consent-ledger/tlog'
import { StartRefused } from './settings.ts'

/** Keys by origin. A log that changed its key has two lines. */
export type KnownLogs = ReadonlyMap<string, readonly Verifier[]>

/** C2SP tlog-policy; witnesses and groups in it are not looked at. Errors: StartRefused (not a policy, names no log). */
export const parseLogs = (text: string): KnownLogs => {
  const logs = new Map<string, Verifier[]>()
  for (const { verifier } of policyIn(text).logs) logs.set(verifier.name, [...(logs.get(verifier.name) ?? []), verifier])
  if (logs.size === 0) throw new StartRefused('WITNESS_LOGS: the file has no line «log <vkey>».')
  return logs
}

const policyIn = (text: string): ReturnType<typeof parsePolicy> => {
  try {
    return parsePolicy(text)
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause
    throw new StartRefused(`WITNESS_LOGS: ${cause.message}.`, { cause })
  }
}
