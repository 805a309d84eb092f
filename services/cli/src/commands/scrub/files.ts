// The files that a check writes, all begun before anybody is asked: a check that is recorded must not be lost for a name that was taken.
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import type { Terminal } from '../../terminal.ts'
import type { Named } from './flags.ts'
import { untilTold } from './interruption.ts'
import { newFile, outputSink, type Sink } from './sink.ts'

export type Files = { out: Sink; sent: Sink | null; proof: Sink | null }

/** Where a path leads, however it is written: the file itself may not be there yet. */
const placeOf = async (path: string): Promise<string> => {
  const absolute = resolve(path)
  const directory = dirname(absolute)
  return join(await realpath(directory).catch(() => directory), basename(absolute))
}

const demandApart = async (list: string, { out, sent, proof }: Named): Promise<void> => {
  const named = [list === '-' ? undefined : list, out, sent, proof].filter((path) => path !== undefined)
  const places = await Promise.all(named.map(placeOf))
  if (new Set(places).size < places.length)
    throw new LedgerError('INVALID_REQUEST', 'The list, --out, --sent and --proof name one file: give each a name of its own.')
}

/**
 * `list`: path of the list, `-` for standard input. Of what `work` did not bring to its end nothing stands, also where the process is told to end; then `told` is aborted.
 * Errors: ALREADY_DONE, INVALID_REQUEST of a name, Interrupted, those of `work`.
 */
export const withFiles = async <T>(
  list: string,
  named: Named,
  terminal: Terminal,
  work: (files: Files, told: AbortSignal) => Promise<T>,
): Promise<T> => {
  await demandApart(list, named)
  const begun: Sink[] = []
  const undo = (): void => {
    for (const sink of begun) sink.undo()
  }
  return untilTold(undo, async (told) => {
    const begin = async (option: keyof Named): Promise<Sink | null> => {
      const path = named[option]
      if (path === undefined) return null
      const sink = await newFile(path, `--${option}`)
      begun.push(sink)
      told.throwIfAborted()
      return sink
    }
    try {
      const out = (await begin('out')) ?? outputSink(terminal.out)
      return await work({ out, sent: await begin('sent'), proof: await begin('proof') }, told)
    } catch (error) {
      undo()
      throw error
    }
  })
}
