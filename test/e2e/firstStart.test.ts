// What a new user does: starts on an empty directory, pastes the three commands, pulls the plug, starts again.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LedgerProcess, place, request, type Body } from '../harness/ledger.ts'

const cli = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))
const form = readFileSync(new URL('../../examples/huttopia/notices/newsletter-form.fr.html', import.meta.url), 'utf8')
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

/** The commands as they were printed: each stands after a numbered line and ends with an empty one. */
const printedCommands = (output: string): string[] =>
  [...output.matchAll(/^\d\. [^\n]+:\n((?:[^\n]+(?:\n|$))+)/gm)].map(([, command = '']) => command)

/** Started for the first time, with all said that it has to say. */
const startFirst = async (t: TestContext) => {
  const where = place()
  t.after(where.remove)
  const ledger = await LedgerProcess.start(where.data)
  t.after(() => ledger.stop('SIGKILL'))
  await ledger.says(/ledger proof/)
  return { where, ledger }
}

const paste = (command: string, cwd: string): { out: string; code: number | null } => {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', command], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
  })
  return { out: stdout + stderr, code: status }
}

test('a first start: only its owner can read what it made, and it says what to keep', async (t) => {
  const { where, ledger } = await startFirst(t)
  assert.equal(modeOf(join(where.data, 'keys.json')), '600')
  assert.equal(modeOf(where.data), '700')
  assert.equal(modeOf(where.keys), '700')
  assert.equal(modeOf(join(where.keys, 'master.key')), '600')
  assert.match(ledger.output, /master\.key: back it up apart from the data/)
  assert.match(ledger.output, /DEMO: the example catalogue/)
  const { sites, operators } = ledger.keys
  assert.deepEqual(Object.keys(sites), ['huttopia-fr'])
  assert.match(sites['huttopia-fr']?.secret ?? '', /^sk_/)
  assert.match(sites['huttopia-fr']?.publishable ?? '', /^pk_/)
  assert.deepEqual(Object.keys(operators).sort(), ['admin', 'auditor', 'dpo', 'legal', 'marketing'])
  assert.equal((await ledger.stop()).code, 0)
})

test('the three commands, pasted; then kill -9; then all is still there', { timeout: 120_000 }, async (t) => {
  if (spawnSync('curl', ['--version']).error) return t.skip('curl is not installed; the commands that the ledger prints use it')
  const { where, ledger } = await startFirst(t)
  const cwd = join(dirname(where.data), 'shell')
  mkdirSync(cwd)
  const commands = printedCommands(ledger.output)
  assert.equal(commands.length, 3)
  const [signUp = '', withdraw = '', prove = ''] = commands
  const { receipt } = JSON.parse(paste(signUp, cwd).out) as Body
  assert.deepEqual(
    receipt.events.map(({ type }) => type),
    ['ConsentGiven', 'ConsentRefused'],
  )
  assert.deepEqual((JSON.parse(paste(signUp, cwd).out) as Body).receipt, receipt, 'pasted twice it is one act')
  const withdrawn = JSON.parse(paste(withdraw, cwd).out) as Body
  assert.equal(withdrawn.receipt.subjectId, receipt.subjectId)
  assert.match(prove, /npx -y pnpm@\S+ --silent ledger proof/)
  // What pnpm runs for `ledger`, without fetching pnpm itself.
  const taken = paste(prove.replace(/npx -y pnpm@\S+ --silent ledger/, `"${process.execPath}" "${cli}"`), cwd)
  assert.equal(taken.code, 0, taken.out)
  const { proof } = JSON.parse(readFileSync(join(cwd, 'proof', 'report.json'), 'utf8')) as { proof: Body }
  assert.equal(proof.subjectId, receipt.subjectId)
  assert.deepEqual(
    proof.events.map(({ type }) => type),
    ['ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn'],
  )
  assert.equal(proof.notices[0]?.text, form)
  assert.equal(proof.notices[0]?.sha256, createHash('sha256').update(form).digest('hex'))
  const [shown = ''] = readdirSync(join(cwd, 'proof', 'notice'))
  assert.equal(readFileSync(join(cwd, 'proof', 'notice', shown), 'utf8'), form)
  assert.equal(modeOf(join(cwd, 'proof', 'dossier.zip')), '600')

  await ledger.stop('SIGKILL')
  const again = await LedgerProcess.start(where.data)
  t.after(() => again.stop('SIGKILL'))
  const key = again.keys.operators.legal
  assert.deepEqual(again.keys, ledger.keys)
  const { json } = await request(again.url, 'GET', `/v1/subjects/${receipt.subjectId}/events`, { key })
  assert.deepEqual(
    json.events.map(({ type }) => type),
    ['ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn', 'ProofIssued'],
  )
  const state = await request(again.url, 'GET', `/v1/subjects/${receipt.subjectId}/state`, { key })
  assert.equal(state.json.states.find(({ purpose, channel }) => purpose === 'commercial-mail' && channel === 'email')?.state, 'withdrawn')
  const repeated = paste(signUp.replace(/http:\/\/[\d.]+:\d+/, again.url), cwd)
  assert.deepEqual((JSON.parse(repeated.out) as Body).receipt, receipt, 'the same act, days later and after a crash')
  const { code, output } = await again.stop()
  assert.equal(code, 0)
  assert.doesNotMatch(output, /DEMO|back it up|sk_|ok_/, 'what a first start says is said once')
})
