// What went wrong, for a person and for a script: code, broken rules, and what to do about it.
import { type ErrorCode, LedgerError } from '@consent-ledger/domain'
import { explanations } from '@consent-ledger/edge'
import { z } from 'zod'
import type { Terminal } from './terminal.ts'

/** The part of a problem (RFC 9457) that is printed. */
export const ProblemBody = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })).default([]),
})
type ProblemBody = z.output<typeof ProblemBody>

/** A problem that the ledger answered with. */
export class Refused extends Error {
  readonly body: ProblemBody
  constructor(body: ProblemBody) {
    super(body.detail)
    this.name = 'Refused'
    this.body = body
  }
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(explanations, code)

/** What to do about a code, in a sentence; null for a code of a newer ledger. */
const remedyFor = (code: string): string | null => (isCode(code) ? explanations[code].remedy.replaceAll('`', '') : null)

const bodyOf = (error: unknown): ProblemBody & { remedy: string | null } => {
  if (error instanceof Refused) return { ...error.body, remedy: remedyFor(error.body.code) }
  if (!(error instanceof LedgerError)) throw error
  // The commands' own errors name no field and say themselves what to do.
  const remedy = error.violations.length > 0 ? remedyFor(error.code) : null
  return { code: error.code, detail: error.message, errors: error.violations, remedy }
}

/** Prints a problem: with `--json` on standard output, else on standard error. What is neither ours nor the ledger's is thrown on. */
export const printProblem = (terminal: Terminal, json: boolean, error: unknown): void => {
  const problem = bodyOf(error)
  const { code, detail, errors, remedy } = problem
  if (json) return terminal.out(`${JSON.stringify({ problem }, null, 2)}\n`)
  terminal.err(`${code}: ${detail}\n`)
  for (const { pointer, rule, message } of errors) if (pointer !== '') terminal.err(`  ${pointer}  ${rule}: ${message}\n`)
  if (remedy !== null) terminal.err(`What to do: ${remedy}\n`)
}
