// A real Kafka for tests: the one of KAFKA_BROKERS, else one of its own by KAFKA_LAUNCHER, else one in a container, else none, with the reason.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'

const image = 'apache/kafka:4.3.1'

/** `brokers`: `host:port`, separated by commas. */
export type Kafka = { brokers: string; close(): Promise<void> }
/** Of nodes that a test may end and bring back, each by its number from 1. `kill`: SIGKILL; `pause`: frozen, its sockets stay open. */
export type OwnKafka = Kafka & { node(act: 'stop' | 'kill' | 'pause' | 'resume' | 'restart', node: number): Promise<void> }
/** Why there is none, for the test's output. */
export type NoKafka = { skip: string }
const none = (why: string): NoKafka => ({ skip: why })

const setting = (name: string): string | undefined => process.env[name] || undefined
const launcher = (): string | undefined => setting('KAFKA_LAUNCHER')

/** Nodes on free ports of the loopback, in a directory that vanishes with them, even when the test is killed. */
const launch = async (script: string, nodes: 1 | 3): Promise<OwnKafka> => {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'kafkaKeeper.ts'), script, String(nodes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(keeper, 'exit')
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done === true) throw new Error('the keeper of Kafka ended')
    return next.value
  }
  const directory = await answer()
  return {
    brokers: await answer(),
    node: async (act, node) => void (await promisify(execFile)(script, [act, directory, String(node)])),
    close: async () => {
      keeper.stdin.end()
      await ended
    },
  }
}

const openContainer = async (): Promise<Kafka | NoKafka> => {
  const how = 'set KAFKA_BROKERS to host:port of one for tests, or KAFKA_LAUNCHER to a script that starts one'
  try {
    await getContainerRuntimeClient()
    // Clients are sent to the address that the broker says is its own, so the port must be known before it starts.
    const port = 19_092
    const container = await new GenericContainer(image)
      .withExposedPorts({ container: port, host: port })
      .withEnvironment({
        KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_LOG_CLEANER_BACKOFF_MS: '500',
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start()
    return { brokers: `127.0.0.1:${port}`, close: async () => void (await container.stop()) }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return none(`no Kafka: ${how} (a container was tried: ${why})`)
  }
}

/** One for a test that only reads and writes. It may be shared, so each test makes the topic anew. */
export const openKafka = async (): Promise<Kafka | NoKafka> => {
  const brokers = setting('KAFKA_BROKERS')
  if (brokers !== undefined) return { brokers, close: async () => {} }
  const script = launcher()
  return script === undefined ? openContainer() : launch(script, 1)
}

/** One whose nodes a test may end. */
export const openOwnKafka = async (nodes: 1 | 3): Promise<OwnKafka | NoKafka> => {
  const script = launcher()
  return script === undefined
    ? none('no Kafka whose nodes could be ended: set KAFKA_LAUNCHER to a script that starts one')
    : launch(script, nodes)
}

/** For a suite's `skip`: why it has none, or `false`. */
export const whyNoKafka = (kafka: Kafka | NoKafka): string | false => ('brokers' in kafka ? false : kafka.skip)
