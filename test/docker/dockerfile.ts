// docker/Dockerfile, instruction by instruction, and what its last stage sets.
import { read } from '../rules/sources.ts'

export type Instruction = { name: string; text: string }

/** Without comments, lines that go on put together. */
export const instructions = (): Instruction[] =>
  read('docker/Dockerfile')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1).trim() }))

/** The instructions of the last stage: what the image is. */
export const image = (): Instruction[] => {
  const all = instructions()
  return all.slice(all.findLastIndex(({ name }) => name === 'FROM'))
}

/** Variables of the image. */
export const variables = (): Record<string, string> =>
  Object.fromEntries(
    image()
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ text }) => text.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )

/** The words of an instruction in its JSON form; [] in its shell form. */
export const words = (text: string): string[] => {
  const start = text.indexOf('[')
  return start < 0 ? [] : (JSON.parse(text.slice(start)) as string[])
}
