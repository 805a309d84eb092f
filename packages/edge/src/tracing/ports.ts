// The ports of a process, with each call noted as a step of the request that makes it.
import type { EventStore } from '@consent-ledger/eventstore'
import type { Vault } from '@consent-ledger/vault'
import { noSpans, type Spans } from './spans.ts'

/** The same store; nothing of a stream's name or content is noted. */
export const tracedStore = (store: EventStore, spans: Spans): EventStore =>
  spans === noSpans
    ? store
    : {
        append: (stream, expected, events) =>
          spans.step('store.append', { events: events.length }, () => store.append(stream, expected, events)),
        readStream: (stream, page) => spans.step('store.readStream', {}, () => store.readStream(stream, page)),
        readAll: (page) => store.readAll(page),
        subscribeAll: (from, signal) => store.subscribeAll(from, signal),
        head: () => spans.step('store.head', {}, () => store.head()),
        close: () => store.close(),
      }

/** The same vault, with those of its calls noted that an act or a look-up waits for. */
export const tracedVault = (vault: Vault, spans: Spans): Vault =>
  spans === noSpans
    ? vault
    : {
        ...vault,
        claim: (claim) => spans.step('vault.claim', {}, () => vault.claim(claim)),
        claimOn: (subjectId, act) => spans.step('vault.claimOn', {}, () => vault.claimOn(subjectId, act)),
        rehearse: (claim) => spans.step('vault.rehearse', {}, () => vault.rehearse(claim)),
        find: (controller, identifiers) => spans.step('vault.find', {}, () => vault.find(controller, identifiers)),
        findEach: (controller, identifiers) => spans.step('vault.findEach', {}, () => vault.findEach(controller, identifiers)),
        keyById: (keyId) => spans.step('vault.keyById', {}, () => vault.keyById(keyId)),
        logAccess: (access) => spans.step('vault.logAccess', {}, () => vault.logAccess(access)),
      }
