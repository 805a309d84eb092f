// Writes the parts of the documentation that follow from the code. With --check it only says which of them are stale.
import { readFile, writeFile } from 'node:fs/promises'
import { asyncApiDocument } from './generators/asyncapi.ts'
import { eligibilityDocument } from './generators/eligibility.ts'
import { errorsDocument } from './generators/errors.ts'
import { eventsDocument } from './generators/events.ts'
import { openApiDocument } from './generators/openapi.ts'
import { catalogueSchemaDocument, proofSchemaDocument } from './generators/schemas.ts'

const documents = {
  'eligibility.md': eligibilityDocument,
  'events.md': eventsDocument,
  'errors.md': errorsDocument,
  'openapi.json': openApiDocument,
  'asyncapi.yaml': asyncApiDocument,
  'catalogue.schema.json': catalogueSchemaDocument,
  'proof.schema.json': proofSchemaDocument,
}
const checkOnly = process.argv.includes('--check')

for (const [name, make] of Object.entries(documents)) {
  const path = new URL(name, import.meta.url)
  const text = await make()
  if (checkOnly) {
    if ((await readFile(path, 'utf8').catch(() => null)) === text) continue
    process.stderr.write(`docs/${name} is stale: run \`pnpm run docs\`.\n`)
    process.exitCode = 1
  } else {
    await writeFile(path, text)
    process.stdout.write(`docs/${name}\n`)
  }
}
