// What a proof does not show, said on its face so that nobody has to find it out in court.
import type { Opened } from '../opened.ts'
import type { ReportLanguage } from '../plain/sentences.ts'
import type { ProofRecord } from '../record.ts'

const texts = {
  NO_INDEPENDENT_TIME: {
    fr: "Personne d'autre que ce registre n'atteste les heures : ni cosignature vérifiée d'un témoin, ni horodatage par un tiers.",
    en: 'Nobody but this ledger vouches for the times: there is neither a cosignature of a witness that was verified nor a time-stamp by a third party.',
  },
  'completeness-not-shown': {
    fr: "Rien dans ce document ne montre à un tiers que ce flux est complet, ni qu'il est le seul de la personne. Le dossier (application/zip) ajoute une déclaration signée, que la lecture de toutes les entrées du journal peut démentir.",
    en: 'Nothing in this document shows a third party that this stream is complete, nor that it is the only one of this person. The dossier (application/zip) adds a signed statement, which a scan of all entries of the log can refute.',
  },
  'confirmation-link': {
    fr: "Un oui a été confirmé par un lien remis au site pour qu'il l'envoie : rien ne montre que la personne, et elle seule, l'a ouvert.",
    en: 'A yes was confirmed over a link that was handed to the site to mail: nothing shows that the person, and nobody else, opened it.',
  },
  imported: {
    fr: "Des réponses viennent d'un autre système : ce registre n'atteste que leur reprise.",
    en: 'Some answers come from another system: this ledger vouches only for having taken them over.',
  },
  'not-opened': {
    fr: 'Des données sont restées scellées dans cette preuve : seul leur engagement est montré.',
    en: 'Some data stayed sealed in this proof: only their commitment is shown.',
  },
  destroyed: {
    fr: "Selon l'émetteur, des données ont été détruites : leur engagement ne peut être vérifié qu'avec la valeur que tient quelqu'un d'autre.",
    en: 'Some data were destroyed, by the issuer’s word: their commitment can be checked only with the value in the hands of somebody else.',
  },
} as const

type Judged = { record: ProofRecord; opened: Iterable<Opened>; log: { cosigned: boolean } | undefined }

/**
 * The limits that hold for this proof, those of the whole document first. Without the log beside it a proof is the ledger's own word; with it, completeness is
 * signed and can be refuted, and the time is somebody else's word too where the issuer verified a witness's cosignature.
 */
export const limitsOf = ({ record, opened, log }: Judged, language: ReportLanguage): { code: string; text: string }[] => {
  const statuses = new Set([...opened].flatMap((one) => [...one.identifiers, ...Object.values(one.fields)].map((field) => field.status)))
  const holds: Record<keyof typeof texts, boolean> = {
    NO_INDEPENDENT_TIME: log?.cosigned !== true,
    'completeness-not-shown': log === undefined,
    'confirmation-link': record.answers.some((answer) => answer.fact.type === 'ConsentConfirmed'),
    imported: record.answers.some((answer) => answer.event.metadata.writer.trust === 'imported'),
    'not-opened': statuses.has('not-opened'),
    destroyed: statuses.has('destroyed'),
  }
  return Object.entries(texts).flatMap(([code, text]) => (holds[code as keyof typeof texts] ? [{ code, text: text[language] }] : []))
}
