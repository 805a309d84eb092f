// Every test runs: none is left out, put off or alone. One that lacks an outside server may say at run time what is missing.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { read, sources } from './sources.ts'

// Put together from parts, so that this file does not match itself.
const ways = ['only', 'skip', 'todo'].join('|')
const leftOut = new RegExp(String.raw`\b(?:test|it|describe|suite)\.(?:${ways})\b|\b(?:${ways})\s*:\s*(?:true\b|['"\x60])`)

it('no test is skipped, put off or alone', () => {
  assert.deepEqual(
    sources.filter((path) => /(?:^|\/)test\//.test(path) && leftOut.test(read(path))),
    [],
  )
})
