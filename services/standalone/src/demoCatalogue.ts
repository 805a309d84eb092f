// Where the example lies.
import { fileURLToPath } from 'node:url'

export const demoCatalogue = fileURLToPath(new URL('../../../examples/huttopia/catalogue.yaml', import.meta.url))
