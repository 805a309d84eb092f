// A Kafka of its own for one test file, in a process that outlives neither its parent nor its standard input: node kafkaKeeper.ts LAUNCHER NODES.
// It prints the directory and the brokers, a line each; when its input ends the nodes are killed and the directory is gone.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [launcher = '', nodes = '1'] = process.argv.slice(2)
const directory = mkdtempSync(join(tmpdir(), 'kafka-'))

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** The first of `count` free ports in a row, below those that the system hands out itself. */
const freePorts = async (count: number): Promise<number> => {
  for (;;) {
    const first = 18_000 + Math.floor(Math.random() * 14_000)
    const free = await Promise.all(Array.from({ length: count }, (_, n) => isFree(first + n)))
    if (free.every(Boolean)) return first
  }
}

const launch = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
  const [command = '', ...rest] = args
  return spawnSync(launcher, [command, join(directory, 'cluster'), ...rest], { encoding: 'utf8' })
}

const clear = (): void => {
  launch('kill')
  rmSync(directory, { recursive: true, force: true })
}

/** A port may be taken by another between being found free and being used. */
const begin = async (tries: number): Promise<string> => {
  const { status, stdout, stderr } = launch('start', String(await freePorts(2 * Number(nodes))), nodes)
  if (status === 0) return stdout.trim()
  clear()
  if (tries > 1) return begin(tries - 1)
  throw new Error(`Kafka did not start\n${stderr}`)
}

// A Ctrl-C, or the end of the time for all tests, reaches the whole group of processes: the parent's end ends this one too, in order.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('exit', clear)
const brokers = await begin(3)
process.stdout.write(`${join(directory, 'cluster')}\n${brokers}\n`)
process.stdin.resume()
process.stdin.once('end', () => process.exit())
