// What `doctor` found in one place, and what to do about it.

/** `remedy`: there only where something is wrong, or cannot be told. */
export type Finding = { what: string; well: boolean; says: string; remedy?: string }

export const well = (what: string, says: string): Finding => ({ what, well: true, says })

/** `says` and `remedy` are sentences for a person and hold nothing personal. */
export const unwell = (what: string, says: string, remedy: string): Finding => ({ what, well: false, says, remedy })

/** Lines for a person. */
export const describeFindings = (findings: readonly Finding[]): string[] => {
  const wrong = findings.filter((finding) => !finding.well).length
  return [
    ...findings.flatMap(({ what, well, says, remedy }) => [
      `${well ? 'well ' : 'WRONG'}  ${what}: ${says}`,
      ...(remedy === undefined ? [] : [`       What to do: ${remedy}`]),
    ]),
    wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${findings.length} are wrong.`,
  ]
}
