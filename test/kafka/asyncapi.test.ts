// docs/asyncapi.yaml is an AsyncAPI document by the schema that the AsyncAPI initiative publishes, and its examples are records by its own schemas.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import specs from '@asyncapi/specs'
import { checker, payloadOf, published } from './published.ts'

const schema: object = specs.schemasWithoutId['3.0.0']
const isDocument = checker().compile(schema)

describe('docs/asyncapi.yaml', () => {
  it('is an AsyncAPI 3.0 document', () => {
    assert.equal(published.asyncapi, '3.0.0')
    assert.ok(isDocument(published), JSON.stringify(isDocument.errors))
  })
  it('would be refused with a field that the specification does not know', () => {
    assert.equal(isDocument({ ...published, chanels: {} }), false)
  })
  for (const [name, { examples = [] }] of Object.entries(published.components.messages))
    for (const { payload } of examples)
      it(`has an example of ${name} that is one`, () => {
        const isPayload = payloadOf(name)
        assert.ok(isPayload(payload), JSON.stringify(isPayload.errors))
        assert.equal(isPayload({ ...(payload as object), further: 1 }), false)
      })
})
