// Nothing in the repository names the machine that it was written on or the place that its packages came from.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { files, isQuoted, read } from './sources.ts'

// Put together from parts, so that this file does not name them either.
const homes = ['home', 'root', 'work', 'Users', 'private'].join('|')
const machinePath = new RegExp(String.raw`(?:^|[\s"'(=\x60])/(?:${homes})/[\w.-]|[A-Z]:\\\\?Users\b`, 'm')
const registryHost = new RegExp(String.raw`\bregistry\.[a-z0-9-]+\.(?:org|com|net|io|dev)\b|\bnpm\.pkg\b|^\s*registry\s*=`, 'm')

const having = (what: RegExp): string[] => files.filter((path) => !isQuoted(path) && what.test(read(path)))

describe('no file', () => {
  it('holds a path of a machine', () => {
    assert.deepEqual(having(machinePath), [])
  })
  it('holds the host of a registry', () => {
    assert.deepEqual(having(registryHost), [])
  })
  it('of the lock says where a package was fetched', () => {
    assert.doesNotMatch(read('pnpm-lock.yaml'), /https?:\/\/|tarball:/)
  })
})
