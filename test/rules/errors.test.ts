// Error codes and their documentation, both ways: every code is explained, and everything explained is a code with that status.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { conflictCodes, faultCodes, refusalCodes } from '@consent-ledger/domain'
import { statusOf } from '@consent-ledger/edge'
import { read } from './sources.ts'

const kinds = { Refusals: refusalCodes, Conflicts: conflictCodes, Faults: faultCodes } as const
const sections = new Map(
  read('docs/errors.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
)
const rowsOf = (section: string) =>
  [...section.matchAll(/^\| `(?<code>[A-Z_]+)` \| (?<status>\d{3}) \| (?<meaning>[^|]+) \| (?<remedy>[^|]+) \|$/gm)].map(
    ({ groups }) => groups ?? {},
  )

describe('docs/errors.md', () => {
  for (const [kind, codes] of Object.entries(kinds)) {
    const rows = rowsOf(sections.get(kind) ?? '')
    it(`has a row for each of the ${kind.toLowerCase()}, and no other`, () => {
      assert.deepEqual(
        rows.map((row) => row['code']),
        [...codes],
      )
    })
    it(`has for ${kind.toLowerCase()} the status that is answered`, () => {
      for (const code of codes) assert.equal(rows.find((row) => row['code'] === code)?.['status'], String(statusOf(code)), code)
    })
    it(`says for ${kind.toLowerCase()} what each means and what to do`, () => {
      for (const row of rows) for (const part of ['meaning', 'remedy']) assert.match(row[part] ?? '', /\S.*\.$/, row['code'])
    })
  }
  it('knows three kinds', () => {
    assert.deepEqual([...sections.keys()], Object.keys(kinds))
  })
})
