// What a check is asked with, and the files that it names.

/** Paths of new files. `out`: the answer, standard output if no file is named for it. `sent`: the list as it was sent. */
export type Named = { out?: string; sent?: string; proof?: string }

export type Flags = Named & {
  keys?: string
  json?: true
  purpose: string
  channel: string
  controller?: string
  recipient?: string
  scheme?: string
}
