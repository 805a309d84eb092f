// An error as it may be logged: its class, its code, where it happened. Its message may repeat what somebody sent, so it stays out.

type LoggedError = { class: string; code?: string; frames: string[]; cause?: LoggedError }

const mostFrames = 20
const mostCauses = 5
const place = /^\s+at (?:[\w$.<>[\] ]{1,120} \()?(?:async )?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s"'@()]{1,300}:\d+:\d+\)?$/

/** Stack lines that are places in code. The message, which may span lines that look like places, is cut off first. */
const framesOf = (error: Error): string[] => {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const message: unknown = error.message
  const after = typeof message === 'string' && message !== '' ? stack.indexOf(message) + message.length : 0
  return stack
    .slice(after)
    .split('\n')
    .filter((line) => place.test(line))
    .slice(0, mostFrames)
    .map((line) => line.trim())
}

const word = (text: unknown, form: RegExp): string | undefined => (typeof text === 'string' && form.test(text) ? text : undefined)

/** Class, code and frames of an error and of its causes. */
export const errorForLog = (error: Error, depth = 0): LoggedError => {
  const code = word(Reflect.get(error, 'code'), /^[A-Z][A-Z0-9_]{1,60}$/)
  const cause = error.cause
  return {
    class: word(error.constructor?.name, /^[A-Za-z]{1,60}$/) ?? 'Error',
    ...(code === undefined ? {} : { code }),
    frames: framesOf(error),
    ...(cause instanceof Error && depth < mostCauses ? { cause: errorForLog(cause, depth + 1) } : {}),
  }
}
