// Traces where a collector is named, none elsewhere.
import type { Settings } from '../start/settings.ts'
import { noSpans, type Spans } from './spans.ts'

/** `service`: which process this is, as in `ingest`. */
export const openSpans = async ({ otlpEndpoint }: Pick<Settings, 'otlpEndpoint'>, service: string, version: string): Promise<Spans> => {
  if (otlpEndpoint === undefined) return noSpans
  const { openOtlpSpans } = await import('./otlp.ts')
  return openOtlpSpans({ endpoint: otlpEndpoint, service, version })
}
