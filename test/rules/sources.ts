// The files of this repository as the rules see them: what people wrote, without what was installed, built or run.
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const notOurs = new Set(['node_modules', 'dist', '.git', 'data', 'data.keys'])

const walk = (directory: string): string[] =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (notOurs.has(entry.name) || entry.name.endsWith('.local')) return []
    if (entry.isDirectory()) return walk(path)
    return entry.isFile() ? [path] : []
  })

const folders = ['packages', 'services', 'test', 'bench', 'examples', 'docs', 'docker', '.ci']
const top = readdirSync(root, { withFileTypes: true })

/** Every file, by its path from the root, in one order everywhere. */
export const files: readonly string[] = top
  .flatMap((entry) => (entry.isDirectory() ? (folders.includes(entry.name) ? walk(entry.name) : []) : [entry.name]))
  .filter((path) => path !== 'pnpm-lock.yaml')
  .sort()

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const code = new Set(['.ts', '.mts', '.js', '.mjs'])
/** Files of TypeScript and JavaScript. */
export const sources: readonly string[] = files.filter((path) => code.has(extname(path)))

/** Texts that are somebody else's words, kept byte for byte. */
export const isQuoted = (path: string): boolean => path === 'LICENSE' || path === join('examples', 'huttopia', 'policy.txt')

const specifier = /(?:\bfrom\s+|\bimport\s+|\bimport\()'(?<target>[^'$\n]+)'/g

/** What a source file imports, in any form, types too. */
export const importsOf = (path: string): string[] => [...read(path).matchAll(specifier)].map(({ groups }) => groups?.['target'] ?? '')

/** `packages/domain` for a file inside it; the top folder for everything that is not a package or a service. */
export const homeOf = (path: string): string =>
  path
    .split('/')
    .slice(0, /^(?:packages|services)\//.test(path) ? 2 : 1)
    .join('/')
