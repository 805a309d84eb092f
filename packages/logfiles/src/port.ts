// Where the files of the transparency log are kept: the port that directory and memory answer alike. Its contract is ./conformance.

/** A file to be made. `path`: as in C2SP tlog-tiles, `tile/0/x001/067.p/3` or `tile/entries/000`. */
export type NewFile = { path: string; bytes: Uint8Array }

/**
 * Paths: `tile/<L>/…` and `checkpoint` are public, `tile/entries/…` are for auditors, `state.json` is the sequencer's own. An adapter keeps the three apart,
 * so that a copy of the public part holds no entry.
 */
export type LogFiles = {
  /** The file, or null if there is none. Errors: STORE_UNAVAILABLE. */
  read(path: string): Promise<Uint8Array | null>
  /**
   * Makes files that are never changed again; all are durable on return, in any order before it. One that is there with the same bytes is left as it is.
   * Errors: LOG_DISAGREES (one is there with other bytes; names it; others of the call may have been made), STORE_UNAVAILABLE (any part of them may have been made; the same call again is safe).
   */
  create(files: readonly NewFile[]): Promise<void>
  /** Replaces a small file, `checkpoint` or `state.json`: the old one or the new one is there at any moment, the new one durably on return. Errors: STORE_UNAVAILABLE. */
  replace(path: string, bytes: Uint8Array): Promise<void>
  /** Takes away tiles of which wider ones are durable. Need not be durable; what is not there is no error. */
  remove(paths: readonly string[]): Promise<void>
  /**
   * Sets every tile and bundle apart that reaches beyond the tree of `size` leaves: drafts of a batch that was cut short, of which nobody was told. Need not be
   * durable; nothing there is no error. Errors: STORE_UNAVAILABLE.
   */
  setApart(size: bigint): Promise<void>
  /** Ends the hold on the files. */
  close(): Promise<void>
}

/** What those who only read are given. */
export type LogReader = Pick<LogFiles, 'read'>
