// What was turned away at the door, counted until somebody writes it into the log as an event (IntakeReported).

/** One line of the count. `route` is the pattern, never the address asked for. */
export type TurnedAway = { controller?: string; site?: string; route: string; code: string; count: number }

export type IntakeCounter = {
  /** Counts one refusal: an answer of the edge, or an item of a batch. */
  count(refused: Omit<TurnedAway, 'count'>): void
  /** What was counted since the last call, and forgets it. */
  drain(): TurnedAway[]
  /** Lines that could not be written anywhere: the next `drain` has them again. */
  giveBack(lines: readonly TurnedAway[]): void
}

/** A counter that starts empty; `onCount` hears of every refusal once (the metric). */
export const createIntakeCounter = (onCount: (refused: Omit<TurnedAway, 'count'>) => void): IntakeCounter => {
  let lines = new Map<string, TurnedAway>()
  const add = (refused: Omit<TurnedAway, 'count'>, count: number): void => {
    const key = [refused.controller, refused.site, refused.route, refused.code].join(' ')
    const line = lines.get(key)
    if (line === undefined) lines.set(key, { ...refused, count })
    else line.count += count
  }
  return {
    count(refused) {
      add(refused, 1)
      onCount(refused)
    },
    drain() {
      const counted = [...lines.values()]
      lines = new Map()
      return counted
    },
    giveBack: (counted) => {
      for (const { count, ...refused } of counted) add(refused, count)
    },
  }
}
