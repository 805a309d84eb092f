// JSON Schemas for people without this code: of a catalogue file, so that editors complete it, and of a proof, so that others can read it.
import { CatalogueFile } from '@consent-ledger/domain'
import { proofJsonSchema } from '@consent-ledger/proof'
import { z } from 'zod'

const text = (schema: unknown): string => `${JSON.stringify(schema, null, 1)}\n`

/** As the file is written: what has a default may be left out, and the text of a notice may stand in a file of its own. */
export const catalogueSchemaDocument = async (): Promise<string> => {
  const texts = z.record(z.string(), z.union([z.string().min(1), z.strictObject({ file: z.string().min(1) })]))
  const notice = CatalogueFile.shape.notices.unwrap().element.extend({ text: texts })
  return text(z.toJSONSchema(CatalogueFile.extend({ notices: z.array(notice).max(500).optional() }), { io: 'input' }))
}

/** As `POST …/proofs` answers it under `proof`. */
export const proofSchemaDocument = async (): Promise<string> => text(proofJsonSchema())
