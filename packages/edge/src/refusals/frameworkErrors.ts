// What Fastify refuses by itself, in our codes: nobody outside sees which framework this is.
import { LedgerError, type RefusalCode } from '@consent-ledger/domain'

const known: Readonly<Record<string, readonly [RefusalCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['TOO_LARGE', 'The body is larger than this address takes.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['UNREADABLE_BODY', 'The body is not as long as its Content-Length says.'],
  FST_ERR_NOT_FOUND: ['NOT_FOUND', 'There is nothing at this address.'],
  FST_ERR_BAD_URL: ['INVALID_REQUEST', 'The address is not a valid URL.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'There is nothing at this address.'],
}

const text = (error: object, name: string): unknown => (name in error ? Reflect.get(error, name) : undefined)

/** Our error for one of the framework's refusals (a `statusCode` from 400 to 499), null for anything else. Its message is not kept: it may repeat the URL. */
export const translateFrameworkError = (error: unknown): LedgerError | null => {
  if (typeof error !== 'object' || error === null) return null
  const refusal = known[String(text(error, 'code'))]
  if (refusal !== undefined) return new LedgerError(...refusal)
  const status = text(error, 'statusCode')
  if (typeof status !== 'number' || status < 400 || status > 499) return null
  return new LedgerError('INVALID_REQUEST', 'The request cannot be read.')
}
