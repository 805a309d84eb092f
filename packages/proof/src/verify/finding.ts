// What a check found, and the error by which one stops: every file is somebody else's word, so nothing of it reaches a terminal unfiltered.
import { codes, type Severity, type VerifyCode } from './codes.ts'

/** `where`: a path in the dossier, or what was looked at. `message`: a sentence for a person; printable characters only. */
export type Finding = { code: VerifyCode; severity: Severity; where: string; message: string }

/** Text of an attacker's as it may be shown: no control characters (which move a terminal's cursor), no change of direction, not endless. */
const printable = (text: string): string => {
  const clean = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean
}

/** A check that cannot go on. It becomes one finding. */
export class VerifyError extends Error {
  readonly code: VerifyCode
  readonly where: string
  constructor(code: VerifyCode, where: string, message: string = codes[code].means, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'VerifyError'
    this.code = code
    this.where = where
  }
}

/** The most findings that are kept of one code: a thousand files changed in one way are one thing to know. */
const mostOfOne = 20

/** Collects findings, in the order of the checks. */
export class Findings {
  readonly all: Finding[] = []
  readonly #counts = new Map<VerifyCode, number>()

  add(code: VerifyCode, where: string, message: string = codes[code].means): void {
    const count = (this.#counts.get(code) ?? 0) + 1
    this.#counts.set(code, count)
    if (count <= mostOfOne) this.all.push({ code, severity: codes[code].severity, where: printable(where), message: printable(message) })
  }

  /** Result of `check`, or null and a finding if it threw a VerifyError. Anything else is a defect of ours and is thrown on. */
  attempt<T>(check: () => T): T | null {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error
      this.add(error.code, error.where, error.message)
      return null
    }
  }

  /** Whether nothing found so far rejects. */
  get accepted(): boolean {
    return this.all.every(({ severity }) => severity !== 'error')
  }
}
