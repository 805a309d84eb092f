// What one fsync costs on the disk that is measured: the floor under every durable answer.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { median } from '../figure.ts'
import { newPath } from './place.ts'

const times = 100

/** Median ms of appending 4 KiB and making it durable. */
export const fsyncMilliseconds = (): number => {
  const handle = openSync(newPath('fsync'), 'w')
  const page = Buffer.alloc(4096, 1)
  const took = Array.from({ length: times }, () => {
    const begun = performance.now()
    writeSync(handle, page)
    fdatasyncSync(handle)
    return performance.now() - begun
  })
  closeSync(handle)
  return median(took)
}
