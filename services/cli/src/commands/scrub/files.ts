// The files that a check writes, all begun before anybody is asked: a check that is recorded must not be lost for a name that was taken.
import { LedgerError } from '@consent-ledger/domain'
import type { Terminal } from '../../terminal.ts'
import { newFile, outputSink, type Sink } from './sink.ts'

/** `out`: the answer, standard output if no file is named for it. `sent`: the list as it was sent. */
export type Files = { out: Sink; sent: Sink | null; proof: Sink | null }
export type Named = { out?: string; sent?: string; proof?: string }

const demandApart = ({ out, sent, proof }: Named): void => {
  const named = [out, sent, proof].filter((path) => path !== undefined)
  if (new Set(named).size < named.length)
    throw new LedgerError('INVALID_REQUEST', '--out, --sent and --proof name one file: give each a name of its own.')
}

/** Of what `work` did not bring to its end nothing stands. Errors: ALREADY_DONE, INVALID_REQUEST of a name, those of `work`. */
export const withFiles = async <T>(named: Named, terminal: Terminal, work: (files: Files) => Promise<T>): Promise<T> => {
  demandApart(named)
  const begun: Sink[] = []
  const begin = async (option: keyof Named): Promise<Sink | null> => {
    const path = named[option]
    if (path === undefined) return null
    const sink = await newFile(path, `--${option}`)
    begun.push(sink)
    return sink
  }
  try {
    const out = (await begin('out')) ?? outputSink(terminal.out)
    return await work({ out, sent: await begin('sent'), proof: await begin('proof') })
  } catch (error) {
    for (const sink of begun) await sink.undo()
    throw error
  }
}
