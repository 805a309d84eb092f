// The script that lies in each dossier for the other side's expert, byte for byte the file beside this one.
import { readFileSync } from 'node:fs'

/** `verify.py`: Python's standard library and the openssl command, nothing of ours. */
export const verifyScript = readFileSync(new URL('verify.py', import.meta.url), 'utf8')
