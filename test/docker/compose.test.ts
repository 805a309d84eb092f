// docker/compose.yml without an engine: by the Compose Specification's schema (dclint ships it), and by what this project promises of each container.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { parseSettings } from '@consent-ledger/edge'
import { DCLinter } from 'dclint'
import { image as testedImage } from '../harness/whichServer.ts'
import { read, root } from '../rules/sources.ts'
import { composeFile, passwords, path, rawFile, type Service } from './composeFile.ts'
import { variables } from './dockerfile.ts'

const { services, volumes, networks } = composeFile(passwords)
const all = Object.entries(services)
const namesOf = (found: [string, unknown][]): string[] => found.map(([name]) => name)
const inProfile = (profile: string): string[] => namesOf(all.filter(([, { profiles }]) => profiles.includes(profile)))
const isOurs = ({ image }: Service): boolean => image.startsWith('consent-ledger:')
const dependencies = all.flatMap(([name, { depends_on = {} }]) =>
  Object.entries(depends_on).map(([on, { condition }]) => ({ name, on, condition })),
)
/** Those that do their work and end. */
const oneShots = new Set(dependencies.filter(({ condition }) => condition === 'service_completed_successfully').map(({ on }) => on))

const rules = {
  'service-image-require-explicit-tag': 2,
  'no-unbound-port-interfaces': 2,
  'no-version-field': 2,
  'require-project-name-field': 2,
}
type Linted = { messages: { type: string; rule: string; message: string }[] }[]
/** Violations of the schema (`invalid-…`) and of the rules above. */
const broken = (file: string): string[] => {
  const linted: Linted = new DCLinter({ rules, quiet: true, debug: false, exclude: [] }).lintFiles([file], false)
  return linted
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => /^(?:invalid|unknown)-/.test(rule) || rule in rules)
    .map(({ rule, message }) => `${rule}: ${message}`)
}

describe('the schema', () => {
  it('of the Compose Specification holds', () => assert.deepEqual(broken(join(root, path)), []))
  it('would notice a misspelt field and a port that is open to everybody', (t: TestContext) => {
    const directory = mkdtempSync(join(tmpdir(), 'compose-'))
    t.after(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'compose.yml')
    writeFileSync(file, read(path).replace('read_only:', 'readonly:'))
    assert.match(broken(file).join('\n'), /invalid-schema/)
    writeFileSync(file, read(path).replace('127.0.0.1:2113:2113', '2113:2113'))
    assert.match(broken(file).join('\n'), /no-unbound-port-interfaces/)
  })
})

describe('every container', () => {
  it('comes from an image with an exact version, or from ours', () => {
    const versioned = /:\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?$/
    assert.deepEqual(namesOf(all.filter(([, service]) => !versioned.test(service.image) && !(isOurs(service) && service.build))), [])
  })
  it('of an EventStoreDB comes from the line that the tests run on', { skip: process.arch !== 'x64' && 'the image is another' }, () => {
    const used = new Set(all.map(([, { image }]) => image).filter((image) => image.includes('/eventstore:')))
    assert.deepEqual([...used], [testedImage])
  })
  it('has a file system that it cannot write, no capability and no way to more', () => {
    for (const [name, service] of all) {
      assert.equal(service.read_only, true, name)
      assert.deepEqual(service.cap_drop, ['ALL'], name)
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
      assert.equal(service.privileged ?? service.pid, undefined, name)
      assert.notEqual(service.network_mode, 'host', name)
      assert.doesNotMatch(service.volumes?.join() ?? '', /docker\.sock/, name)
    }
  })
  it('has back only the capability that its comment names', () => {
    const given = all.filter(([, { cap_add }]) => cap_add !== undefined).map(([name, { cap_add }]) => [name, cap_add])
    assert.deepEqual(given, [
      ['certificates', ['CHOWN']],
      ['proxy', ['NET_BIND_SERVICE']],
    ])
  })
  it('runs as a user that is not root, but for the one that gives files away and has no network', () => {
    assert.deepEqual(namesOf(all.filter(([, { user = '0' }]) => !/^[1-9]\d*:[1-9]\d*$/.test(user))), ['certificates'])
    assert.equal(services['certificates']?.network_mode, 'none')
  })
  it('says whether it is well, or does its work and ends', () => {
    for (const [name, service] of all) {
      const ends = oneShots.has(name)
      assert.equal(service.restart === undefined, ends, name)
      const checked = service.healthcheck?.test !== undefined || (isOurs(service) && service.healthcheck?.disable !== true)
      assert.equal(checked, !ends, name)
    }
  })
  it('publishes to this machine only', () => {
    for (const [name, { ports = [] }] of all) for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, name)
  })
  it('runs a program that is there', () => {
    const programs = all.flatMap(([, { command = [] }]) => (command[0] === 'node' ? [command[1] ?? ''] : []))
    assert.ok(programs.length >= 5)
    assert.deepEqual(
      programs.filter((program) => !existsSync(join(root, program))),
      [],
    )
  })
})

describe('passwords', () => {
  it('stand in the file for the profile dev only', () => {
    const secret = /PASSWORD/
    const found = Object.entries(rawFile().services).flatMap(([name, { environment = {}, profiles }]) =>
      Object.entries(environment)
        .filter(([variable, value]) => (secret.test(variable) && !/^(?:\$\{[^}]+\})+$/.test(value)) || /:\/\/[^:/@]+:[^$@]+@/.test(value))
        .map(([variable]) => `${profiles.join()} ${name} ${variable}`),
    )
    assert.deepEqual(found, ['dev postgres-dev POSTGRES_PASSWORD'])
  })
  it('of the administrator are known to the server and to prepare, and to no service', () => {
    const knowing = all.filter(([, { environment = {} }]) => Object.values(environment).some((value) => value.includes('a1')))
    assert.deepEqual(namesOf(knowing), ['eventstore1', 'eventstore2', 'eventstore3', 'prepare'])
  })
  it('are named in env.example, each of them', () => {
    for (const name of Object.keys(passwords)) assert.match(read('docker/env.example'), new RegExp(`^${name}=$`, 'm'))
    for (const [, name = ''] of read(path).matchAll(/\$\{([A-Z_]+)/g))
      assert.match(read('docker/env.example'), new RegExp(`^#?${name}=`, 'm'))
  })
})

describe('settings', () => {
  /** Given to commands, not to a process that listens. */
  const ofCommands = ['EVENTSTORE_LEDGER_PASSWORD']
  const known = /^(?:LEDGER_|(?:LOG_LEVEL|EVENTSTORE_URL|DATABASE_URL|KAFKA_BROKERS|NODE_ENV)$)/
  for (const [name, { environment = {} }] of all.filter(([, service]) => isOurs(service)))
    it(`of ${name} are known and good`, () => {
      const given = { ...variables(), ...environment }
      assert.deepEqual(
        Object.keys(given).filter((variable) => !known.test(variable) && !ofCommands.includes(variable)),
        [],
      )
      const settings = parseSettings(given)
      assert.equal(settings.host, '0.0.0.0')
      assert.notEqual(settings.data, settings.keys)
      if (settings.store === 'esdb') assert.ok(settings.eventStoreUrl?.startsWith('esdb://ledger:c3@'))
      if (settings.store === 'esdb') assert.equal(settings.databaseUrl === undefined, name === 'sequencer', 'who seals knows no people')
      assert.equal(settings.kafkaBrokers !== undefined, name === 'projector', 'one service sends the feed')
      if (name === 'standalone' || name === 'bootstrap') assert.ok(settings.catalogue, 'beyond loopback a catalogue must be named')
    })
})

describe('the log', () => {
  const mounts = (volume: string): string[] =>
    all.flatMap(([name, service]) =>
      (service.volumes ?? []).filter((one) => one.startsWith(`${volume}:`)).map((one) => `${name}${one.endsWith(':ro') ? ' reads' : ''}`),
    )
  it('is written by the sequencer alone, which alone has its key and does not have the master key', () => {
    assert.deepEqual(mounts('log'), ['ingest reads', 'projector reads', 'reports reads', 'sequencer'])
    assert.deepEqual(mounts('log-key'), ['sequencer'])
    assert.ok(!mounts('keys').includes('sequencer'))
  })
})

describe('a profile', () => {
  it('is one of three', () => {
    assert.deepEqual([...new Set(all.flatMap(([, { profiles }]) => profiles))].sort(), ['cluster', 'dev', 'standalone'])
  })
  it('holds what it promises', () => {
    assert.deepEqual(inProfile('standalone'), ['standalone'])
    assert.equal(services['standalone']?.volumes?.filter((volume) => !volume.endsWith(':ro')).length, 1)
    assert.deepEqual(inProfile('dev'), ['eventstore-dev', 'postgres-dev', 'kafka'])
    const servers = ['kafka', 'certificates', 'eventstore1', 'eventstore2', 'eventstore3', 'postgres']
    assert.deepEqual(inProfile('cluster'), [...servers, 'prepare', 'bootstrap', 'ingest', 'projector', 'reports', 'sequencer', 'proxy'])
    assert.deepEqual(
      ['ingest', 'projector', 'reports', 'sequencer'].map((name) => services[name]?.deploy?.replicas ?? 1),
      [2, 2, 1, 1],
    )
  })
  it('has with each container whatever that waits for, and nothing is waited for in vain', () => {
    for (const { name, on, condition } of dependencies) {
      const profiles = services[name]?.profiles ?? []
      assert.deepEqual(
        profiles.filter((profile) => !services[on]?.profiles.includes(profile)),
        [],
        `${name} waits for ${on}`,
      )
      assert.equal(condition, oneShots.has(on) ? 'service_completed_successfully' : 'service_healthy', `${name} waits for ${on}`)
    }
  })
  it('uses volumes and networks that are declared, all of them', () => {
    const used = all.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '')
    const isNamed = (volume: string): boolean => !/^[./]/.test(volume)
    assert.deepEqual([...new Set(used.filter(isNamed))].sort(), Object.keys(volumes).sort())
    assert.deepEqual([...new Set(all.flatMap(([, service]) => service.networks ?? []))].sort(), Object.keys(networks).sort())
  })
})
