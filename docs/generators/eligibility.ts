// docs/eligibility.md: what the answer means, each reason, the order of the rules, the times; then the decision table that the tests run.
import { allows, EligibilityReason, type PurposeEntry } from '@consent-ledger/domain'
import { table } from '../../packages/domain/test/eligibility/table.ts'
import type { Row, Section } from '../../packages/domain/test/eligibility/table/row.ts'
import { answerInWords, askedInWords, givenInWords } from '../../packages/domain/test/eligibility/words.ts'
import { bonus, purposes } from '../../packages/domain/test/eligibility/world.ts'

type Explained = { means: string; do: string }

const reasons: Record<EligibilityReason, Explained> = {
  CONSENT_GIVEN: { means: 'The person said yes to this purpose on this channel, and the yes is in force.', do: 'Send.' },
  SOFT_OPT_IN: {
    means: 'The person bought from this seller, was offered a refusal and did not use it.',
    do: 'Send for similar products of the same seller only, with the refusal in each message.',
  },
  LEGITIMATE_INTEREST: {
    means:
      'The basis of the purpose carries this channel to this audience, the person’s data were collected, and the person has not objected.',
    do: 'Send, with the way to object in each message. Of a purpose for professionals: keep consumers off the list, the ledger does not know who is one.',
  },
  UNKNOWN_SUBJECT: {
    means:
      'Nobody is known by this identifier, or nobody was at that time; on legitimate interest also a person of whom only noes, or a page’s word, are known. An erased person is unknown by any identifier.',
    do: 'Do not send. Where the address came from must record it first.',
  },
  ERASED: { means: 'The person was erased (GDPR Art. 17).', do: 'Delete what you hold of them.' },
  RESTRICTED: {
    means: 'Processing is restricted (Art. 18): stored, not used.',
    do: 'Suspend the person, do not delete them. The DPO lifts it, after telling the person.',
  },
  OBJECTED: {
    means: 'The person objected to this purpose, to one that it continues, or to one that continues it (Art. 21).',
    do: 'Stop for good. Only the person, by consent to a consent purpose, or the DPO ends it.',
  },
  PURPOSE_RETIRED: { means: 'The controller has ended this purpose.', do: 'End the campaign.' },
  NOT_MARKETING: { means: 'The purpose does not exist, or is not for marketing.', do: 'Ask about a marketing purpose.' },
  BASIS_NEVER_MARKETING: {
    means: 'Contract, legal obligation and exemption carry no marketing.',
    do: 'Publish a purpose on a basis that does, and ask for it.',
  },
  BASIS_NOT_FOR_CHANNEL: {
    means: 'On that day the regulator profile does not let this basis carry this channel to this audience; or no profile is applied.',
    do: 'Use another channel, or a consent purpose.',
  },
  CHANNEL_NOT_COVERED: {
    means: 'The purpose does not have this channel, or the consent in force is for another one.',
    do: 'Use the channel that the person chose, or ask for this one.',
  },
  NO_CONSENT: { means: 'Nobody has asked this person, or nobody answered.', do: 'Do not send. Ask where the person meets you.' },
  NOT_CONFIRMED: {
    means: 'Consent was asked for and awaits the person’s confirmation, or a parent’s.',
    do: 'Wait. One confirmation message is not marketing.',
  },
  CONSENT_REFUSED: {
    means: 'The person said no, or closed the question without an answer.',
    do: 'Do not ask again before `askAgainFrom`.',
  },
  CONSENT_WITHDRAWN: { means: 'The person took their yes back (Art. 7(3)).', do: 'Stop at once.' },
  CONSENT_EXPIRED: { means: 'The yes has reached its end.', do: 'Ask for a renewal, by a way that is not this purpose.' },
  CONSENT_INVALIDATED: {
    means:
      'The notice on which the yes rests was replaced for new processing; of a yes from a file that names none, any notice that shows the purpose.',
    do: 'Ask again, with the new notice.',
  },
  NO_SALE: { means: 'No recorded sale carries soft opt-in.', do: 'Have the shop record sales with what soft opt-in asks for.' },
  PROSPECT_LAPSED: {
    means: 'The prospect’s clock has ended: too long since collection or the last contact by the person.',
    do: 'Stop, and let the data go as your retention says.',
  },
}

/** No line of a table may be broken by what stands in it. */
const cell = (text: string): string => text.replaceAll('|', '\\|')

/** In the order of the closed list, which is the one in which the rules are asked. */
const reasonRows = (which: (reason: EligibilityReason) => boolean): string[] => [
  '| reason | means | what to do |',
  '|---|---|---|',
  ...EligibilityReason.options.filter(which).map((reason) => {
    const { means, do: remedy } = reasons[reason]
    return `| \`${reason}\` | ${cell(means)} | ${cell(remedy)} |`
  }),
  '',
]

const purposeRow = ({
  id,
  legalBasis,
  channels,
  marketing,
  validity,
  confirmation,
  lapse,
  audience,
  softOptIn,
  replaces,
}: PurposeEntry): string => {
  const notes = [
    ...(marketing ? [] : ['not marketing']),
    ...(validity === undefined ? [] : [`valid ${validity}`]),
    ...(confirmation === 'double-opt-in' ? ['double opt-in'] : []),
    ...(softOptIn === undefined ? [] : [`seller ${softOptIn.seller}, category ${softOptIn.categories.join(', ')}`]),
    ...(lapse === undefined ? [] : [`lapses ${lapse} after the last contact`]),
    ...(audience === 'professional' ? ['for professionals'] : []),
    ...(replaces === undefined ? [] : [`replaces \`${replaces}\``]),
  ]
  return `| \`${id}\` | ${legalBasis} | ${channels.join(', ')} | ${notes.join('; ')} |`
}

const caseRow = (row: Row): string =>
  `| ${cell(row.says)} | ${cell(row.given.map(givenInWords).join('<br>') || 'nothing')} | ${cell(askedInWords(row.asked))} | ${cell(answerInWords(row))} |`

const section = ({ title, says, rows }: Section): string[] => [
  `### ${title}`,
  '',
  says,
  '',
  '| case | given | asked | answer |',
  '|---|---|---|---|',
  ...rows.map(caseRow),
  '',
]

const introduction = [
  '<!-- Made by `pnpm run docs` from docs/generators/eligibility.ts and the tables of packages/domain/test/eligibility: change those. -->',
  '# Whom may we contact',
  '',
  'One question, `eligible(subject, purpose, channel, at)`, and one function that answers it: `packages/domain/src/eligibility/eligible.ts`. Look-up, scrub, snapshot, the feed over',
  'HTTP and the Kafka topic tell what it says. A marketing system needs to read only `allowed` and `until`; it never interprets consent itself.',
  '',
  '## The answer',
  '',
  '| field | means |',
  '|---|---|',
  '| `allowed` | whether this person may be contacted for this purpose on this channel. What is unknown is a no |',
  '| `reason` | the rule that decided: the first one that says no, or else the basis that allows |',
  '| `until` | the end of a yes, **exclusive**: at this very millisecond it is a no. Null where nothing known so far ends it, and for every no. A withdrawal can end it earlier: a yes is good for one look, not until `until` |',
  '| `basis` | the legal basis of the purpose, which never changes. Null for a purpose that nobody published |',
  '| `eventId` | the event that decided, by which the legal team finds the proof. Null where nothing that was said or done decided |',
  '| `asOf` | up to when everything recorded is in the answer. A stale answer is refused (503 `STALE`), not guessed |',
  '',
  '## The reasons',
  '',
  'Allowed:',
  '',
  ...reasonRows((reason) => allows({ reason })),
  'Not allowed, in the order in which the rules are asked:',
  '',
  ...reasonRows((reason) => !allows({ reason })),
  '## The order of the rules',
  '',
  'The first rule that says no is the reason, whatever the later ones would say:',
  '',
  '1. **Known**, then **erased**, **restricted**, **objected**. These are about the person and hold for every basis. Consent that the person gives after a restriction may be acted on all the same (Art. 18(2)).',
  '   An objection is lifted by a later yes of the person to that consent purpose on that channel (by the site’s secret key, or confirmed), or by the DPO; never by an import or a browser’s key, and on another basis by the DPO alone.',
  '   One made to `marketing`, and what a withdrawal of `all` objects to, is for every purpose that is or was marketing, whenever it is published; one without channels is for channels of later too. A lift by the DPO ends what was in force when it was decided, nothing that is recorded later.',
  '   A purpose that replaces another one inherits its noes and its restrictions. It hands them back, too: marketing that was refused under the later id goes on under no older one, but for an older one that rests on consent of its own, which only a withdrawal or an objection closes; a question closed without an answer closes none. Of two that replace the same one, a no to one says nothing about the other.',
  '2. **The purpose**: published, not retired, marketing.',
  '3. **Basis × channel × audience × date** of the regulator profile, then whether the purpose has the channel.',
  '4. **The basis itself**: consent in force (a longest validity that came later holds from its day on for consent from before, and so does new processing, of whichever notice shows the purpose where a file names none), a sale that carries soft opt-in, or an interest in a person whose data were collected: by a yes, a request, a contact or a notice shown, not by a no or a browser’s key.',
  '5. **The prospect’s clock**, on every basis whose purpose names one (`lapse`); on legitimate interest without one, the clock `prospect` of the profile.',
  '',
  'Acts count in the order in which they were done, not in which they arrived: a yes that arrives late never lifts a later no. At equal times the no wins.',
  '',
  '**For professionals** (`audience: professional`) is a word of the purpose, and the controller’s: no act says of a person whether they are one. Whoever publishes such a purpose on a channel that its basis does not carry to a consumer is told so',
  '(`warnings` of `PUT /v1/catalogue`, `ledger catalogue check`), and whoever uses it keeps consumers off the list.',
  '',
  '## The times',
  '',
  '`at` is the instant in question, by the acts’ own times: what had been done by then, which version of the purpose, which day of the profile. `knownAt` cuts acts *and* catalogue to what had been recorded by then. Both include their own millisecond; both are now if you do not say.',
  '',
  '- *May we send now?* Neither.',
  '- *Was our mail of 5 November lawful by what we knew?* `at` and `knownAt` = when it was sent. A yes recorded later never justifies it.',
  '- *Should it have been sent, by what we know today?* `at` only. A withdrawal that reached us late counts from when it was said, and `until` is then the time of the act that ended the yes.',
  '',
  'Days (a retirement, a notice’s `validFrom`, a date of the profile) begin at midnight in the controller’s time zone. Months and years are counted on its calendar, so that an end keeps its hour when the clocks change.',
  '',
  'Expiry, invalidation and the prospect’s clock change an answer with nothing arriving. The projector holds a list of what comes due and tells the change in the feed when it does.',
  '',
]

/** The document, whole. */
export const eligibilityDocument = async (): Promise<string> =>
  [
    ...introduction,
    '## The decision table',
    '',
    'Each row is a test. Days stand for 12:00 UTC of that day. The controller is in Paris, under the profile FR-CNIL, and has published on 2025-01-02:',
    '',
    '| purpose | basis | channels | |',
    '|---|---|---|---|',
    ...[...purposes, bonus].map(purposeRow),
    '',
    '`bonus` is there for its rule alone: no catalogue can have marketing on a contract published. `parcels` (legitimate interest, post), `bulletin` (consent, email) and `cards-asked` (consent, post, replaces `letters`) come later, where a row says so. Consent from a file names no notice. An act is the person’s, through the site’s server (secret key), unless the row says otherwise; a day before “recorded” is when it was done. “By (2)” in an answer is the second of the givens; the basis is that of the purpose.',
    '',
    ...table.flatMap(section),
  ].join('\n')
