// How much of this machine one list may take.

/** `ratio`: bytes unpacked for each byte that came, from `unchecked` bytes on. */
export type Unpacking = { ratio: number; unchecked: number }

/** `spooled`: bytes that may wait on disk for one client. */
export type ScrubBounds = Unpacking & { spooled: number }

/**
 * 4 GiB: some 30 million answers that nobody has taken, more than any list that was sent before its answer was read; four lists at once fill 16 GiB, and no disk that
 * is not full already. 100: addresses as lines of JSON pack to a fifth or a twentieth, what packs to a thousandth is no list. The first MiB is nothing to anybody.
 */
export const scrubBounds: ScrubBounds = { spooled: 4 * 2 ** 30, ratio: 100, unchecked: 2 ** 20 }
