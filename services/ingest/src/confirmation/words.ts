// The words of the confirmation page, in French and in English.

export const words = {
  fr: {
    title: 'Confirmer votre choix',
    asked: (controller: string) => `${controller} a enregistré une demande à laquelle votre accord est nécessaire.`,
    agreeTo: 'En confirmant, vous acceptez :',
    channels: (list: string) => `Par : ${list}`,
    text: 'Le texte qui vous a été présenté',
    until: (time: string) => `Cette page est valable jusqu’au ${time}.`,
    confirm: 'Je confirme',
    ignore: 'Si vous n’êtes pas à l’origine de cette demande, fermez cette page : rien ne sera enregistré.',
    done: 'Votre confirmation est enregistrée.',
    withdrawal: 'Comment retirer votre accord',
    gone: 'Cette demande n’est plus ouverte.',
    goneWhy: 'Elle a expiré, ou vous avez depuis fait un autre choix. Rien n’a été enregistré.',
    unknown: 'Cette adresse n’est pas valable.',
    unknownWhy: 'Vérifiez que le lien du message a été copié en entier.',
    channel: { email: 'courriel', sms: 'SMS', phone: 'téléphone', post: 'courrier postal', push: 'notification', web: 'site web' },
  },
  en: {
    title: 'Confirm your choice',
    asked: (controller: string) => `${controller} has recorded a request that needs your agreement.`,
    agreeTo: 'By confirming, you agree to:',
    channels: (list: string) => `By: ${list}`,
    text: 'The text you were shown',
    until: (time: string) => `This page is valid until ${time}.`,
    confirm: 'I confirm',
    ignore: 'If you did not make this request, close this page: nothing will be recorded.',
    done: 'Your confirmation is recorded.',
    withdrawal: 'How to withdraw your agreement',
    gone: 'This request is no longer open.',
    goneWhy: 'It has expired, or you have made another choice since. Nothing was recorded.',
    unknown: 'This address is not valid.',
    unknownWhy: 'Please check that the whole link was copied from the message.',
    channel: { email: 'e-mail', sms: 'SMS', phone: 'telephone', post: 'post', push: 'notification', web: 'web site' },
  },
} as const

export type PageLanguage = keyof typeof words

/** French for every French text, English for every other. */
export const pageLanguage = (language: string): PageLanguage => (language === 'fr' || language.startsWith('fr-') ? 'fr' : 'en')
