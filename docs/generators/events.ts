// docs/events.md: every event of every stream with its fields, their types, and which of them are sealed.
import * as domain from '@consent-ledger/domain'
import { z } from 'zod'
import { commentsIn } from './sources.ts'
import { bare, formText, sealing, typeText } from './types.ts'

type Schemas = { readonly [type: string]: z.ZodObject }

const cell = (text: string): string => text.replaceAll('|', '\\|')

const fieldRow = ([name, schema]: [string, unknown]): string =>
  `| \`${name}\` | ${bare(schema).optional ? 'may be absent' : ''} | ${cell(`\`${typeText(schema)}\``)} | ${sealing(schema)} |`

const eventSection = (type: string, schema: z.ZodObject, comments: Map<string, string>): string[] => {
  const words = comments.get(type) ?? ''
  return [
    `### ${type}`,
    '',
    ...(words === '' ? [] : [words, '']),
    '| field | | type | |',
    '|---|---|---|---|',
    ...Object.entries(schema.shape).map(fieldRow),
    '',
  ]
}

const streamSection = (title: string, schemas: Schemas, comments: Map<string, string>): string[] => [
  `## ${title}`,
  '',
  ...Object.entries(schemas).flatMap(([type, schema]) => eventSection(type, schema, comments)),
]

/** Named schemas that stand in the fields of events, in the order in which they are explained. */
const wordFiles = [
  'domain/src/words.ts',
  'domain/src/sealed.ts',
  'domain/src/subject/events.ts',
  'domain/src/catalogue/file.ts',
  'domain/src/catalogue/events.ts',
  'domain/src/operators.ts',
  'domain/src/profile/profile.ts',
]

const used = (events: string[], name: string): boolean => events.some((line) => new RegExp(`\\b${name}\\b`).test(line))

const patternOf = (schema: unknown): string | undefined => (schema instanceof z.ZodString ? z.toJSONSchema(schema).pattern : undefined)

const typeRow = (name: string, words: string): string => {
  const schema: unknown = Object.entries(domain).find(([exported]) => exported === name)?.[1]
  const pattern = patternOf(schema)
  const form = pattern === undefined ? formText(schema) : `string matching ${pattern}`
  return `| \`${name}\` | ${cell(`\`${form}\``)} | ${cell(words)} |`
}

/** A type explains others: those are listed too. */
const typeRows = async (events: string[]): Promise<string[]> => {
  const known = new Map<string, string>()
  for (const file of wordFiles) {
    for (const [name, words] of await commentsIn(file)) if (Object.hasOwn(domain, name)) known.set(name, words)
  }
  const rows = new Map<string, string>()
  for (let before = -1; before < rows.size;) {
    before = rows.size
    for (const [name, words] of known) {
      if (!rows.has(name) && used([...events, ...rows.values()], name)) rows.set(name, typeRow(name, words))
    }
  }
  return [...known.keys()].flatMap((name) => rows.get(name) ?? [])
}

const introduction = [
  '<!-- Made by `pnpm run docs` from the schemas in packages/domain/src: change those. -->',
  '# Events',
  '',
  'What the ledger records. An event is never changed and never deleted; a correction is another event.',
  '',
  'Every event has the envelope `{ id, type, stream, revision, data, metadata }`. `metadata` is `{ schemaVersion, recordedAt, writer { kind, id, trust }, actId,',
  'causationId? }`; all events of one act share `actId` and `recordedAt`, which grows from act to act within a stream. Below stands `data`. What is not sealed is a',
  'closed word, an id, a time, a number, a salted commitment or a text of the catalogue; *sealed* fields hold ciphertext under a key of their own and a',
  'commitment in the clear, so that destroying the key forgets the value and breaks no proof.',
  '',
]

/** The document, whole. */
export const eventsDocument = async (): Promise<string> => {
  const subject = await commentsIn('domain/src/subject/events.ts')
  const catalogue = await commentsIn('domain/src/catalogue/events.ts')
  const events = [
    ...streamSection('One person: `subject-<subjectId>`', domain.subjectEvents, subject),
    ...streamSection('One controller: `controller-<id>`', domain.controllerEvents, catalogue),
    ...streamSection('The ledger itself: `ledger`', domain.ledgerEvents, await commentsIn('domain/src/ledger.ts')),
    ...streamSection('The heads of the transparency log: `tree-heads`', domain.treeHeadEvents, await commentsIn('domain/src/treeHeads.ts')),
    ...streamSection('The people with operator keys: `operators`', domain.operatorEvents, await commentsIn('domain/src/operators.ts')),
  ]
  const types = ['## Types', '', '| name | form | |', '|---|---|---|', ...(await typeRows(events)), '']
  return [...introduction, ...events, ...types].join('\n')
}
