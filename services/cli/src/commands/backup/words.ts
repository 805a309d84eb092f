// What a backup says to a person: what it holds, what it does not, and what to do now.
import type { Manifest } from './manifest.ts'

const size = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / (1024 * 1024))} MiB`)

const onServers = ({ store, vault }: Manifest): string[] =>
  store === 'sqlite'
    ? []
    : [
        'The events are in EventStoreDB and not in this backup: its own backup belongs with this one and must be taken before it.',
        ...(vault === null ? ['The vault is in PostgreSQL and not in this backup: back it up now, after the other two.'] : []),
      ]

/** Lines for a person. `keys`: the key directory. */
export const describeBackup = (manifest: Manifest, { directory, keys }: { directory: string; keys: string }): string[] => {
  const { log, events, vault } = manifest
  return [
    `Backed up to ${directory}:`,
    ...(log === null
      ? ['  no log: this ledger has not published one yet']
      : [`  log     ${log.size} leaves, root ${log.root}, every tile derived again from its entries`]),
    ...(events === null ? [] : [`  events  ${size(events.bytes)}, SHA-256 ${events.sha256}`]),
    ...(vault === null ? [] : [`  vault   ${size(vault.bytes)}, SHA-256 ${vault.sha256}`]),
    ...onServers(manifest),
    `The keys were not copied. Keep ${keys} apart from this backup: without master.key nothing in it can be opened, with it all of it can.`,
  ]
}
