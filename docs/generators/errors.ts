// docs/errors.md: every code, its kind, its status, what it means and what to do.
import { conflictCodes, type ErrorCode, faultCodes, refusalCodes } from '@consent-ledger/domain'
import { explanations, statusOf } from '@consent-ledger/edge'

const row = (code: ErrorCode): string =>
  `| \`${code}\` | ${statusOf(code)} | ${explanations[code].meaning} | ${explanations[code].remedy} |`

const section = (title: string, words: string, codes: readonly ErrorCode[]): string[] => [
  `## ${title}`,
  '',
  words,
  '',
  '| code | status | means | what to do |',
  '|---|---|---|---|',
  ...codes.map(row),
  '',
]

/** The document, whole. */
export const errorsDocument = async (): Promise<string> =>
  [
    '<!-- Made by `pnpm run docs` from packages/domain/src/errors.ts, packages/edge/src/refusals (statuses.ts, explanations.ts): change those. -->',
    '# Errors',
    '',
    'Every error is a `LedgerError` with a code of this closed list. Over HTTP it is answered as `application/problem+json` (RFC 9457):',
    '`type`, `title`, `status`, `detail`, `code`, and `errors` with `pointer` (RFC 6901), `rule` and `message` for each broken rule. No value that was',
    'sent is repeated in any of them. The status stands in one table of the code; a program should go by `code`.',
    '',
    ...section('Refusals', 'The caller’s: the same request gets the same answer.', refusalCodes),
    ...section('Conflicts', 'Somebody else was first: the same request may succeed when it is sent again.', conflictCodes),
    ...section(
      'Faults',
      'The ledger’s own. A 503 comes with `Retry-After`, and nothing that was acknowledged is lost. Those from `INTEGRITY` on stop the process or refuse its start.',
      faultCodes,
    ),
  ].join('\n')
