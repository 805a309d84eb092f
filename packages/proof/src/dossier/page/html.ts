// Pieces of HTML that cannot be mistaken for text: what is put into one is escaped unless it is a piece itself.

/** A piece of HTML. Made by `html` only. */
export type Html = { readonly html: string }
type Piece = Html | readonly Html[] | string | number | null

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

// C0 and C1 but for line ends and tabs, and whatever turns the direction of the line round it (UAX #9): with them a text could read otherwise than it is written.
const unseen = /[[\p{Cc}--[\t\n\r]]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gv

/** The text with each control sign told by its number. */
export const visible = (text: string): string =>
  text.replace(unseen, (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`)

const escape = (text: string): string => visible(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? '')

const isList = (piece: Piece): piece is readonly Html[] => Array.isArray(piece)

const write = (piece: Piece): string => {
  if (piece === null) return ''
  if (isList(piece)) return piece.map(({ html: inner }) => inner).join('')
  return typeof piece === 'object' ? piece.html : escape(String(piece))
}

/** Template tag: texts and numbers are escaped, pieces and lists of them are put in as they are, null is nothing. */
export const html = (fixed: TemplateStringsArray, ...pieces: Piece[]): Html => ({
  html: fixed.map((text, n) => text + (n < pieces.length ? write(pieces[n] ?? null) : '')).join(''),
})
