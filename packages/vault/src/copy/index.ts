// A vault carried from its file to PostgreSQL, row by row the same: resumable, and no vault at all until it is whole.
import { LedgerError } from '@consent-ledger/domain'
import { metaTable, pagesOf, tables, tally, type Row, type Table, type Tally } from './rows.ts'
import { openSource, type Source } from './source.ts'
import { openTarget, type Target } from './target.ts'

export { ownerOfVault } from './target.ts'

export type VaultCopying = {
  /** The vault's SQLite file. Nobody may write to it any more. */
  from: string
  /** Url of the PostgreSQL database that gets it, in its schema `vault`. */
  to: string
  /** Whose vault it must be. */
  ledgerId: string
  /** Hears after each page how many rows of a table are there. */
  onProgress?: (table: string, rows: number) => void
}

/** `there`: it had been copied before, and only was compared. `tables`: rows by table, `sha256` (hex) over all of them in the order of their keys, equal at both. */
export type VaultCopied = { outcome: 'copied' | 'there'; tables: Record<string, { rows: number; sha256: string }> }

/**
 * Copies every row as it is: wrapped keys stay wrapped under the same master key, which is not needed here. On return the target is whole, compared and durable;
 * until then a start on it is refused. After a failure or a crash at any line the same call goes on; what was copied from something else is copied anew.
 * Errors: NOT_FOUND, DATA_FOREIGN (the source is of another ledger; the target holds another vault, or one that has gone on since), INTEGRITY (the two differ
 * after the copy), those of opening a vault.
 */
export const copyVault = ({ onProgress = () => {}, ...places }: VaultCopying): Promise<VaultCopied> =>
  between(places, async (source, target) => {
    if (target.whole) return { outcome: 'there', tables: await compareWhole(source, target) }
    return { outcome: 'copied', tables: await fill(source, target, onProgress) }
  })

/**
 * Whether `copyVault` can begin: both answer, the source is this ledger's, the target may be written to and holds nothing but what a copy left there.
 * Carries nothing over; tables are made there, which no start takes for a vault. Errors: those of `copyVault`.
 */
export const prepareVaultCopy = (places: Places): Promise<void> =>
  between(places, async (source, target) => {
    if (target.whole) await compareWhole(source, target)
  })

type Places = Pick<VaultCopying, 'from' | 'to' | 'ledgerId'>

const between = async <Answer>(
  { from, to, ledgerId }: Places,
  work: (source: Source, target: Target) => Promise<Answer>,
): Promise<Answer> => {
  const source = openSource(from)
  try {
    await demandOwner(source, ledgerId, from)
    const target = await openTarget(to)
    try {
      return await work(source, target)
    } finally {
      await target.close()
    }
  } finally {
    source.close()
  }
}

const compareWhole = (source: Source, target: Target): Promise<VaultCopied['tables']> =>
  compare(source, target, [...tables, metaTable], 'DATA_FOREIGN')

const demandOwner = async ({ pages }: Source, ledgerId: string, file: string): Promise<void> => {
  const owner = (await pages(metaTable, null, 10)).find(([name]) => name === 'ledgerId')?.[1]
  if (owner !== ledgerId) throw new LedgerError('DATA_FOREIGN', `${file} is not the vault of ledger ${ledgerId}`)
}

const fill = async (source: Source, target: Target, onProgress: (table: string, rows: number) => void): Promise<VaultCopied['tables']> => {
  for (const table of tables) await fillTable(source, target, table, onProgress)
  const compared = await compare(source, target, tables, 'INTEGRITY')
  const meta = await source.pages(metaTable, null, 1000)
  // A crash before this line leaves what no start takes for a vault; after it, the whole vault.
  await target.finish(meta)
  return { ...compared, ...(await compare(source, target, [metaTable], 'INTEGRITY')) }
}

/** Goes on behind what an earlier run left, if that is the beginning of what the source holds. */
const fillTable = async (
  source: Source,
  target: Target,
  table: Table,
  onProgress: (table: string, rows: number) => void,
): Promise<void> => {
  let { count, last } = await begun(source, target, table)
  for await (const page of pagesOf(source.pages, table, last)) {
    await target.fill(table, page)
    count += page.length
    onProgress(table.name, count)
  }
}

const begun = async (source: Source, target: Target, table: Table): Promise<{ count: number; last: Row | null }> => {
  const there = await tally(target.pages, table)
  if (there.count === 0) return there
  if (isSame(await tally(source.pages, table, there.count), there)) return there
  await target.clear(table)
  return { count: 0, last: null }
}

const isSame = (one: Tally, other: Tally): boolean => one.count === other.count && one.sha256 === other.sha256

/** Errors: `code`, naming the tables that differ. */
const compare = async (
  source: Source,
  target: Target,
  which: readonly Table[],
  code: 'DATA_FOREIGN' | 'INTEGRITY',
): Promise<VaultCopied['tables']> => {
  const [same, differing]: [VaultCopied['tables'], string[]] = [{}, []]
  for (const table of which) {
    const [ours, theirs] = [await tally(source.pages, table), await tally(target.pages, table)]
    if (isSame(ours, theirs)) same[table.name] = { rows: ours.count, sha256: ours.sha256 }
    else differing.push(`${table.name} (${ours.count} rows and ${theirs.count})`)
  }
  if (differing.length > 0) throw new LedgerError(code, `The vault in PostgreSQL is not the same as its source: ${differing.join(', ')}`)
  return same
}
