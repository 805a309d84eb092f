// The partial tiles and bundles of heads that were published: which of them a full one has replaced for everybody.
import { entriesPath, tilePath, tilesOf } from '@consent-ledger/tlog'

type Open = { index: bigint; widths: Set<number> }

const pathsOf = (level: number, { index, widths }: Open): string[] =>
  [...widths].flatMap((width) => [tilePath({ level, index, width }), ...(level === 0 ? [entriesPath({ index, width })] : [])])

/** At most 255 widths a level are in mind: those of the tile that is open. */
export class Partials {
  readonly #levels: Open[]

  /** `size`: of the last head before this process. Which widths were published on the way to it nobody noted, so all are taken to be. */
  constructor(size: bigint) {
    this.#levels = tilesOf(size).map(({ full, partial }) => ({
      index: full,
      widths: new Set(Array.from({ length: partial }, (_, n) => n + 1)),
    }))
  }

  /** To be told the size of each head once a later one is published: whoever still reads by it finds its partial tiles. Answers with the paths that nobody needs any more. */
  passed(size: bigint): string[] {
    const superseded: string[] = []
    for (const { level, full, partial } of tilesOf(size)) {
      let open = (this.#levels[level] ??= { index: full, widths: new Set() })
      if (open.index !== full) {
        superseded.push(...pathsOf(level, open))
        this.#levels[level] = open = { index: full, widths: new Set() }
      }
      if (partial > 0) open.widths.add(partial)
    }
    return superseded
  }
}
