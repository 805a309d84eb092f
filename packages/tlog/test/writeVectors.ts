// Writes test/vectors anew: node packages/tlog/test/writeVectors.ts, then oxfmt. To be run when a vector is added, never to make a test pass.
import { writeFileSync } from 'node:fs'
import { madeVectors, vectorsDirectory } from './vectors.ts'

for (const [file, make] of Object.entries(madeVectors)) writeFileSync(new URL(file, vectorsDirectory), JSON.stringify(make(), null, 2))
