// API keys as they are looked up: by SHA-256 alone, so that nothing compares a secret byte by byte.
import { hash } from 'node:crypto'

/** SHA-256, lower-case hex, of a key's characters (prefix included): what `SiteKeyIssued` and `OperatorAdded` keep of it. */
export const hashKey = (key: string): string => hash('sha256', key, 'hex')

const bearer = /^Bearer +((?:sk|pk|ok)_[A-Za-z0-9_-]{20,200})$/i

/** The key in an Authorization header, null if there is none of ours. RFC 6750 §2.1. */
export const keyIn = (authorization: string | undefined): string | null => bearer.exec(authorization ?? '')?.[1] ?? null
