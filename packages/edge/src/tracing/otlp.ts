// Traces over OTLP/HTTP, by OpenTelemetry's own SDK. Loaded only where traces are wanted: it costs memory and time on every request.
import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { LedgerError } from '@consent-ledger/domain'
import type { EdgeApp } from '../serving/fastify.ts'
import type { Said, Spans } from './spans.ts'

/** How long one sending, and so the close of a process, may take, ms. */
const patience = 3_000

/** Names of OpenTelemetry's semantic conventions where there is one. */
const attributesOf = ({ method, route, status, code, events }: Said): Record<string, string | number> => ({
  ...(method === undefined ? {} : { 'http.request.method': method }),
  ...(route === undefined ? {} : { 'http.route': route }),
  ...(status === undefined ? {} : { 'http.response.status_code': status }),
  ...(code === undefined ? {} : { 'error.type': code }),
  ...(events === undefined ? {} : { 'ledger.events': events }),
})

/** An error is told by its code alone: its words, and those of its causes, are not for a collector. */
const endWith = (span: Span, error: unknown): void => {
  span.setAttributes(attributesOf({ code: error instanceof LedgerError ? error.code : 'INTERNAL' }))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

const inSpan = async <T>(span: Span, work: () => Promise<T>): Promise<T> => {
  try {
    return await context.with(trace.setSpan(context.active(), span), work)
  } catch (error) {
    endWith(span, error)
    throw error
  } finally {
    span.end()
  }
}

/**
 * A trace context that the caller sends is not taken over: its ids are the caller's to choose, and could name somebody. What is asked for under an address
 * that no route takes is told as `*`.
 */
const watch = (app: EdgeApp, tracer: Tracer): void => {
  const spans = new WeakMap<object, Span>()
  const into = (request: object, next: () => void): void => {
    const span = spans.get(request)
    if (span === undefined) next()
    else context.with(trace.setSpan(ROOT_CONTEXT, span), next)
  }
  app.addHook('onRequest', (request, _reply, next) => {
    const { method } = request
    const route = request.routeOptions.url ?? '*'
    const options = { kind: SpanKind.SERVER, attributes: attributesOf({ method, route }) }
    spans.set(request, tracer.startSpan(`${method} ${route}`, options, ROOT_CONTEXT))
    into(request, next)
  })
  // Reading a body leaves the context in which it began.
  app.addHook('preValidation', (request, _reply, next) => into(request, next))
  app.addHook('onResponse', async (request, { statusCode, problemCode }) => {
    const span = spans.get(request)
    span?.setAttributes(attributesOf({ status: statusCode, ...(problemCode === undefined ? {} : { code: problemCode }) }))
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
  })
}

/**
 * Sends traces to `<endpoint>/v1/traces`. One of these in a process: the context of OpenTelemetry is global. The resource names the service and its version
 * and nothing of the machine. Spans that cannot be sent are dropped; a request never waits for them.
 */
export const openOtlpSpans = ({ endpoint, service, version }: { endpoint: string; service: string; version: string }): Spans => {
  const contexts = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(contexts)
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: patience })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `consent-ledger-${service}`, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: patience })],
  })
  const tracer = provider.getTracer('consent-ledger')
  return {
    step: (name, said, work) =>
      trace.getActiveSpan() === undefined ? work() : inSpan(tracer.startSpan(name, { attributes: attributesOf(said) }), work),
    task: (name, said, work) => inSpan(tracer.startSpan(name, { attributes: attributesOf(said) }, ROOT_CONTEXT), work),
    watch: (app) => watch(app, tracer),
    close: async () => {
      await provider.shutdown().catch(() => {})
      context.disable()
    },
  }
}
