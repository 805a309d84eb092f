// How questions are put: times, pages, ids in the address.
import { z } from 'zod'
import { noPaymentData } from '@consent-ledger/edge'

/** Any offset in; years 1900 to 9998, so that it can be said again in UTC. Epoch ms out. */
export const Time = z.iso
  .datetime({ offset: true })
  .refine((time) => Date.parse(time) >= Date.UTC(1900, 0, 1) && Date.parse(time) < Date.UTC(9999, 0, 1), 'a time from 1900 on')
  .meta({ examples: ['2026-11-22T10:42:05.123Z'] })

export const Limit = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'a number from 1 to 1000')
  .refine((text) => Number(text) <= 1000, 'a number from 1 to 1000')
  .optional()
  .meta({ description: 'Entries of a page: 1 to 1,000, by default 100.', examples: ['100'] })

/** Entries of a page. */
export const limitOf = (asked: string | undefined): number => (asked === undefined ? 100 : Number(asked))

/** A place in a list that counts: a revision or an index. */
export const AfterNumber = z
  .string()
  .regex(/^\d{1,15}$/)
  .optional()
  .meta({ description: '`next` of the page before.' })

export const ReportLanguage = z.enum(['fr', 'en'])

/** Any text, so that a malformed id is simply not there. */
export const OfSubject = z.strictObject({ subjectId: z.string() })
export const OfReceipt = z.strictObject({ receiptId: z.string() })
export const OfLink = z.strictObject({ subjectId: z.string(), linkId: z.string() })

/** Staff's own words: sealed under the register's key. Well-formed Unicode, since it must become a leaf. */
export const Words = z
  .string()
  .min(1)
  .max(2000)
  .refine((text) => text.isWellFormed(), 'well-formed Unicode')
  .meta({ description: 'In your own words. Sealed in the event.', examples: ['Dispute 42'] })

/** Why, in their own words. */
export const Reason = Words.refine(...noPaymentData).meta({
  description: 'Why. Sealed in the event; shown in this answer only.',
  examples: ['Dispute 42'],
})
