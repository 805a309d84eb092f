// What the commands on the log say to a person.
import type { FsckCode } from '@consent-ledger/logfiles'
import type { CheckedLog } from './check.ts'
import type { RebuiltLog } from './rebuildLog.ts'
import type { NextKey } from './rotateKey.ts'

const keepAll = 'Sign nothing more: stop the sequencer, keep everything as it is, and find out who changed what (docs/log.md).'
const mend = 'Stop the ledger, then `ledger log rebuild`: it makes tiles and state again if the entries meet every signed head.'
const bringBack =
  'Bring the file back from a mirror that has the entries, or from a backup, then check again. Where there is none: `ledger log rebuild --from-store`.'

/** What to do about what was found. */
const remedies: Readonly<Partial<Record<FsckCode, string>>> = {
  TILE_WRONG: mend,
  STATE_WRONG: mend,
  PUBLISHED_HEAD_MISSING: 'Start the sequencer: it publishes the last head of `tree-heads` again.',
  PUBLISHED_HEAD_WRONG: 'Stop the ledger, move the file `checkpoint` away and start: the last head of `tree-heads` is published again.',
  ENTRY_WRONG: bringBack,
  STORE_LACKS: '`ledger restore` brings back from the log what the event store lacks.',
  STATEMENT_BROKEN: 'Whoever signed this statement left something out: keep it and a copy of the log as evidence.',
  STATEMENT_WRONG: 'Get the statement again from the dossier, and check that it is of this log.',
  KEY_UNKNOWN: 'Check that the keys you brought are of this log: ask for them on another way than the log came.',
}

const remedyFor = (code: FsckCode, where: string): string => {
  if (code === 'FILE_MISSING' || code === 'FILE_DAMAGED') return where.startsWith('tile/entries') ? bringBack : mend
  return remedies[code] ?? keepAll
}

const words: Readonly<Record<CheckedLog['keys'], string>> = {
  given: 'The keys are those that you gave.',
  ledger: 'The keys are those that the ledger names.',
  log: 'The keys are those that the log itself names: that it is the log you mean is for you to know, or to check with --key.',
}

const leaves = (size: bigint): string => `${size} ${size === 1n ? 'leaf' : 'leaves'}`

/** Lines for a person: what agrees, or what does not and what to do. */
export const describeChecked = ({ size, root, finding, keys, fromStore, statement, directory }: CheckedLog): string[] => {
  if (finding !== null) {
    const { code, where, message } = finding
    return [`${code} at ${where}: ${message}`, `What to do: ${remedyFor(code, where)}`]
  }
  return [
    `The log in ${directory} is whole: ${leaves(size)}, root ${Buffer.from(root).toString('base64')}.`,
    'Entries, tiles, root, published head and state agree.',
    ...(fromStore
      ? ['Every leaf is its event in the event store, nothing was passed over, and every signed head is one of this tree.']
      : []),
    ...(statement ? ['The statement holds: of each stream that it names, no later leaf lies below its size.'] : []),
    words[keys],
  ]
}

export const describeRebuilt = ({ size, heads, made, replaced, state, entries }: RebuiltLog): string[] => [
  `The entries of ${leaves(size)} meet ${heads === 1 ? 'the one signed head' : `all ${heads} signed heads`}.`,
  ...(entries === null
    ? []
    : [
        entries === 0n
          ? 'No entry was lost.'
          : `${leaves(entries)} made again from the events; the next start publishes the head over them.`,
      ]),
  made + replaced === 0 ? 'Every tile was there and right.' : `Tiles made again: ${made} that were missing, ${replaced} that were wrong.`,
  ...(state
    ? [
        'The state was lost, damaged, or named entries that are not there, and is made again: the next start reads the whole event store once.',
      ]
    : []),
]

export const describeNextKey = ({ file, vkey, made }: NextKey): string[] => [
  made ? `Made the key ${file}: back it up apart from the data.` : `The key ${file} was made before and has not taken over yet.`,
  `Its vkey: ${vkey}`,
  'It takes over at the next start of the sequencer: restart the ledger, or the sequencer where it runs by itself.',
]
