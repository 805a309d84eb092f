// The one error of the ledger and the closed list of its codes. HTTP statuses are the edge's business, not known here.

/** The caller's mistake: trying again with the same words gives the same answer. */
export const refusalCodes = [
  'INVALID_REQUEST',
  'UNREADABLE_BODY',
  'UNSUPPORTED_MEDIA_TYPE',
  'TOO_LARGE',
  'IDEMPOTENCY_KEY_REQUIRED',
  'IDEMPOTENCY_CONFLICT',
  'ALREADY_DONE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ORIGIN_NOT_ALLOWED',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'RATE_LIMITED',
  'CONTROLLER_NEEDED',
  'OCCURRED_AT_AHEAD',
  'IDENTIFIER_INVALID',
  'IDENTIFIER_NEEDS_SECRET_KEY',
  'IDENTITY_CONFLICT',
  'UNKNOWN_PURPOSE',
  'PURPOSE_RETIRED',
  'NOT_A_CONSENT_PURPOSE',
  'CHANNEL_NOT_IN_PURPOSE',
  'UNKNOWN_NOTICE',
  'PURPOSE_NOT_IN_NOTICE',
  'SOURCE_NEEDED',
  'PAYMENT_DATA_REFUSED',
  'CONFIRMATION_GONE',
  'NOTICE_VERSION_FIXED',
  'PURPOSE_VERSION_FIXED',
  'PURPOSE_BASIS_FIXED',
  'BASIS_NOT_FOR_CHANNEL',
  'CATALOGUE_INVALID',
  'UNKNOWN_REGULATOR',
  'NOT_A_CONTACT',
  'RECIPIENT_NOT_COVERED',
  'CURSOR_RESET',
  'SETTING_INVALID',
] as const

/** Somebody else was first: reading again and trying again is right. */
export const conflictCodes = ['WRONG_EXPECTED_REVISION', 'CHECKPOINT_MOVED'] as const

/** Ours. Those from INTEGRITY on stop the process (or refuse its start): going on would make it worse. */
export const faultCodes = [
  'INTERNAL',
  'NOT_READY',
  'STORE_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'VAULT_UNAVAILABLE',
  'NOT_PUBLISHED',
  'STALE',
  'FEED_UNAVAILABLE',
  'INTEGRITY',
  'LOG_DISAGREES',
  'DATA_LOCKED',
  'DATA_CORRUPT',
  'DATA_FOREIGN',
  'DATA_ROLLED_BACK',
  'DATA_TOO_NEW',
  'LEDGER_MOVED',
  'MASTER_KEY_WRONG',
  'SIGNING_KEY_WRONG',
] as const

export type RefusalCode = (typeof refusalCodes)[number]
export type ConflictCode = (typeof conflictCodes)[number]
export type FaultCode = (typeof faultCodes)[number]
export type ErrorCode = RefusalCode | ConflictCode | FaultCode

/** One broken rule. `pointer` is an RFC 6901 pointer into what the caller sent; neither it nor `message` ever holds a value that was sent. */
export type Violation = { pointer: string; rule: string; message: string }

/** The one error type. `message` is a sentence for a person and holds no value that a caller sent. */
export class LedgerError extends Error {
  readonly code: ErrorCode
  readonly violations: Violation[]
  constructor(code: ErrorCode, message: string, options: { violations?: Violation[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LedgerError'
    this.code = code
    this.violations = options.violations ?? []
  }
}

const stopping: ReadonlySet<ErrorCode> = new Set<ErrorCode>(faultCodes.slice(faultCodes.indexOf('INTEGRITY')))

/** Whether the same step later may succeed: the store is away or slow, or nobody knows yet what became of an append. */
export const isPassing = (error: unknown): error is LedgerError =>
  error instanceof LedgerError && (error.code === 'STORE_UNAVAILABLE' || error.code === 'OUTCOME_UNKNOWN')

/** Whether going on after this error could damage or belie the record, so that the process must stop and say why. */
export const stopsTheProcess = (error: unknown): error is LedgerError => error instanceof LedgerError && stopping.has(error.code)

/** A refusal that names one field: the usual case. */
export const refuse = (code: RefusalCode, pointer: string, rule: string, message: string): LedgerError =>
  new LedgerError(code, message, { violations: [{ pointer, rule, message }] })
