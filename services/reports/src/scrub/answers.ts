// The answers to some lines at once: whom each reaches, and the verdict on them; two questions to vault and read model for all together.
import { iso, type Catalogue, type Channel, type Verdict } from '@consent-ledger/domain'
import type { Line, ScrubVerdict } from '@consent-ledger/proof'
import type { ReportsDeps } from '../deps.ts'
import { together } from '../eligibility/lookUp.ts'
import { byIdentifier, unknownSubject, verdictsFor } from '../eligibility/verdicts.ts'
import { readLine } from './reading.ts'

/** What a scrub asks of each line. */
export type Asked = { catalogue: Catalogue; purpose: string; channel: Channel }

/** `text`: a line of NDJSON for each, in their order. `allowed`: of them with a yes. */
export type Answered = { text: string; count: number; allowed: number }

/** Lines that are answered at once: one round trip each to vault and read model. */
export const atOnce = 500

type Verdicts = ReadonlyMap<string, Verdict>

const verdictsOn = async (deps: ReportsDeps, { catalogue, ...key }: Asked, reached: readonly string[][]): Promise<Verdicts> => {
  const subjectIds = [...new Set(reached.flat())]
  if (subjectIds.length === 0) return new Map()
  const verdicts = await verdictsFor(deps, catalogue, key, subjectIds)
  return new Map(subjectIds.flatMap((subjectId, n) => (verdicts[n] === undefined ? [] : [[subjectId, verdicts[n]] as const])))
}

/** A no of any of those who are reached is the answer; whoever was erased is nobody. */
const tell = ({ catalogue, ...key }: Asked, line: number, subjectIds: readonly string[], verdicts: Verdicts): ScrubVerdict => {
  const told = subjectIds.flatMap((subjectId) => {
    const verdict = verdicts.get(subjectId)
    if (verdict === undefined) return []
    const heard = byIdentifier(catalogue, key, verdict)
    return [{ subjectId: heard.reason === 'UNKNOWN_SUBJECT' ? null : subjectId, verdict: heard }]
  })
  const { subjectId, verdict } = together(told) ?? { subjectId: null, verdict: unknownSubject(catalogue, key) }
  const { allowed, reason, until } = verdict
  return { line, subjectId, allowed, reason, until: until === null ? null : iso(until) }
}

/** Answers at most `atOnce` lines. Errors: STALE, those of vault, store and read model. */
export const answerLines = async (deps: ReportsDeps, asked: Asked, lines: readonly Line[]): Promise<Answered> => {
  const read = lines.map((line) => readLine(asked.catalogue, line))
  const identifiers = read.flatMap((one) => ('identifier' in one ? [one.identifier] : []))
  const reached = await deps.vault.findEach(asked.catalogue.controllerId, identifiers)
  const verdicts = await verdictsOn(deps, asked, reached)
  const next = reached.values()
  const answers = read.map((one) => ('error' in one ? one : tell(asked, one.line, next.next().value ?? [], verdicts)))
  return {
    text: answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''),
    count: answers.length,
    allowed: answers.filter((answer) => 'allowed' in answer && answer.allowed).length,
  }
}
