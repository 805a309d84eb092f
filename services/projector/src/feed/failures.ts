// What a failure of Kafka means for the sender. Trying the same records again is right after nearly all of them.
import { LedgerError } from '@consent-ledger/domain'

const mostCauses = 8

/** An error and what caused it, outermost first. */
const chain = (error: unknown): object[] => {
  const found: object[] = []
  for (let at = error; typeof at === 'object' && at !== null && found.length < mostCauses; at = Reflect.get(at, 'cause')) found.push(at)
  return found
}

/** Kafka's own word for a refusal, such as `NOT_ENOUGH_REPLICAS`; null where no broker refused anything. */
export const kafkaCode = (error: unknown): string | null => {
  for (const each of chain(error)) {
    const [first] = Array.isArray(Reflect.get(each, 'errors')) ? (Reflect.get(each, 'errors') as unknown[]) : []
    const type: unknown =
      Reflect.get(each, 'type') ?? (typeof first === 'object' && first !== null ? Reflect.get(first, 'type') : undefined)
    if (typeof type === 'string') return type
  }
  return null
}

/** The broker does not know how far this producer came (or the topic is another one now): what it is sent must come from a new producer. */
const lostTrack: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
])
const tooLarge: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'])

/** `again`: the same records in the same batches. `anew`: by a new producer. `never`: a fault of ours, which trying again does not heal. */
export const remedyFor = (error: unknown): 'again' | 'anew' | 'never' => {
  const code = kafkaCode(error)
  if (code !== null && tooLarge.has(code)) return 'never'
  return code !== null && lostTrack.has(code) ? 'anew' : 'again'
}

/** Why it failed, in letters alone, so that the log of the process shows it. */
export const why = (error: unknown): string => {
  const code = kafkaCode(error)
  if (code !== null) return code.toLowerCase().replaceAll('_', ' ')
  const inmost = chain(error).at(-1)
  return inmost instanceof Error ? inmost.name : 'no error'
}

/** FEED_UNAVAILABLE: `message` is a sentence for the log, of letters alone. */
export const feedUnavailable = (message: string, cause?: unknown): LedgerError => new LedgerError('FEED_UNAVAILABLE', message, { cause })

/** What `ask` answers. Errors: FEED_UNAVAILABLE, whatever it was. */
export const askingKafka = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw feedUnavailable(`Kafka cannot be used, ${why(error)}`, error)
  }
}
