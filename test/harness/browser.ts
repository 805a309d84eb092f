// As much of a browser as the blocks of docs/integrate.md need.

type Handler = (event: { target: { name: string } }) => unknown
type Element = { hidden: boolean; innerHTML: string; handlers: Handler[]; ticked: Set<string> }
/** One whose pages are of `origin`. `offline` cuts it off. */
export const openBrowser = (origin: string) => {
  const stored = new Map<string, string>()
  const under = { way: [] as Promise<unknown>[], offline: false, errors: 0 }
  const elements = new Map<string, Element>()
  const element = (id: string): Element => {
    const known = elements.get(id) ?? { hidden: true, innerHTML: '', handlers: [], ticked: new Set() }
    elements.set(id, known)
    return Object.assign(known, {
      addEventListener: (_: string, handler: Handler) => known.handlers.push(handler),
      querySelector: (selector: string) => ({ checked: known.ticked.has(selector.split('"')[1] ?? '') }),
    })
  }
  const globals = {
    localStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => stored.set(name, value),
    },
    document: { getElementById: element },
    fetch: (url: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}) => {
      const reply = under.offline ? Promise.reject(new TypeError('offline')) : fetch(url, { ...init, headers: { ...init.headers, origin } })
      under.way.push(reply.catch(() => null))
      return reply
    },
    console: { error: () => under.errors++ },
  }
  const run = async (code: string, more: Record<string, unknown> = {}): Promise<void> => {
    const all = { ...globals, ...more }
    const body = `return (async () => {${code}\n})()`
    // oxlint-disable-next-line typescript/no-implied-eval -- the page's own code is what this test is about
    await (new Function(...Object.keys(all), body)(...Object.values(all)) as Promise<void>)
    await settled()
  }
  const settled = async (): Promise<void> => {
    while (under.way.length > 0) {
      await under.way.shift()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const click = async (id: string, name = id): Promise<void> => {
    for (const handler of element(id).handlers) await handler({ target: { name } })
    await settled()
  }
  const device = (): string => stored.get('consent-device') ?? ''
  return { run, click, element, device, stored, under }
}
