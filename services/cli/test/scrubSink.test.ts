// A new file of a scrub: beside whatever else has a name, whole before it has its own, and never in the place of another's.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { newFile } from '../src/commands/scrub/sink.ts'

const directoryFor = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'sink-'))
  t.after(() => rm(directory, { recursive: true }))
  return directory
}

test('stands under its name once it is whole, for its owner alone', async (t) => {
  const directory = await directoryFor(t)
  const sink = await newFile(join(directory, 'clients'), '--out')
  await sink.put(Buffer.from('one '))
  await sink.put(Buffer.from('two'))
  assert.ok(!(await readdir(directory)).includes('clients'))
  await sink.done()
  sink.undo()
  assert.deepEqual(await readdir(directory), ['clients'])
  assert.equal(await readFile(join(directory, 'clients'), 'utf8'), 'one two')
  assert.equal((await stat(join(directory, 'clients'))).mode & 0o777, 0o600)
})

test('touches no file of another name', async (t) => {
  const directory = await directoryFor(t)
  await writeFile(join(directory, 'clients.part'), 'mine')
  const sink = await newFile(join(directory, 'clients'), '--out')
  await sink.put(Buffer.from('theirs'))
  await sink.done()
  assert.deepEqual((await readdir(directory)).sort(), ['clients', 'clients.part'])
  assert.equal(await readFile(join(directory, 'clients.part'), 'utf8'), 'mine')
})

test('given a file that came under its name meanwhile, then that one stays and nothing else is left', async (t) => {
  const directory = await directoryFor(t)
  const sink = await newFile(join(directory, 'clients'), '--out')
  await sink.put(Buffer.from('theirs'))
  await writeFile(join(directory, 'clients'), 'mine')
  await assert.rejects(sink.done(), { code: 'ALREADY_DONE', message: /--out.*meanwhile/ })
  sink.undo()
  assert.deepEqual(await readdir(directory), ['clients'])
  assert.equal(await readFile(join(directory, 'clients'), 'utf8'), 'mine')
})

test('given two under one name, then the first that is whole has it, unmixed', async (t) => {
  const directory = await directoryFor(t)
  const path = join(directory, 'clients')
  const [early, late] = [await newFile(path, '--out'), await newFile(path, '--out')]
  for (const letter of ['1', '2']) {
    await early.put(Buffer.from(`early ${letter}\n`))
    await late.put(Buffer.from(`late ${letter}\n`))
  }
  await late.done()
  await assert.rejects(early.done(), { code: 'ALREADY_DONE' })
  early.undo()
  assert.deepEqual(await readdir(directory), ['clients'])
  assert.equal(await readFile(path, 'utf8'), 'late 1\nlate 2\n')
})

test('given a link under its name that leads nowhere, then it is refused before anything is begun', async (t) => {
  const directory = await directoryFor(t)
  await symlink(join(directory, 'nowhere'), join(directory, 'clients'))
  await assert.rejects(newFile(join(directory, 'clients'), '--out'), { code: 'ALREADY_DONE' })
  assert.deepEqual(await readdir(directory), ['clients'])
})

test('undone, takes nothing more and leaves nothing', async (t) => {
  const directory = await directoryFor(t)
  const sink = await newFile(join(directory, 'sent'), '--sent')
  await sink.put(Buffer.from('anna.martin@example.org'))
  sink.undo()
  assert.deepEqual(await readdir(directory), [])
  await assert.rejects(sink.put(Buffer.from('bruno@example.org')))
  await assert.rejects(sink.done())
  assert.deepEqual(await readdir(directory), [])
})
