// Many callers, one run at a time.

type OneAtATime = {
  /** Settles with a run that began at or after this call. */
  (): Promise<void>
  /** Settles when no run is under way, whatever came of the last. */
  idle(): Promise<void>
}

/**
 * Runs `work` so that two runs never overlap. A call during a run waits for the next one, which all such calls share: what was true
 * when somebody called is seen by the run that answers them.
 */
export const oneAtATime = (work: () => Promise<void>): OneAtATime => {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    next = undefined
    running = work().finally(() => {
      running = undefined
    })
    return running
  }
  const ask = (): Promise<void> => {
    if (running === undefined) return start()
    next ??= running.then(start, start)
    return next
  }
  const idle = async (): Promise<void> => {
    const current = next ?? running
    if (current === undefined) return
    await current.catch(() => undefined)
    return idle()
  }
  return Object.assign(ask, { idle })
}
