// The closed lists of words that may stand in the clear, and the patterns of what else may (DESIGN §4).
import { z } from 'zod'

export const idPattern = /^[a-z][a-z0-9-]{0,62}$/
export const Id = z.string().regex(idPattern)
export const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
/** 128 random bits; never an address. */
export const subjectIdPattern = /^[0-9a-f]{32}$/
export const SubjectId = z.string().regex(subjectIdPattern)
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)
/** A time as stored: UTC with milliseconds. */
export const Instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const Language = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/)

/** GDPR Art. 6(1) as the controller relies on it; `soft-opt-in` is CPCE L34-5 / ePrivacy Art. 13(2); `exempt` needs no basis of consent (LIL 82). */
export const LegalBasis = z.enum(['consent', 'legitimate-interest', 'soft-opt-in', 'contract', 'legal-obligation', 'exempt'])
export type LegalBasis = z.infer<typeof LegalBasis>
export const Channel = z.enum(['email', 'sms', 'phone', 'post', 'push', 'web'])
export type Channel = z.infer<typeof Channel>
/** What a person did: answered yes, answered no, or closed without an answer (which counts as no, CNIL 2020-091/092). */
export const Decision = z.enum(['given', 'refused', 'dismissed'])
export type Decision = z.infer<typeof Decision>

export const MethodKind = z.enum([
  'web-form',
  'banner',
  'preference-centre',
  'mobile-app',
  'phone',
  'paper',
  'in-person',
  'email-link',
  'api',
  'import',
])
/** Named by their youngest member, since that decides what the age of consent asks for (GDPR Art. 8, LIL 45). */
export const AgeBand = z.enum(['under-13', '13', '14', '15', '16-17', '18-or-over'])
export const youngestOf = { 'under-13': 0, '13': 13, '14': 14, '15': 15, '16-17': 16, '18-or-over': 18 } as const satisfies Record<
  z.infer<typeof AgeBand>,
  number
>
export const ActorKind = z.enum(['self', 'minor-with-parent', 'representative'])

/** A contact by the person (CNIL 2021-131). An opened mail is none. */
export const ContactKind = z.enum(['sale', 'click', 'reply', 'login', 'visit', 'call'])
export type ContactKind = z.infer<typeof ContactKind>

/** The word by which a person said no to more than what they named: an objection to `marketing`, a withdrawal of `all`. */
export const Scope = z.enum(['marketing', 'all'])
export type Scope = z.infer<typeof Scope>

/** Why processing is restricted: GDPR Art. 18(1)(a) to (d), in that order. */
export const RestrictionGround = z.enum(['accuracy', 'unlawful', 'claims', 'objection'])
export type RestrictionGround = z.infer<typeof RestrictionGround>

/** Account identifiers name a person; device identifiers name a browser or an app, which several people may share. */
export const IdentifierKind = z.enum(['account', 'device'])
export type IdentifierKind = z.infer<typeof IdentifierKind>
export const builtInSchemes: Readonly<Record<string, IdentifierKind>> = {
  email: 'account',
  phone: 'account',
  customer: 'account',
  cookie: 'device',
  device: 'device',
}

/**
 * What an act had that would have cost it its place had it been a yes, or what the ledger changed about it. On the event, in the clear.
 * `late`: it arrived more than 24 h after it occurred. `clock-ahead`: a browser's clock ran ahead and the server's was taken.
 */
export const Flag = z.enum([
  'dismissed',
  'late',
  'clock-ahead',
  'unknown-notice',
  'purpose-not-in-notice',
  'purpose-retired',
  'channel-not-in-purpose',
  'identity-conflict',
  'showing-not-ours',
  'evidence-dropped',
  'method-dropped',
  'identifier-dropped',
  'reason-dropped',
])
export type Flag = z.infer<typeof Flag>
