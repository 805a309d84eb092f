// A catalogue file as people write it: YAML or JSON on disk, with the texts of notices in files beside it.
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { CatalogueFile, LedgerError, type Violation } from '@consent-ledger/domain'
import { LineCounter, parseDocument } from 'yaml'
import { bodyLimits } from '../requests/rules.ts'
import { accept } from '../refusals/violations.ts'

const invalid = (pointer: string, rule: string, message: string): LedgerError =>
  new LedgerError('CATALOGUE_INVALID', message, { violations: [{ pointer, rule, message }] })

type Fields = { [key: string]: unknown }
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

// With its byte order mark, if it has one: the text is what was published, byte for byte.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const readText = async (path: string, pointer: string): Promise<string> => {
  const found = await stat(path).catch(() => null)
  if (!found?.isFile()) throw invalid(pointer, 'file', 'There is no such file.')
  if (found.size > bodyLimits.catalogue) throw invalid(pointer, 'file', 'The file is too large.')
  try {
    return decoder.decode(await readFile(path))
  } catch {
    throw invalid(pointer, 'file', 'The file cannot be read as UTF-8.')
  }
}

/** Follows links before it judges, so that a link does not lead out of the directory either. */
const readBeside = async (directory: string, name: string, pointer: string): Promise<string> => {
  const path = await realpath(resolve(directory, name)).catch(() => null)
  if (path === null) throw invalid(pointer, 'file', 'There is no such file.')
  const way = relative(directory, path)
  if (way.split(sep)[0] === '..' || isAbsolute(way))
    throw invalid(pointer, 'file', 'The file lies outside of the directory of the catalogue.')
  return readText(path, pointer)
}

const inlineTexts = async (texts: unknown, directory: string, pointer: string): Promise<unknown> => {
  if (!isFields(texts)) return texts
  const read = async ([language, text]: [string, unknown]): Promise<[string, unknown]> => {
    if (!isFields(text) || typeof text['file'] !== 'string' || Object.keys(text).length !== 1) return [language, text]
    return [language, await readBeside(directory, text['file'], `${pointer}/${language}/file`)]
  }
  return Object.fromEntries(await Promise.all(Object.entries(texts).map(read)))
}

const inlineNotices = async (notices: unknown, directory: string): Promise<unknown> => {
  if (!Array.isArray(notices)) return notices
  const inline = async (notice: unknown, place: number): Promise<unknown> =>
    isFields(notice) ? { ...notice, text: await inlineTexts(notice['text'], directory, `/notices/${place}/text`) } : notice
  return Promise.all(notices.map(inline))
}

/** JSON is YAML too (YAML 1.2 §1.3), so one parser reads both. Its own messages quote the file and are not passed on. */
const parseText = (text: string): unknown => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [fault] = document.errors
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0])
    throw invalid('', 'yaml', `The file is not YAML at line ${line}, column ${col} (${fault.code}).`)
  }
  try {
    return document.toJS()
  } catch {
    throw invalid('', 'yaml', 'The file has an alias that leads nowhere or too far.')
  }
}

const fromSchema = (violations: Violation[]): LedgerError =>
  new LedgerError('CATALOGUE_INVALID', 'The catalogue file breaks a rule of its schema; see errors.', { violations })

/**
 * Reads a catalogue file; `{ file: NAME }` in place of the text of a notice is replaced by what that file holds, as UTF-8. NAME is relative to
 * the catalogue file and never leads out of its directory. Defaults are filled in; the rules between entries are `decideCatalogue`'s.
 * Errors: CATALOGUE_INVALID, with an RFC 6901 pointer into the file.
 */
export const readCatalogueFile = async (path: string): Promise<CatalogueFile> => {
  const content = parseText(await readText(path, ''))
  if (!isFields(content)) throw invalid('', 'type', 'The file must be a mapping that begins with `controller`.')
  const notices = await inlineNotices(content['notices'], await realpath(dirname(path)))
  try {
    return accept(CatalogueFile, { ...content, ...(notices === undefined ? {} : { notices }) })
  } catch (error) {
    throw error instanceof LedgerError && error.code === 'INVALID_REQUEST' ? fromSchema(error.violations) : error
  }
}
