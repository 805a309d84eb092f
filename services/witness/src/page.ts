// What a witness says of itself to whoever opens its address, and to the person who starts it.
import { createHash } from 'node:crypto'
import type { Witness } from './addCheckpoint.ts'

/** Where the last head of a log is served, below the monitoring prefix (C2SP tlog-witness). */
export const originHash = (origin: string): string => createHash('sha256').update(origin).digest('hex')

const timeOf = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString().replace('.000', '')

/** Plain text: what it is, its vkey, and for each log how far it has come. */
export const aboutPage = ({ logs, signer, record }: Witness): string => {
  const lines = [...logs.keys()].map((origin) => {
    const last = record.last(origin)
    return `  ${origin}: ${last === null ? 'nothing yet' : `${last.size} leaves, cosigned at ${timeOf(last.time)}, see /${originHash(origin)}/checkpoint`}`
  })
  return [
    'A witness of transparency logs (C2SP tlog-witness).',
    'It cosigns the tree heads of the logs below, each only if it continues the one before. It never sees what is in them.',
    '',
    `Its name and key: ${signer.vkey}`,
    'Logs:',
    ...lines,
    `Heads kept as evidence, because they have another root than one of the same size: ${record.contested().length}`,
    '',
  ].join('\n')
}

export const help = `ledger-witness: cosigns the tree heads of transparency logs (C2SP tlog-witness), each only if it continues the one before.

  ledger-witness             starts it
  ledger-witness contested   prints the heads that contradict each other, both signed by the log: evidence against it
  ledger-witness --help      this

Settings, from the environment:
  WITNESS_NAME   its name, such as witness.example.org/1; stands in every cosignature and is never changed
  WITNESS_LOGS   file with a line «log <vkey>» for each log, and a line «quorum none» (C2SP tlog-policy)
  WITNESS_DATA   the database, one file (./witness.sqlite)
  WITNESS_KEY    the private key (./witness.key): made at the first start, readable by its owner alone; beside it a file .mark
                 says how far it came, and an older database is refused
  WITNESS_HOST   where it listens (127.0.0.1)
  WITNESS_PORT   and on which port (8090)
`
