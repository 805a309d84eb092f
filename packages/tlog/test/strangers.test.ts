// Whatever a stranger sends, a parser answers with a value or a TlogError; and a value has one spelling, the one that was sent.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  formatAddCheckpoint,
  formatProofFile,
  formatTreeHead,
  openNote,
  openTreeHead,
  parseAddCheckpoint,
  parseNote,
  parsePolicy,
  parseProofFile,
  parseSkey,
  parseTreeHead,
  parseVkey,
  tlogCodes,
  TlogError,
  verifyProofFile,
} from '../src/index.ts'
import { cosigned, entries, headText, lawFirm, log, proofFileOf } from './given.ts'

const proofFile = await proofFileOf(5n)
const request = formatAddCheckpoint({ old: 9n, proof: [], note: cosigned })
const policy = `log ${log.vkey}\nwitness firm ${lawFirm.vkey} https://w.example.org\ngroup g 1 firm\nquorum g\n`
const leaf = entries[5] ?? new Uint8Array()

/** Reads the text, and writes it again where there is a way to. */
type Parser = { what: string; valid: string; parse: (text: string) => string | void }

const parsers: Parser[] = [
  { what: 'a verifier key', valid: log.vkey, parse: (text) => parseVkey(text).vkey },
  { what: 'a signer key', valid: log.skey, parse: (text) => void parseSkey(text) },
  {
    what: 'a note',
    valid: cosigned,
    parse: (note) => {
      const { text, signatures } = parseNote(note)
      return `${text}\n${signatures.map(({ line }) => line).join('')}`
    },
  },
  { what: 'the text of a tree head', valid: headText, parse: (text) => formatTreeHead(parseTreeHead(text)) },
  { what: 'a proof file', valid: proofFile, parse: (text) => formatProofFile(parseProofFile(text)) },
  { what: 'a request to a witness', valid: request, parse: (text) => formatAddCheckpoint(parseAddCheckpoint(text)) },
  { what: 'a policy', valid: policy, parse: (text) => void parsePolicy(text) },
]

/** Cut, doubled, or with something in it that does not belong there. */
const spoilt = (valid: string): fc.Arbitrary<string> =>
  fc
    .record({
      from: fc.nat(valid.length),
      to: fc.nat(valid.length),
      put: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom('', '\n', '\n\n', ' ', '0', '=', '+', '— ', '\r', '\u{d800}', '\u{2028}', valid),
      ),
    })
    .map(({ from, to, put }) => valid.slice(0, from) + put + valid.slice(to))

const anything = (valid: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: spoilt(valid) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) })

const answered = (parse: () => string | void, text: string): void => {
  try {
    const again = parse()
    if (again !== undefined) assert.equal(again, text)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    assert.ok(tlogCodes.includes(error.code))
  }
}

describe('a text from a stranger, read as', () => {
  for (const { what, valid, parse } of parsers)
    it(what, () => {
      parse(valid)
      fc.assert(
        fc.property(anything(valid), (text) => answered(() => parse(text), text)),
        { numRuns: 3000 },
      )
    })
})

describe('a text that was signed once and changed', () => {
  it('opens as a note only with the text that was signed', () => {
    const property = fc.property(anything(cosigned), (text) =>
      answered(() => assert.equal(openNote(text, [log.verifier]).text, headText), text),
    )
    fc.assert(property, { numRuns: 2000 })
  })

  it('opens as a tree head only with the size and root that were signed', () => {
    const property = fc.property(anything(cosigned), (text) =>
      answered(() => assert.equal(formatTreeHead(openTreeHead(text, [log.verifier], [lawFirm.verifier]).head), headText), text),
    )
    fc.assert(property, { numRuns: 2000 })
  })

  it('proves only the leaf at its index', () => {
    const property = fc.property(anything(proofFile), (text) =>
      answered(() => assert.equal(verifyProofFile(parseProofFile(text), { leaf, log: [log.verifier] }).index, 5n), text),
    )
    fc.assert(property, { numRuns: 2000 })
  })
})
