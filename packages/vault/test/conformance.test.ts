// Every adapter passes the suite that the port ships.
import { after, describe, test } from 'node:test'
import { conformance, type Subject } from '../src/conformance/index.ts'
import { openMemoryVault } from '../src/memory.ts'
import { openSqliteVault } from '../src/sqlite/index.ts'
import { newKek, rooms } from './rooms.ts'

const room = rooms()
after(room.clear)

const adapters: Record<string, Subject> = {
  memory: async () => openMemoryVault({ kek: newKek(), clock: Date.now }),
  sqlite: () => openSqliteVault({ file: room.file(), kek: newKek(), clock: Date.now }),
}
for (const [name, open] of Object.entries(adapters))
  describe(`vault: ${name}`, () => {
    for (const { name, run } of conformance) test(name, () => run(open))
  })
