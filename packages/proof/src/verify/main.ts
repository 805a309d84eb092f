#!/usr/bin/env node
// `ledger-verify`: what an opponent's expert runs, offline.
import { run } from './cli/run.ts'

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
})
