// Answers read from a raw connection (RFC 9112 §6.3), one after the other, as they come in a pipeline.

export type Answer = { status: number; headers: Map<string, string>; body: Buffer }

const crlf = Buffer.from('\r\n')
const blank = Buffer.from('\r\n\r\n')

/** The content of chunks and where they end; null while they are not whole. */
const readChunks = (bytes: Buffer, from: number): { body: Buffer; end: number } | null => {
  const parts: Buffer[] = []
  for (let at = from; ;) {
    const line = bytes.indexOf(crlf, at)
    if (line === -1) return null
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const end = line + 2 + size
    if (bytes.length < end + 2) return null
    if (size === 0) return { body: Buffer.concat(parts), end: end + 2 }
    parts.push(bytes.subarray(line + 2, end))
    at = end + 2
  }
}

const readHead = (text: string): { status: number; headers: Map<string, string> } => {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]
  if (status === undefined) throw new Error('what came back is not HTTP')
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return { status: Number(status), headers: new Map(headers) }
}

export class AnswerReader {
  #bytes: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
  }

  /** Whether something came that is not a whole answer yet. */
  get begun(): boolean {
    return this.#bytes.length > 0
  }

  /** The next whole answer to a request by `method`; interim ones (1xx) are passed over. Null while it is not whole. */
  next(method: string): Answer | null {
    const headEnd = this.#bytes.indexOf(blank)
    if (headEnd === -1) return null
    const { status, headers } = readHead(this.#bytes.toString('latin1', 0, headEnd))
    const from = headEnd + blank.length
    if (status < 200) {
      this.#bytes = this.#bytes.subarray(from)
      return this.next(method)
    }
    const content = this.#content({ from, headers, empty: method === 'HEAD' || status === 204 || status === 304 })
    if (content === null) return null
    this.#bytes = this.#bytes.subarray(content.end)
    return { status, headers, body: content.body }
  }

  #content({ from, headers, empty }: { from: number; headers: Map<string, string>; empty: boolean }): { body: Buffer; end: number } | null {
    if (empty) return { body: Buffer.alloc(0), end: from }
    if (headers.get('transfer-encoding') === 'chunked') return readChunks(this.#bytes, from)
    const end = from + Number(headers.get('content-length') ?? 0)
    return this.#bytes.length < end ? null : { body: this.#bytes.subarray(from, end), end }
  }
}
