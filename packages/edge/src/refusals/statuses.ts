// The one table of HTTP statuses: what each code of the domain is on the wire, with its title.
import type { ErrorCode } from '@consent-ledger/domain'

const statuses = {
  INVALID_REQUEST: [400, 'The request is not valid'],
  UNREADABLE_BODY: [400, 'The body cannot be read'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body is not JSON'],
  TOO_LARGE: [413, 'Too large'],
  IDEMPOTENCY_KEY_REQUIRED: [400, 'An Idempotency-Key is required'],
  IDEMPOTENCY_CONFLICT: [409, 'This Idempotency-Key came with other content'],
  ALREADY_DONE: [409, 'Already done'],
  UNAUTHENTICATED: [401, 'A valid key is required'],
  FORBIDDEN: [403, 'Not allowed'],
  ORIGIN_NOT_ALLOWED: [403, 'The key may not be used from this origin'],
  NOT_FOUND: [404, 'Not found'],
  METHOD_NOT_ALLOWED: [405, 'This method is not for this address'],
  NOT_ACCEPTABLE: [406, 'No such form of the answer'],
  RATE_LIMITED: [429, 'Too many requests'],
  CONTROLLER_NEEDED: [400, 'The controller must be named'],
  OCCURRED_AT_AHEAD: [400, 'The time of the act lies in the future'],
  IDENTIFIER_INVALID: [422, 'An identifier is not valid'],
  IDENTIFIER_NEEDS_SECRET_KEY: [422, 'This identifier needs a secret key'],
  IDENTITY_CONFLICT: [409, 'The identifiers belong to different people'],
  UNKNOWN_PURPOSE: [422, 'Unknown purpose'],
  PURPOSE_RETIRED: [422, 'The purpose is retired'],
  NOT_A_CONSENT_PURPOSE: [422, 'The purpose does not rest on consent'],
  CHANNEL_NOT_IN_PURPOSE: [422, 'The purpose does not have this channel'],
  UNKNOWN_NOTICE: [422, 'Unknown notice'],
  PURPOSE_NOT_IN_NOTICE: [422, 'The notice does not show this purpose'],
  SOURCE_NEEDED: [422, 'An import must name its source'],
  PAYMENT_DATA_REFUSED: [422, 'Payment data is not kept here'],
  CONFIRMATION_GONE: [410, 'This confirmation is no longer open'],
  NOTICE_VERSION_FIXED: [409, 'A published notice version is fixed'],
  PURPOSE_VERSION_FIXED: [409, 'A published purpose version is fixed'],
  PURPOSE_BASIS_FIXED: [409, 'The legal basis of a purpose is fixed'],
  BASIS_NOT_FOR_CHANNEL: [422, 'The regulator does not allow this basis on this channel'],
  CATALOGUE_INVALID: [422, 'The catalogue contradicts itself'],
  UNKNOWN_REGULATOR: [422, 'Unknown regulator profile'],
  NOT_A_CONTACT: [422, 'Not a contact by the person'],
  RECIPIENT_NOT_COVERED: [422, 'The scrub does not cover this system'],
  CURSOR_RESET: [410, 'The feed was begun anew'],
  SETTING_INVALID: [400, 'A setting of the ledger is wrong'],
  WRONG_EXPECTED_REVISION: [409, 'Somebody else was first'],
  CHECKPOINT_MOVED: [409, 'Somebody else was first'],
  INTERNAL: [500, 'A fault of the ledger'],
  NOT_READY: [503, 'Not ready yet'],
  STORE_UNAVAILABLE: [503, 'The store cannot be reached'],
  OUTCOME_UNKNOWN: [503, 'It is not known yet whether this was recorded'],
  VAULT_UNAVAILABLE: [503, 'The vault cannot be reached'],
  NOT_PUBLISHED: [503, 'Not under a published tree head yet'],
  STALE: [503, 'Too far behind to answer'],
  FEED_UNAVAILABLE: [503, 'The feed cannot be written'],
  INTEGRITY: [500, 'A fault of the ledger'],
  LOG_DISAGREES: [500, 'A fault of the ledger'],
  DATA_LOCKED: [500, 'A fault of the ledger'],
  DATA_CORRUPT: [500, 'A fault of the ledger'],
  DATA_FOREIGN: [500, 'A fault of the ledger'],
  DATA_ROLLED_BACK: [500, 'A fault of the ledger'],
  DATA_TOO_NEW: [500, 'A fault of the ledger'],
  LEDGER_MOVED: [500, 'A fault of the ledger'],
  MASTER_KEY_WRONG: [500, 'A fault of the ledger'],
  SIGNING_KEY_WRONG: [500, 'A fault of the ledger'],
} as const satisfies Record<ErrorCode, readonly [number, string]>

/** HTTP status of a code. */
export const statusOf = (code: ErrorCode): number => statuses[code][0]

/** The `title` of a code's problem (RFC 9457 §3.1.3): the same for every occurrence. */
export const titleOf = (code: ErrorCode): string => statuses[code][1]

/** Every code that has a status. */
export const codesWithStatus = Object.keys(statuses)

/** Seconds after which asking again may help, for the codes that say so (`Retry-After`). */
export const retryAfterOf = (code: ErrorCode): number | undefined => (statusOf(code) === 503 ? 2 : undefined)
