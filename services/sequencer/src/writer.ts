// In whose name the sequencer records.
import type { Writer } from '@consent-ledger/domain'

export const writer: Writer = { kind: 'system', id: 'sequencer', trust: 'system' }
