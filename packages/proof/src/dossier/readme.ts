// README.txt of a dossier: what this is and how to check it, for a judge and the judge's expert. In the report's language, then in English.
import { clockIn } from '../plain/clock.ts'
import type { ReportLanguage } from '../plain/sentences.ts'
import { visible } from './page/html.ts'
import type { DossierReport } from './report.ts'

const texts: Record<ReportLanguage, (report: DossierReport, issued: string) => string[]> = {
  fr: ({ proof, log, streams, unpublished }, issued) => [
    `PREUVE DE CONSENTEMENT ${proof.id}`,
    `${proof.controller.name}, ${issued}`,
    '',
    'CE QUE C’EST',
    `Ce que le registre des consentements a enregistré sous un numéro, celui d’une personne (${proof.subjectId}) : ce qui a été demandé, avec quel texte, ce qui a été répondu, et quand.`,
    'Ouvrez report.html dans un navigateur ; il peut être imprimé. Le reste sert à vérifier que rien n’y a été changé.',
    '',
    'POURQUOI Y CROIRE',
    `Chaque fait est un événement dans un journal public (${log.origin}), un arbre de Merkle dont la tête est signée. Changer ou déplacer un événement change la tête.`,
    `Ce dossier contient ${streams.length} flux ; completeness.note, déclaration signée de l’émetteur, dit chacun entier jusqu’à la taille ${log.size} :`,
    'si un événement plus récent de ces flux se trouve sous cette taille dans le journal, cette déclaration est fausse, et signée. Seule la lecture de toutes les entrées (ledger-verify scan) le montre.',
    unpublished === 0
      ? 'Selon la même déclaration, rien de ce qui était enregistré n’était encore à publier.'
      : `${unpublished} événement(s) n’étaient pas encore publiés : comptés, non montrés.`,
    log.independentTime
      ? 'L’émetteur a vérifié des cosignatures de témoins sur la tête de l’arbre ; vérifiez-les vous-même avec leurs clés (--policy).'
      : 'NO_INDEPENDENT_TIME : aucune cosignature de témoin n’a été vérifiée. Personne d’autre que ce registre n’atteste les heures.',
    '',
    'COMMENT VÉRIFIER SANS NOUS, HORS LIGNE',
    'Il faut la clé publique du journal (une ligne « nom+identifiant+clé »), d’une source sûre : un reçu, une copie antérieure, une publication.',
    'Ne la prenez pas dans ce dossier : keys/ n’est là que pour information.',
    '  ledger-verify dossier.zip --key log.vkey [--policy witnesses.txt]',
    '  python3 verify.py CLÉ           (dans le dossier dézippé ; Python 3 et openssl 3 suffisent, 80 lignes à lire)',
    'Avec d’autres outils : chaque proof.tlog-proof est du format c2sp.org/tlog-proof, chaque tête une note signée C2SP (Go : sumdb/note et sumdb/tlog).',
    'Une feuille est SHA-256(0x00 ‖ octets de leaf.json). Une valeur ouverte : SHA-256(sel ‖ JSON RFC 8785 de la valeur) est l’engagement dans leaf.json.',
    '',
    'Ce dossier contient des données personnelles : gardez-le le temps du litige.',
  ],
  en: ({ proof, log, streams, unpublished }, issued) => [
    `PROOF OF CONSENT ${proof.id}`,
    `${proof.controller.name}, ${issued}`,
    '',
    'WHAT THIS IS',
    `What the consent ledger has on record under one number, that of one person (${proof.subjectId}): what was asked, with which text, what was answered, and when.`,
    'Open report.html in a browser; it can be printed. The rest is there to check that nothing in it was changed.',
    '',
    'WHY TO BELIEVE IT',
    `Each fact is an event in a public log (${log.origin}), a Merkle tree whose head is signed. To change or move an event changes the head.`,
    `This dossier carries ${streams.length} stream(s); completeness.note, the issuer’s signed statement, calls each of them whole up to size ${log.size}:`,
    'if a later event of one of these streams is found below that size in the log, the statement is false, and signed. Only a scan of all entries (ledger-verify scan) shows that.',
    unpublished === 0
      ? 'By the same statement nothing that was on record was still to be published.'
      : `${unpublished} event(s) were not yet published: counted, not shown.`,
    log.independentTime
      ? 'The issuer verified cosignatures of witnesses on the head of the tree; check them yourself with their keys (--policy).'
      : 'NO_INDEPENDENT_TIME: no cosignature of a witness was verified. Nobody but this ledger vouches for the times.',
    '',
    'HOW TO CHECK IT WITHOUT US, OFFLINE',
    'You need the public key of the log (one line “name+id+key”) from a source that you trust: a receipt, an earlier copy, a publication.',
    'Do not take it from this dossier: keys/ is there for information only.',
    '  ledger-verify dossier.zip --key log.vkey [--policy witnesses.txt]',
    '  python3 verify.py KEY           (in the unpacked dossier; Python 3 and openssl 3 are enough, 80 lines to read)',
    'With other tools: each proof.tlog-proof is of the format c2sp.org/tlog-proof, each head a C2SP signed note (Go: sumdb/note and sumdb/tlog).',
    'A leaf is SHA-256(0x00 ‖ bytes of leaf.json). An opened value: SHA-256(salt ‖ RFC 8785 JSON of the value) is the commitment in leaf.json.',
    '',
    'This dossier holds personal data: keep it as long as the dispute needs.',
  ],
}

/** The text of README.txt; the same report gives the same bytes. */
export const readme = (report: DossierReport): string => {
  const { language, issuedAt, controller } = report.proof
  const languages: ReportLanguage[] = language === 'en' ? ['en'] : [language, 'en']
  const parts = languages.map((one) => texts[one](report, clockIn(controller.timeZone, one)(issuedAt)).join('\n'))
  return visible(`${parts.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`)
}
