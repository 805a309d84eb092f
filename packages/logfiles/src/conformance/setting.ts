// What each test of the suite stands on: an empty log, and files by the handful.
import { it } from 'node:test'
import type { LogFiles, NewFile } from '../port.ts'

export type Opened = {
  files: LogFiles
  /** Closes the files and opens them again. */
  reopen: () => Promise<LogFiles>
  /** Removes what the test left, after the files are closed. */
  dispose?: () => Promise<void>
}
export type Open = () => Promise<Opened>

/** A test with a log of its own, which is closed behind it. */
export const withFiles = (open: Open, title: string, test: (opened: Opened) => Promise<void>): void => {
  void it(title, async () => {
    const opened = await open()
    try {
      await test(opened)
    } finally {
      await opened.files.close()
      await opened.dispose?.()
    }
  })
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const file = (path: string, content: string): NewFile => ({ path, bytes: bytes(content) })
export const text = (read: Uint8Array | null): string | null => (read === null ? null : new TextDecoder().decode(read))
