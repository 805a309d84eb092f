// What a dossier lacks, and why: said in one list, so that nobody has to find it out in court.
import type { Proof } from '../proof.ts'
import type { DossierReport } from './report.ts'

type Missing = DossierReport['missing'][number]
type Given = { proof: Proof } & Pick<DossierReport, 'others' | 'unpublished'>

const words = {
  fr: {
    field: (n: number, field: string) => `${n}. ${field}`,
    limit: {
      NO_INDEPENDENT_TIME: 'Une heure attestée par un tiers',
      'completeness-not-shown': "L'exhaustivité",
      'confirmation-link': 'Qui a ouvert le lien de confirmation',
      imported: "L'origine des réponses reprises",
      'not-opened': 'Des données restées scellées',
      destroyed: 'Des données détruites',
    },
    account: (count: number) => [
      `${count} autre(s) flux`,
      "Ils appartiennent à d'autres sujets de ce registre, que les mêmes identifiants ont atteints : seul leur nombre est donné.",
    ],
    device: (count: number) => [
      `${count} appareil(s)`,
      "Les identifiants les ont atteints, et rien d'eux n'est encore sous la tête d'arbre de ce dossier.",
    ],
    closed: [
      "D'autres flux de cette personne",
      "Les identifiants n'ont pas été ouverts : personne n'a cherché quels autres flux ils atteignent.",
    ],
    unpublished: (count: number) => [
      `${count} événement(s) récent(s)`,
      "Enregistrés lors de l'établissement, mais pas encore sous une tête d'arbre publiée : comptés, non montrés.",
    ],
  },
  en: {
    field: (n: number, field: string) => `${n}. ${field}`,
    limit: {
      NO_INDEPENDENT_TIME: 'A time that somebody else vouches for',
      'completeness-not-shown': 'Completeness',
      'confirmation-link': 'Who opened the confirmation link',
      imported: 'Where answers that were taken over come from',
      'not-opened': 'Data that stayed sealed',
      destroyed: 'Data that were destroyed',
    },
    account: (count: number) => [
      `${count} other stream(s)`,
      'They belong to other subjects of this ledger, whom the same identifiers reached: only their number is given.',
    ],
    device: (count: number) => [
      `${count} device(s)`,
      'The identifiers reached them, and nothing of them lies below the tree head of this dossier yet.',
    ],
    closed: ['Other streams of this person', 'The identifiers were not opened: nobody looked for other streams that they reach.'],
    unpublished: (count: number) => [
      `${count} recent event(s)`,
      'Recorded when this was issued, but not yet under a published tree head: counted, not shown.',
    ],
  },
} as const

const row = (code: string, [what = '', why = '']: readonly string[]): Missing => ({ code, what, why })

/** The limits of the proof, then streams and events that are not shown, then the fields of the evidence that are absent. In the report's language. */
export const missingOf = ({ proof, others, unpublished }: Given): Missing[] => {
  const said = words[proof.language]
  const titles: Readonly<Record<string, string>> = said.limit
  return [
    ...proof.limits.map(({ code, text }) => row(code, [titles[code] ?? code, text])),
    ...others.map(({ count, reason }) => {
      if (count === null) return row(reason, said.closed)
      return row(reason, reason === 'account' ? said.account(count) : said.device(count))
    }),
    ...(unpublished === 0 ? [] : [row('not-published', said.unpublished(unpublished))]),
    ...proof.evidence.flatMap(({ n, field, status, note }) =>
      status === 'absent' ? [row(`evidence-${n}`, [said.field(n, field), note])] : [],
    ),
  ]
}
