// What a command has around it: variables, standard input, the two outputs, and how its answer is printed.

/** `stdin` is read only by commands that were told to (`--stdin`). */
export type Terminal = {
  env: Record<string, string | undefined>
  stdin: AsyncIterable<Uint8Array | string>
  out: (text: string) => void
  err: (text: string) => void
}

/** Prints the answer of a command: with `--json` as one JSON document, else as lines for a person. */
export const answer = (terminal: Terminal, json: boolean, value: unknown, lines: string[]): void => {
  if (json) terminal.out(`${JSON.stringify(value, null, 2)}\n`)
  else for (const line of lines) terminal.out(`${line}\n`)
}

/** Thrown behind an answer that tells of something wrong: the command ends with 1, and nothing more is printed. */
export class Unwell extends Error {}

/** Thrown once the process was told to end and what the command had begun is undone: it ends with `exitCode`, 128 and the number of the signal. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('The command was told to end.')
    this.exitCode = exitCode
  }
}
