// The environment of a program that a test starts: nothing of whoever runs the tests, but where Node is and what it has compiled before.

const cache = process.env['NODE_COMPILE_CACHE']

/** The sources are stripped of their types at each start: kept from start to start, that is a third of what a start costs. */
export const bareEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
}
