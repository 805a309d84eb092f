// Whether there is room left where the ledger writes.
import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { unwell, well, type Finding } from './finding.ts'

const GiB = 1024 ** 3
/** Less than this, and a burst or a migration (which copies a file first) may fill the disk. */
const leastFree = GiB
const leastShare = 0.05

const shown = (bytes: number): string => `${(bytes / GiB).toFixed(1)} GiB`

const standing = (path: string): string => (existsSync(path) ? path : standing(dirname(path)))

/** `capacity`: as statfs gives it. */
export const judgeRoom = (what: string, { free, size }: { free: number; size: number }): Finding => {
  const says = `${shown(free)} of ${shown(size)} are free`
  if (free >= leastFree && free >= size * leastShare) return well(what, says)
  const remedy =
    'Make room or enlarge the disk: when it is full, nothing more is recorded and posts get 503. Nothing that was acknowledged is lost.'
  return unwell(what, `Only ${says}.`, remedy)
}

/** One finding for each file system among `places`. */
export const lookAtDisk = (places: readonly string[]): Finding[] => {
  const seen = new Set<number>()
  return places.flatMap((place) => {
    const there = standing(resolve(place))
    const { dev } = statSync(there)
    if (seen.has(dev)) return []
    seen.add(dev)
    const { bavail, blocks, bsize } = statfsSync(there)
    return [judgeRoom(`disk of ${place}`, { free: bavail * bsize, size: blocks * bsize })]
  })
}
