// Every event in plain French: one sentence that a judge can read.
import type { Channel, ContactKind, RestrictionGround, Method } from '@consent-ledger/domain'
import { sentence, type Names, type Sentences, type Vocabulary } from './sentences.ts'

const channelWords: Record<Channel, string> = {
  email: 'e-mail',
  sms: 'SMS',
  phone: 'téléphone',
  post: 'courrier postal',
  push: 'notification',
  web: 'le site web',
}
const methodWords: Record<Method['kind'], string> = {
  'web-form': 'par un formulaire web',
  banner: 'par le bandeau',
  'preference-centre': 'dans le centre de préférences',
  'mobile-app': "dans l'application mobile",
  phone: 'par téléphone',
  paper: 'sur papier',
  'in-person': 'en personne',
  'email-link': "par un lien d'un e-mail",
  api: 'par une interface technique',
  import: "repris d'un autre système",
}
const basisWords = {
  consent: 'consentement',
  'legitimate-interest': 'intérêt légitime',
  'soft-opt-in': 'client existant, produits analogues',
  contract: 'contrat',
  'legal-obligation': 'obligation légale',
  exempt: 'exempté de consentement',
} as const
const schemeKind = { account: 'identifiant de compte', device: "identifiant d'appareil" } as const

type Said = {
  purpose: string
  purposeVersion: number
  channels: Channel[]
  site?: string | undefined
  occurredAt: string
  method?: Method | undefined
}
type Shown = { id: string; version: number; language: string } | undefined

const on = (channels: Channel[]) => `par ${channels.map((channel) => channelWords[channel]).join(', ')}`
const about = (data: { purpose: string; purposeVersion: number; channels: Channel[] }, names: Names) =>
  `« ${names.purpose(data.purpose, data.purposeVersion)} » (version ${data.purposeVersion}) ${on(data.channels)}`
const how = (data: Pick<Said, 'site' | 'occurredAt' | 'method'>, names: Names) =>
  [
    data.method && methodWords[data.method.kind],
    data.site !== undefined && `sur ${names.site(data.site)}`,
    `le ${names.time(data.occurredAt)}`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ')
const shown = (notice: Shown) => notice && `texte ${notice.id} version ${notice.version} (${notice.language})`

const contactWords = {
  sale: 'un achat',
  click: 'un clic',
  reply: 'une réponse',
  login: 'une connexion',
  visit: 'une visite',
  call: 'un appel',
} as const satisfies Record<ContactKind, string>
const groundWords = {
  accuracy: "l'exactitude des données est contestée",
  unlawful: "le traitement était illicite et la personne s'oppose à l'effacement",
  claims: 'la personne a besoin des données pour ses droits en justice',
  objection: 'une opposition est examinée',
} as const satisfies Record<RestrictionGround, string>

const events: Sentences = {
  NoticeShown: (data, names) =>
    sentence(`la personne a vu le ${shown(data.notice)}`, `sur ${names.site(data.site)}`, `le ${names.time(data.occurredAt)}`),
  ConsentGiven: (data, names) =>
    sentence(
      `la personne a dit oui à ${about(data, names)}`,
      how(data, names),
      shown(data.notice) ?? 'aucun texte enregistré',
      data.until === undefined ? 'sans terme' : `valable jusqu'au ${names.time(data.until)}`,
    ),
  ConsentRefused: (data, names) =>
    sentence(
      data.flags?.includes('dismissed') === true
        ? `la personne a fermé la demande sans répondre, ce qui vaut refus de ${about(data, names)}`
        : `la personne a dit non à ${about(data, names)}`,
      how(data, names),
      shown(data.notice),
    ),
  ConsentWithdrawn: (data, names) => sentence(`la personne a retiré son consentement à ${about(data, names)}`, how(data, names)),
  ConsentRequested: (data, names) =>
    sentence(
      `la personne a dit oui à ${about(data, names)}`,
      how(data, names),
      shown(data.notice),
      data.awaiting.includes('parent')
        ? "sans effet tant qu'un parent n'a pas consenti"
        : "sans effet tant que la personne n'a pas confirmé",
      data.expiresAt !== undefined && `à confirmer avant le ${names.time(data.expiresAt)}`,
    ),
  ConsentConfirmed: (data, names) =>
    sentence(
      `le oui à ${about(data, names)} a été confirmé sur la page du registre`,
      "par un lien remis au site pour qu'il l'envoie",
      `le ${names.time(data.confirmedAt)}`,
      data.until === undefined ? 'sans terme' : `valable jusqu'au ${names.time(data.until)}`,
    ),
  ObjectionRecorded: (data, names) =>
    sentence(
      `la personne s'est opposée à ${about(data, names)} (base : ${basisWords[data.basis]})`,
      data.scope === undefined
        ? data.everyChannel === true && 'sur tout canal, y compris futur'
        : 'dans un refus de toute prospection, y compris pour des finalités futures',
      how(data, names),
    ),
  ObjectionLifted: (data, names) =>
    sentence(
      `l'opposition à « ${names.purpose(data.purpose)} » ${on(data.channels)} a pris fin`,
      data.by === 'consent' ? 'par un oui ultérieur de la personne' : 'sur décision du délégué à la protection des données',
    ),
  ContactRecorded: (data, names) => sentence(`la personne s'est manifestée : ${contactWords[data.kind]}`, how(data, names)),
  ProcessingRestricted: (data, names) =>
    sentence(
      data.purposes === 'all'
        ? 'tout traitement a été limité : conservé, non utilisé'
        : `le traitement a été limité pour ${data.purposes.map((purpose) => `« ${names.purpose(purpose)} »`).join(', ')} : conservé, non utilisé`,
      `motif : ${groundWords[data.ground]}`,
    ),
  RestrictionLifted: (data, names) =>
    sentence('une limitation a pris fin', `la personne en a été informée le ${names.time(data.notifiedAt)}`),
  SubjectErased: () => sentence("la personne a été effacée : personne n'est plus contacté sous cet identifiant"),
  IdentityLinked: (data) => sentence(`un ${schemeKind[data.kind]} (${data.scheme}) a été rattaché à la personne`, "rien n'en est hérité"),
  IdentityUnlinked: () => sentence("un rattachement d'identifiant a été défait par le délégué à la protection des données"),
  ProofIssued: (data, names) =>
    sentence(
      `une preuve a été remise (rôle : ${data.role})`,
      `le ${names.time(data.issuedAt)}`,
      `jusqu'à la révision ${data.lastRevision}`,
    ),
  ControllerRegistered: (data) => sentence(`responsable de traitement : ${data.name}`, data.address, `contact ${data.contact}`),
  SiteRegistered: (data) => sentence(`site enregistré : ${data.name}`),
  SiteKeyIssued: (data, names) =>
    sentence(`une clé ${data.kind === 'secret' ? 'secrète' : 'publique'} a été délivrée à ${names.site(data.site)}`),
  SiteKeyRevoked: (data, names) => sentence(`une clé de ${names.site(data.site)} a été révoquée`),
  PurposePublished: (data) =>
    sentence(
      `finalité publiée : « ${data.text['fr']?.title ?? data.id} » version ${data.version}`,
      `base : ${basisWords[data.legalBasis]}`,
    ),
  PurposeRetired: (data, names) => sentence(`finalité « ${names.purpose(data.purpose)} » abandonnée à partir du ${data.from}`),
  NoticePublished: (data) =>
    sentence(`texte publié : ${shown(data)}`, `en vigueur dès le ${data.validFrom}`, `empreinte SHA-256 ${data.sha256}`),
  PresentationPublished: (data) =>
    sentence(`présentation ${data.presentation.id} publiée pour le texte ${data.notice} version ${data.version}`),
  StatementPublished: (data) => sentence(`promesse relevée dans le texte ${data.notice}`, data.section),
  RegulatorProfileApplied: (data) =>
    sentence(`règles ${data.profile.id} version ${data.profile.version} appliquées`, `vérifiées le ${data.profile.checked}`),
  IntakeReported: (data, names) =>
    sentence(`${data.counts.reduce((sum, entry) => sum + entry.count, 0)} envoi(s) refusé(s) dans l'heure du ${names.time(data.hour)}`),
  ScrubPerformed: (data, names) =>
    sentence(
      `${data.count} adresse(s) vérifiée(s) pour « ${names.purpose(data.purpose)} » ${on([data.channel])}`,
      `${data.allowed} peuvent être contactées`,
      data.cutOff && 'la réponse a été interrompue',
    ),
  LedgerCreated: () => sentence('le registre a été créé'),
  FirstKeysIssued: () => sentence('les premières clés ont été créées et remises'),
  LedgerMoved: ({ to }) => sentence(`le registre a été déplacé vers un magasin de type ${to}, où il continue`),
  LogKeyIntroduced: () => sentence('la clé du journal de transparence a été nommée'),
  LogKeyRotated: () => sentence('le journal de transparence continue sous une autre clé'),
  StatementKeyIntroduced: () => sentence('une clé pour les déclarations signées a été nommée'),
  ControllerNamed: (data) => sentence(`le registre tient un journal pour ${data.controller}`),
  OperatorAdded: (data) => sentence(`un opérateur a été ajouté (rôles : ${data.roles.join(', ')})`),
  OperatorRevoked: () => sentence("l'accès d'un opérateur a été révoqué"),
}

export const fr: Vocabulary = { events, unknown: (type) => sentence(`fait que cette version ne sait pas décrire (${type})`) }
