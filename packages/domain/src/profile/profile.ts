// A regulator profile: the figures and tables that the law of a place sets, each with its source and the days on which it holds.
import { z } from 'zod'
import { isDuration } from '../time.ts'
import { Channel, LegalBasis } from '../words.ts'

const Source = z.string().min(1)
const dated = { source: Source, from: z.iso.date(), until: z.iso.date().optional() }
const Duration = z.string().refine(isDuration)

export const RegulatorProfile = z.strictObject({
  id: z.string(),
  version: z.int().min(1),
  /** Day on which the values were last checked against their sources. */
  checked: z.iso.date(),
  /** Which marketing basis may carry which channel, for whom, on which days. What is not listed is not allowed. */
  bases: z.array(z.strictObject({ basis: LegalBasis, channel: Channel, audience: z.enum(['consumer', 'professional']), ...dated })),
  /** Longest time that a consent holds, by channel; a channel not listed has no longest time. */
  longestValidity: z.array(z.strictObject({ channel: Channel, value: Duration, ...dated })),
  /** How long an answer, yes or no, is remembered before the person may be asked again. */
  choiceMemory: z.array(z.strictObject({ channel: Channel, value: Duration, ...dated })),
  /** Below this age the child and the holder of parental responsibility consent together. */
  ageOfConsent: z.array(z.strictObject({ value: z.int(), ...dated })),
  /** ISO 8601 durations by name: `skew`, `late`, `confirmation`, `prospect`, `answer`, `extension`, … */
  clocks: z.array(
    z.strictObject({
      name: z.enum([
        'skew',
        'late',
        'confirmation',
        'prospect',
        'answer',
        'extension',
        'claims',
        'opposition',
        'accessLog',
        'audienceCookie',
        'audienceData',
        'phoneProof',
      ]),
      value: Duration,
      ...dated,
    }),
  ),
})
export type RegulatorProfile = z.infer<typeof RegulatorProfile>
export type ClockName = RegulatorProfile['clocks'][number]['name']

type Dated = { from: string; until?: string | undefined }

/** The entries of a table that hold on `day` (`YYYY-MM-DD`). `until` is exclusive. */
export const inForceOn = <T extends Dated>(table: readonly T[], day: string): T[] =>
  table.filter((entry) => entry.from <= day && (entry.until === undefined || day < entry.until))
