// A figure: what was measured against what, within one run, and how it stands to the bar of the issue.

/** `ratio` of the thing named by `what` to the thing named by `of`. `bar`: the least it must be, or the most. */
export type Ratio = { what: string; of: string; ratio: number; bar: { least: number } | { most: number } }

/** `ratios`: [] where a figure only explains. `notes`: lines with the seconds, MB and counts behind them. */
export type Measured = { ratios: Ratio[]; notes: string[] }

export type Figure = { name: string; about: string; measure(): Promise<Measured> }

export const isMet = ({ ratio, bar }: Ratio): boolean => ('least' in bar ? ratio >= bar.least : ratio <= bar.most)

const barOf = ({ bar }: Ratio): string => ('least' in bar ? `≥ ${bar.least}` : `≤ ${bar.most}`)

/** One line: `0.153  ≥ 0.12  met  posts per second of the ledger : of an empty route`. */
export const lineOf = (ratio: Ratio): string =>
  `${ratio.ratio.toFixed(3).padStart(8)}  ${barOf(ratio).padEnd(7)} ${isMet(ratio) ? 'met    ' : 'NOT MET'}  ${ratio.what} : ${ratio.of}`

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Smallest, median and largest, with a unit. */
export const spread = (values: readonly number[], unit: string, decimals = 0): string =>
  `${median(values).toFixed(decimals)} ${unit} (${Math.min(...values).toFixed(decimals)} to ${Math.max(...values).toFixed(decimals)})`
