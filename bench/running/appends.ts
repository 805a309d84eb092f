// One round of appends to EventStoreDB, in a process of its own: the client keeps what is under way in one map for all of a process.
import { runToEnd } from './program.ts'

const seconds = 4

/** Appends a second: by the client as it is (`raw`), or through the adapter. `events`: in one append. `lanes`: appends under way at once. */
export const appendsPerSecond = async (
  url: string,
  by: 'raw' | 'adapter',
  { events, lanes }: { events: number; lanes: number },
): Promise<number> => {
  const args = [url, by, String(events), String(lanes), String(seconds)]
  const printed = await runToEnd(new URL('../programs/appends.ts', import.meta.url), args)
  return (JSON.parse(printed) as { perSecond: number }).perSecond
}
