// Small files that are there whole or not at all, under their name, after any crash.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Gives `from` the name `to`, in the same directory; durable on return. */
export const renameDurably = (from: string, to: string): void => {
  renameSync(from, to)
  const directory = openSync(dirname(to), 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** Replaces `file` (0600, its directory 0700 if it must be made); durable on return. A crash before leaves the old content, and perhaps `<file>.new`. */
export const writeDurably = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const handle = openSync(`${file}.new`, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameDurably(`${file}.new`, file)
}
