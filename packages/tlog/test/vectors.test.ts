// The vectors in test/vectors are those that the naive reference makes: nobody has changed them to suit the code.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { madeVectors, vectorsDirectory } from './vectors.ts'

describe('test/vectors', () => {
  for (const [file, make] of Object.entries(madeVectors))
    it(`${file} is what the definition of RFC 6962 and C2SP gives`, () => {
      assert.deepEqual(JSON.parse(readFileSync(new URL(file, vectorsDirectory), 'utf8')), make())
    })
})
