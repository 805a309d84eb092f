// The writer's thread: takes what is waiting on its port, writes it as one group, answers in the same order.
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import type { ErrorCode } from '@consent-ledger/domain/errors'
import { faultOf, openForWriting } from './connection.ts'
import { Writer, type Outcome, type Request } from './writer.ts'

/** To the thread: requests to write together, or the wish to close. From it: `ready` once, then an answer to each message with requests. */
export type ToWriter = Request[] | 'close'
export type FromWriter = 'ready' | Outcome[] | { code: ErrorCode; message: string }

/** Beyond this a group waits for the next commit, so that one transaction stays small beside the log's checkpoint. */
const mostInGroup = 1024

const serve = (port: MessagePort, file: string): void => {
  const db = openForWriting(file)
  const writer = new Writer(db, file)
  const answer = (message: FromWriter): void => port.postMessage(message)

  const write = (messages: Request[][]): void => {
    try {
      const outcomes = writer.write(messages.flat())
      let from = 0
      for (const { length } of messages) answer(outcomes.slice(from, (from += length)))
    } catch (error) {
      const { code, message } = faultOf(error, file)
      for (const _ of messages) answer({ code, message })
    }
  }

  port.on('message', (first: ToWriter) => {
    let next: ToWriter | undefined = first
    while (next !== undefined) {
      const group: Request[][] = []
      for (let size = 0; next !== undefined && next !== 'close' && size < mostInGroup; next = waiting(port)) {
        group.push(next)
        size += next.length
      }
      if (group.length > 0) write(group)
      if (next === 'close') {
        db.close()
        port.close()
        return
      }
    }
  })
  answer('ready')
}

const waiting = (port: MessagePort): ToWriter | undefined => receiveMessageOnPort(port)?.message as ToWriter | undefined

if (parentPort !== null) serve(parentPort, (workerData as { file: string }).file)
