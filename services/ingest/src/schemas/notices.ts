// GET /v1/notices/{id}: the exact published text, for a site to show.
import { z } from 'zod'
import { Id, Language, Sha256Hex, Vkey } from '@consent-ledger/domain'

export const NoticeParams = z.strictObject({ id: Id })
export const NoticeQuery = z.strictObject({
  language: Language.meta({ examples: ['fr'] }),
  version: z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .optional()
    .meta({ description: 'Default: the version in force now.' }),
  controller: Id.optional(),
})

export const NoticeAnswer = z
  .strictObject({
    id: Id,
    version: z.int(),
    language: Language,
    controller: Id,
    text: z.string(),
    contentType: z.string(),
    sha256: Sha256Hex,
    purposes: z.array(z.strictObject({ id: Id, version: z.int(), title: z.string(), description: z.string() })),
    logKey: Vkey.optional().meta({ description: 'The key that signs the transparency log now, as a C2SP verifier key.' }),
    showing: z.string().meta({ description: 'Send it back as `notice.showing`: the ledger then vouches that it served this text.' }),
  })
  .meta({
    examples: [
      {
        id: 'newsletter-form',
        version: 1,
        language: 'fr',
        controller: 'huttopia',
        text: 'Je souhaite recevoir les offres.',
        contentType: 'text/plain',
        sha256: '3b7c0c9f1c2d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab',
        purposes: [{ id: 'commercial-mail', version: 1, title: 'Offres', description: 'Recevoir les offres' }],
        logKey: 'ledger.example.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
        showing: 'k3w9.0f1e2d3c',
      },
    ],
  })
