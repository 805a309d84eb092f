// The look-ups of a scrub and nothing else: a stopped ledger's directory and read model, asked for the addresses of a file in the same portions. Prints lines a second.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogueAggregate } from '@consent-ledger/domain'
import { fold } from '@consent-ledger/eventstore'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { openKeyDirectory, readIdentifiers } from '@consent-ledger/vault'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'

const portion = 500
const [data = '', addresses = '', controller = 'huttopia', purpose = 'commercial-mail'] = process.argv.slice(2)
const stop = (fault: unknown): never => {
  process.stderr.write(`${String(fault)}\n`)
  process.exit(1)
}
const store = await openSqliteEventStore({ directory: data, onFatal: stop })
const readModel = await openSqliteReadModel({ file: join(data, 'readmodel.sqlite'), ledgerId: store.identity() ?? '' })
const { kek } = openKeyDirectory(`${data}.keys`, () => {}, { expectExisting: true })
const vault = await openSqliteVault({ file: join(data, 'vault.sqlite'), kek, clock: Date.now })
const catalogue = await fold(store, catalogueAggregate(controller))
const lines = readFileSync(addresses, 'utf8').trimEnd().split('\n')

const begun = performance.now()
let allowed = 0
for (let from = 0; from < lines.length; from += portion) {
  const posted = lines.slice(from, from + portion).map((line) => JSON.parse(line) as { scheme: string; value: string })
  const { identifiers } = readIdentifiers(catalogue, posted, '')
  const subjectIds = (await vault.findEach(controller, identifiers)).flat()
  const rows = await readModel.verdicts({ controller, purpose, channel: 'email', subjectIds })
  for (const row of rows) if (row?.allowed === true) allowed++
}
const perSecond = lines.length / ((performance.now() - begun) / 1000)
await readModel.close()
await vault.close()
await store.close()
process.stdout.write(JSON.stringify({ perSecond, allowed }))
