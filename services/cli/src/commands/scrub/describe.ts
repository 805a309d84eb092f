// What a check came to, in words, and what to keep of it.
import type { Flags } from './flags.ts'
import type { Saved } from './saved.ts'

const troubled = ({ end, troubles: { count, first } }: Saved, { scheme }: Flags): string[] => {
  if (first === null) return []
  const { code, pointer, rule } = first.error
  const why = [code, pointer, rule].filter((word) => word !== '').join(' ')
  return [
    `${count} ${count === 1 ? 'line' : 'lines'} could not be read; the first is line ${first.line}: ${why}.`,
    ...(count === end.count && scheme === undefined ? ['If the file has addresses alone, say which: --scheme email.'] : []),
  ]
}

const toKeep = ({ out, sent, scheme }: Flags): string[] => [
  ...(out === undefined ? [] : [`Keep ${out} with ${sent ?? 'the list'}: its last line has the token.`]),
  ...(scheme === undefined || sent !== undefined
    ? []
    : ['The list was sent otherwise than the file has it: with --sent it is kept so, for ledger-verify --input.']),
]

export const describe = (saved: Saved, flags: Flags): string[] => [
  `${saved.allowed} of ${saved.end.count} may be contacted, by what was known at ${saved.end.asOf}.`,
  ...troubled(saved, flags),
  `Scrub ${saved.end.id} is recorded${flags.proof === undefined ? '' : `, and ${flags.proof} shows it`}.`,
  ...toKeep(flags),
]
