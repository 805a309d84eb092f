// Which real EventStoreDB the tests run on: the one in EVENTSTORE_URL, else one in a container, else none, with the reason.
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'

/** 23.10 LTS, like 24.6 the last line under a BSD licence; later ones are source-available. The image for arm64 has a tag of its own. */
export const image = `eventstore/eventstore:23.10.2-${process.arch === 'arm64' ? 'alpha-arm64v8' : 'bookworm-slim'}`

const port = 2113

/** `skip`: why there is none, for the test's output. */
export type WhichServer = { url: string; stop(): Promise<void> } | { skip: string }

const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))

const startContainer = async (): Promise<WhichServer> => {
  const container = await new GenericContainer(image)
    .withEnvironment({ EVENTSTORE_INSECURE: 'true', EVENTSTORE_CLUSTER_SIZE: '1', EVENTSTORE_TELEMETRY_OPTOUT: 'true' })
    .withExposedPorts(port)
    .withWaitStrategy(Wait.forHttp('/health/live', port).forStatusCode(204))
    .start()
  const url = `esdb://${container.getHost()}:${container.getMappedPort(port)}?tls=false`
  return { url, stop: async () => void (await container.stop()) }
}

/** Rejects never: no engine, or no image on a closed network, is a reason to go without. */
export const whichServer = async (): Promise<WhichServer> => {
  const url = process.env['EVENTSTORE_URL']
  if (url !== undefined && url !== '') return { url, stop: async () => {} }
  const without = (why: string, error: unknown): WhichServer => {
    const reason = `EVENTSTORE_URL is not set, and ${why} (${firstLine(error)})`
    return { skip: reason }
  }
  try {
    await getContainerRuntimeClient()
  } catch (error) {
    return without('there is no container engine', error)
  }
  return startContainer().catch((error: unknown) => without(`${image} does not start`, error))
}

/** For a suite's `skip`: why it has no server, or `false`. */
export const whyNone = (server: WhichServer): string | false => ('url' in server ? false : server.skip)
