// Who may import whom (DESIGN §2): the arrows between packages and services, read from the sources.
import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { homeOf, importsOf, sources } from './sources.ts'

/** Packages of ours that a package may import. Services may import every package; what is neither may import all. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'packages/domain': [],
  'packages/tlog': [],
  'packages/client': [],
  'packages/eventstore': ['domain'],
  'packages/vault': ['domain'],
  'packages/readmodel': ['domain'],
  'packages/proof': ['domain', 'tlog'],
  'packages/logfiles': ['domain', 'eventstore', 'tlog'],
  'packages/edge': ['domain', 'eventstore', 'vault'],
}
const adapters = new Set(['memory', 'sqlite', 'postgres', 'esdb', 'directory'])

const isTest = (path: string): boolean => /(?:^|\/)test\//.test(path)
const inPackage = (path: string): boolean => path.startsWith('packages/')
const inService = (path: string): boolean => path.startsWith('services/')
const composes = (path: string): boolean => homeOf(path) === 'services/standalone'
const services = new Set(sources.filter(inService).map((path) => homeOf(path).slice('services/'.length)))

type Arrow = { from: string; target: string; name: string; subpath: string }
/** Every import of something of ours from the files that `which` picks. */
const arrowsFrom = (which: (path: string) => boolean): Arrow[] =>
  sources.filter(which).flatMap((from) =>
    importsOf(from).flatMap((target) => {
      const [, name, subpath = ''] = /^@consent-ledger\/([^/]+)(?:\/(.+))?$/.exec(target) ?? []
      return name === undefined ? [] : [{ from, target, name, subpath }]
    }),
  )
const wrong = (found: Arrow[]): string[] => found.map(({ from, target }) => `${from} imports ${target}`)

describe('the arrows', () => {
  it('are drawn for every package', () => {
    assert.deepEqual(
      [...new Set(sources.filter(inPackage).map(homeOf))].filter((home) => !(home in arrows)),
      [],
    )
  })
  it('lead from a package only to those below it', () => {
    const found = arrowsFrom((path) => inPackage(path) && !isTest(path))
    assert.deepEqual(wrong(found.filter(({ from, name }) => !arrows[homeOf(from)]?.includes(name))), [])
  })
  it('lead from no package to a service', () => {
    assert.deepEqual(wrong(arrowsFrom(inPackage).filter(({ name }) => services.has(name))), [])
  })
  it('lead from no service to a service, but for standalone, which composes them', () => {
    assert.deepEqual(wrong(arrowsFrom((path) => inService(path) && !composes(path)).filter(({ name }) => services.has(name))), [])
  })
  it('lead to an adapter only from standalone, main files, tests and what is around them', () => {
    const found = arrowsFrom(
      (path) => (inPackage(path) || inService(path)) && !isTest(path) && !composes(path) && !path.endsWith('/main.ts'),
    )
    assert.deepEqual(wrong(found.filter(({ subpath }) => adapters.has(subpath))), [])
  })
  it('lead to a conformance suite only from tests', () => {
    assert.deepEqual(wrong(arrowsFrom((path) => !isTest(path)).filter(({ subpath }) => subpath === 'conformance')), [])
  })
  it('never leave a package by a relative path, nor its sources for its tests', () => {
    const found = sources
      .filter((path) => inPackage(path) || inService(path))
      .flatMap((from) => importsOf(from).map((target) => ({ from, target, to: join(dirname(from), target) })))
      .filter(({ target }) => target.startsWith('.'))
    assert.deepEqual(
      found.filter(({ from, to }) => homeOf(to) !== homeOf(from)),
      [],
    )
    assert.deepEqual(
      found.filter(({ from, to }) => from.includes('/src/') && isTest(to)),
      [],
    )
  })
})
