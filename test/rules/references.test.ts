// What a package says it depends on: package.json and tsconfig.json say the same, and no import goes beyond it.
import assert from 'node:assert/strict'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'
import { files, homeOf, importsOf, read, sources } from './sources.ts'

type Versions = Record<string, string>
type PackageFile = { name: string; dependencies?: Versions; devDependencies?: Versions }
type ConfigFile = { references?: { path: string }[] }

const homes = files.filter((path) => basename(path) === 'package.json' && path !== 'package.json').map(dirname)
const packageOf = (home: string): PackageFile => JSON.parse(read(join(home, 'package.json'))) as PackageFile
const referencesOf = (home: string): string[] =>
  ((JSON.parse(read(join(home, 'tsconfig.json'))) as ConfigFile).references ?? []).map(({ path }) => normalize(join(home, path))).sort()
const homeByName = new Map(homes.map((home) => [packageOf(home).name, home]))
const declaredIn = (home: string): string[] => Object.keys({ ...packageOf(home).dependencies, ...packageOf(home).devDependencies })
const oursIn = (names: string[]): string[] => names.flatMap((name) => homeByName.get(name) ?? []).sort()

const packageIn = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
/** Names of packages that a file imports. */
const packagesIn = (path: string): string[] =>
  importsOf(path)
    .filter((target) => !/^(?:\.|node:)/.test(target))
    .map(packageIn)
const shared = declaredIn('.')

const undeclared = (path: string): string[] => {
  const known = new Set([packageOf(homeOf(path)).name, ...declaredIn(homeOf(path)), ...shared])
  return packagesIn(path)
    .filter((name) => !known.has(name))
    .map((name) => `${path} imports ${name}`)
}

const unused = (home: string): string[] => {
  const imported = new Set(sources.filter((path) => homeOf(path) === home).flatMap(packagesIn))
  return declaredIn(home)
    .filter((name) => homeByName.has(name) && !imported.has(name))
    .map((name) => `${home} declares ${name}`)
}

const missing = (path: string): string[] => {
  const { dependencies = {} } = packageOf(homeOf(path))
  return packagesIn(path)
    .filter((name) => !(name in dependencies))
    .map((name) => `${path} imports ${name}`)
}

describe('a package', () => {
  it('is known to the type checker', () => {
    assert.deepEqual(referencesOf('.'), [...homes].sort())
  })
  it('references exactly the packages of ours that it depends on', () => {
    const differing = homes.map((home) => ({ home, references: referencesOf(home), depends: oursIn(declaredIn(home)) }))
    assert.deepEqual(
      differing.filter(({ references, depends }) => references.join() !== depends.join()),
      [],
    )
  })
  it('declares whatever it imports', () => {
    assert.deepEqual(sources.filter((path) => homes.includes(homeOf(path))).flatMap(undeclared), [])
  })
  it('imports whatever of ours it declares', () => {
    assert.deepEqual(homes.filter((home) => /^(?:packages|services)\//.test(home)).flatMap(unused), [])
  })
  it('imports in its sources only what is installed with it', () => {
    const installed = sources.filter((path) => /^(?:packages|services)\/[^/]+\/src\//.test(path) && !path.includes('/conformance/'))
    assert.deepEqual(installed.flatMap(missing), [])
  })
})
