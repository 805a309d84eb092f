// Events and their documentation, both ways: every event has its section with a sentence of its own, and no section is of something else.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { controllerEvents, ledgerEvents, operatorEvents, subjectEvents, treeHeadEvents } from '@consent-ledger/domain'
import { read } from './sources.ts'

const known = [subjectEvents, controllerEvents, ledgerEvents, treeHeadEvents, operatorEvents].flatMap((events) => Object.keys(events))
const sections = read('docs/events.md').split(/^### /m).slice(1)

describe('docs/events.md', () => {
  it('has a section for each event, and no other', () => {
    assert.deepEqual(
      sections.map((section) => section.split('\n')[0]),
      known,
    )
  })
  it('says of each event what it is', () => {
    for (const section of sections) assert.match(section.split('\n')[2] ?? '', /^[^|\s].*\.$/, section.split('\n')[0])
  })
  it('marks every reason and every identifier as sealed', () => {
    for (const [, field, sealing] of read('docs/events.md').matchAll(
      /^\| `(reason|identifiers|evidence)` \| [^|]*\| `Sealed\w*(?:\[\])?` \| ?(.*) \|$/gm,
    )) {
      assert.equal(sealing, 'sealed', field)
    }
  })
})
