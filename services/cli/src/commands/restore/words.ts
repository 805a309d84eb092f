// What a restore says to a person: what was brought back, from where, what is lost, and what to do now.
import type { Restored } from './restore.ts'

const mostNamed = 20

const lackingLines = (lacking: readonly string[]): string[] => {
  if (lacking.length === 0) return []
  const [one] = lacking
  const who = lacking.length === 1 ? `one subject, ${one ?? ''}` : `${lacking.length} subjects`
  const more = lacking.length > mostNamed ? [`  and ${lacking.length - mostNamed} more; --json names them all`] : []
  return [
    `The vault has no keys of ${who}, who came after it was backed up. What they chose stands and is proven; what was sealed about them cannot be opened, and they are not found by their identifiers.`,
    ...(lacking.length === 1 ? [] : [...lacking.slice(0, mostNamed).map((id) => `  ${id}`), ...more]),
  ]
}

/** Sizes for a person. */
const listed = (sizes: readonly string[]): string => {
  const more = sizes.length > mostNamed ? ` and ${sizes.length - mostNamed} more` : ''
  return `${sizes.slice(0, mostNamed).join(', ')}${more}`
}

const headLines = (heads: Restored['heads']): string[] => {
  if (heads === null) return []
  const { after, upTo, again, dossiers } = heads
  return [
    `The event store had lost the signed heads of more than ${after} leaves, up to ${upTo}. Back are those of ${listed(again)} leaves, as they were; the others are gone, and new proofs are made under the next larger one.`,
    ...(dossiers.length === 0
      ? []
      : [
          `Dossiers were made under the heads of ${listed(dossiers)} leaves, which are gone too: the key that signed them is not in LEDGER_KEYS (log.key.<id>.retired). The dossiers that were handed out still verify.`,
        ]),
  ]
}

const logLines = ({ log, events }: Restored): string[] => {
  if (log === null) return ['This ledger has no log yet: it begins one at its next start, over all events that are there.']
  const published = log.published === null ? 'no head of it was found' : `${log.published} leaves published`
  const lines = [
    `The newest log is ${log.from}: ${log.size} leaves, ${published}, root ${log.root}, every tile derived again from its entries.`,
    `${events.appended} of ${events.sealed} sealed events were not in the event store and were appended again from the log.`,
  ]
  if (log.older === null)
    return [...lines, 'Every proof given under a head of this log verifies; no size that it published is signed again.']
  return [
    ...lines,
    `THIS LOG IS OLDER THAN WHAT WAS PUBLISHED: a head of ${log.older} leaves was signed (log.head in LEDGER_KEYS), and proofs under the heads beyond ${log.size} leaves are not of it.`,
    'A new log name is needed: under its name sizes would be signed twice, which convicts its key. The start refuses it as long as log.head lies there. Say publicly from which size on the old name ends; docs/backup.md.',
  ]
}

/** A read model on PostgreSQL is not a file that could be taken away. */
const readModelLine = (server: boolean): string =>
  server
    ? 'The read model on PostgreSQL was built on places of the old event store: before the next start `DROP SCHEMA readmodel CASCADE`; it makes itself again.'
    : 'The read model makes itself again at the next start.'

/** Lines for a person. `brought`: names of files that came from the backup. `server`: the read model is on PostgreSQL. */
export const describeRestored = (restored: Restored, brought: readonly string[], server: boolean): string[] => [
  ...(brought.length === 0
    ? ['LEDGER_DATA was whole: no file was brought from a backup.']
    : [`Brought from the backup: ${brought.join(', ')}.`]),
  ...logLines(restored),
  ...headLines(restored.heads),
  ...lackingLines(restored.lacking),
  readModelLine(server),
]
