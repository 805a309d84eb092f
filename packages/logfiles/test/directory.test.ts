// The contract of the log's files in a directory, and what only a directory has: parts, modes, a lock, drafts.
import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { logFilesConformance } from '../src/conformance/index.ts'
import { openLogDirectory, openLogDirectoryReader } from '../src/directory/index.ts'

const root = await mkdtemp(join(tmpdir(), 'logfiles-'))
after(() => rm(root, { recursive: true }))
const fresh = (): Promise<string> => mkdtemp(join(root, 'log-'))
const bytes = (text: string): Uint8Array => Buffer.from(text)
const everything = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort()

logFilesConformance('directory', async () => {
  const directory = await fresh()
  const files = await openLogDirectory({ directory })
  return {
    files,
    reopen: async () => {
      await files.close()
      return openLogDirectory({ directory })
    },
    dispose: () => rm(directory, { recursive: true }),
  }
})

describe('a log directory', () => {
  it('keeps what is public, entries and state apart, and leaves no draft', async () => {
    const directory = await fresh()
    const files = await openLogDirectory({ directory })
    await files.create([
      { path: 'tile/0/000.p/1', bytes: bytes('tile') },
      { path: 'tile/entries/000.p/1', bytes: bytes('entry') },
    ])
    await files.replace('checkpoint', bytes('head'))
    await files.replace('state.json', bytes('{}'))
    await files.close()
    assert.deepEqual(await everything(directory), [
      'entries/tile/entries/000.p/1',
      'lock',
      'public/checkpoint',
      'public/tile/0/000.p/1',
      'state.json',
    ])
  })

  it('lets others read what is public, and nothing else', async () => {
    const directory = await fresh()
    const files = await openLogDirectory({ directory })
    await files.create([
      { path: 'tile/0/000.p/1', bytes: bytes('tile') },
      { path: 'tile/entries/000.p/1', bytes: bytes('entry') },
    ])
    await files.replace('state.json', bytes('{}'))
    await files.close()
    const mode = async (...path: string[]): Promise<number> => (await stat(join(directory, ...path))).mode & 0o077
    assert.notEqual(await mode('public', 'tile', '0', '000.p', '1'), 0)
    for (const path of ['entries', 'entries/tile/entries/000.p', 'entries/tile/entries/000.p/1', 'state.json'])
      assert.equal(await mode(path), 0, path)
  })

  it('lets others read what is public under a mask that lets nobody', async () => {
    const directory = await fresh()
    const mask = process.umask(0o077)
    try {
      const files = await openLogDirectory({ directory })
      await files.create(['tile/0/x001/067', 'tile/entries/000'].map((path) => ({ path, bytes: bytes('hashes') })))
      await files.replace('checkpoint', bytes('head'))
      await files.close()
    } finally {
      process.umask(mask)
    }
    const mode = async (path: string): Promise<string> => ((await stat(join(directory, path))).mode & 0o777).toString(8)
    const shown = ['public', 'public/tile/0/x001', 'public/tile/0/x001/067', 'public/checkpoint']
    assert.deepEqual(await Promise.all(shown.map(mode)), ['755', '755', '644', '644'])
    assert.deepEqual(await Promise.all(['entries', 'entries/tile/entries/000'].map(mode)), ['700', '600'])
  })

  it('is written by one process at a time, and read by any beside it', async () => {
    const directory = await fresh()
    const files = await openLogDirectory({ directory })
    await files.replace('checkpoint', bytes('head'))
    await assert.rejects(openLogDirectory({ directory }), { code: 'DATA_LOCKED' })
    assert.equal(Buffer.from((await openLogDirectoryReader(directory).read('checkpoint')) ?? []).toString(), 'head')
    await files.close()
    await (await openLogDirectory({ directory })).close()
  })

  it('takes away drafts that a crash left, and no file of the log', async () => {
    const directory = await fresh()
    const files = await openLogDirectory({ directory })
    await files.create([{ path: 'tile/0/000.p/1', bytes: bytes('tile') }])
    await files.close()
    await writeFile(join(directory, 'drafts', 'half'), 'til')
    const again = await openLogDirectory({ directory })
    assert.deepEqual(await readdir(join(directory, 'drafts')), [])
    assert.notEqual(await again.read('tile/0/000.p/1'), null)
    await again.close()
  })

  it('removes the directory of partial tiles with the last of them', async () => {
    const directory = await fresh()
    const files = await openLogDirectory({ directory })
    const path = (width: number): string => `tile/0/000.p/${width}`
    await files.create([1, 2].map((width) => ({ path: path(width), bytes: bytes(`${width}`) })))
    await files.remove([path(1)])
    assert.deepEqual(await readdir(join(directory, 'public', 'tile', '0')), ['000.p'])
    await files.remove([path(2)])
    assert.deepEqual(await readdir(join(directory, 'public', 'tile', '0')), [])
    await files.close()
  })

  it('answers null where there is no log, and makes none by reading', async () => {
    const directory = join(root, 'nowhere')
    const files = openLogDirectoryReader(directory)
    for (const path of ['checkpoint', 'tile/0/000', 'tile/entries/000', '../checkpoint']) assert.equal(await files.read(path), null)
    assert.ok(!(await readdir(root)).includes('nowhere'))
  })

  it('finds no file where a name is a file that should be a directory', async () => {
    const directory = await fresh()
    await mkdir(join(directory, 'public'), { recursive: true })
    await writeFile(join(directory, 'public', 'tile'), '')
    assert.equal(await openLogDirectoryReader(directory).read('tile/0/000'), null)
  })

  it('what cannot be written is STORE_UNAVAILABLE by its reason, and the same call later succeeds', async () => {
    const directory = await fresh()
    const files = await openLogDirectory({ directory })
    await mkdir(join(directory, 'public'))
    // A link that leads nowhere stands in the way of every user, root too.
    await symlink(join(root, 'nowhere', 'else'), join(directory, 'public', 'tile'))
    const tile = { path: 'tile/0/000', bytes: bytes('tile') }
    await assert.rejects(files.create([tile]), { code: 'STORE_UNAVAILABLE' })
    await rm(join(directory, 'public', 'tile'))
    await files.create([tile])
    assert.notEqual(await files.read('tile/0/000'), null)
    await files.close()
  })

  it('a directory that cannot be made is STORE_UNAVAILABLE', async () => {
    await writeFile(join(root, 'file'), '')
    await chmod(join(root, 'file'), 0o600)
    await assert.rejects(openLogDirectory({ directory: join(root, 'file', 'log') }), { code: 'STORE_UNAVAILABLE' })
  })
})
