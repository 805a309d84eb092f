// The doc comments of the event schemas, read from their sources: what the code says about itself is what the document says.
import { readFile } from 'node:fs/promises'

const packages = new URL('../../packages/', import.meta.url)
const commented = /(?:\/\*\*(?<words>(?:(?!\*\/)[\s\S])*?)\*\/\s*\n)?^(?: {2}|export const )(?<name>[A-Z]\w+)(?: = |: )(?:z\.|[A-Z]\w+\.)/gm

/** The comment before each schema of a source file of `packages`, by the name of the schema, on one line; '' where there is none. */
export const commentsIn = async (file: string): Promise<Map<string, string>> => {
  const text = await readFile(new URL(file, packages), 'utf8')
  return new Map(
    [...text.matchAll(commented)].map(({ groups }) => [
      groups?.['name'] ?? '',
      (groups?.['words'] ?? '').replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim(),
    ]),
  )
}
