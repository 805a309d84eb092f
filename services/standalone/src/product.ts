// What this product is called by number, and where its example lies.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packageFile = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

export const version = packageFile.version
export const demoCatalogue = fileURLToPath(new URL('../../../examples/huttopia/catalogue.yaml', import.meta.url))
