// What a restored ledger makes anew: a read model that was built on other positions, and the mark of how far the old data came.
import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const readModels = ['readmodel.sqlite', 'readmodel.esdb.sqlite']
const endings = ['', '-wal', '-shm', '-journal']

const syncDirectory = (directory: string): void => {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const remove = (directory: string, names: readonly string[]): void => {
  if (!existsSync(directory)) return
  for (const name of names) rmSync(join(directory, name), { force: true })
  syncDirectory(directory)
}

/**
 * Removes them; durable on return. What the log published (log.head) is no such thing and stays. The mark goes last: as long as it stands, a start on data that are not wholly restored is refused.
 * `keys`: the key directory.
 */
export const removeDerived = (data: string, keys: string): void => {
  remove(
    data,
    readModels.flatMap((name) => endings.map((ending) => name + ending)),
  )
  remove(keys, ['high-water.json'])
}
