// Admitting a contact by the person: what soft opt-in and the prospect's clock rest on. What they refused beside a sale stands whatever becomes of it.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { purposeVersionAt } from '../catalogue/reading.ts'
import { ContactKind } from '../words.ts'
import type { Sale } from './events.ts'
import {
  aheadRefusal,
  broken,
  errorOf,
  whenOccurred,
  noTo,
  unknownPurpose,
  type Broken,
  type By,
  type Admission,
  type AdmittedAnswer,
} from './admission.ts'

/** What of `POST /v1/contacts` the catalogue admits or not. `kind`: any word, since an opened mail is refused by its name. Time RFC 3339, any offset. */
export type ContactPost = {
  kind: string
  occurredAt?: string | undefined
  sale?: (Omit<Sale, 'reference' | 'refused'> & { refused?: string[] | undefined }) | undefined
}

/** A contact that may be recorded. `sale`: present where `kind` is `sale`, without the seller's reference, which is sealed apart. */
export type AdmittedContact = { kind: ContactKind; sale?: Omit<Sale, 'reference'> }

const kindOf = (kind: string): ContactKind | null => ContactKind.safeParse(kind).data ?? null

const kindRules = (kind: ContactKind | null, post: ContactPost): Broken[] => {
  if (kind === null)
    return [
      broken('NOT_A_CONTACT', '/kind', 'contact', 'A contact is something that the person did; an opened mail is none (CNIL 2021-131)'),
    ]
  if (kind === 'sale' && !post.sale) return [broken('INVALID_REQUEST', '/sale', 'required', 'A sale says who sold what')]
  if (kind !== 'sale' && post.sale) return [broken('INVALID_REQUEST', '/sale', 'sale-only', 'Only a contact of kind sale has a sale')]
  return []
}

/** Every no to a purpose that ever existed. */
const admitRefused = (
  catalogue: Catalogue,
  refused: readonly string[],
  at: number,
  by: By,
): { noes: AdmittedAnswer[]; rules: Broken[] } => {
  const noes: AdmittedAnswer[] = []
  const rules: Broken[] = []
  for (const [place, id] of refused.entries()) {
    const purpose = catalogue.purposes.get(id)
    const version = purpose && purposeVersionAt(purpose, at)
    if (purpose && version) noes.push(noTo(catalogue, { purpose, version }, 'refused', undefined, by))
    else rules.push(unknownPurpose(`/sale/refused/${place}`))
  }
  return { noes, rules }
}

const brokenByOffered = (catalogue: Catalogue, offered: readonly string[]): Broken[] =>
  offered.flatMap((id, place) => (catalogue.purposes.has(id) ? [] : [unknownPurpose(`/sale/refusalOffered/${place}`)]))

/** Field by field, so that nothing else that was posted comes into the clear. */
const saleOf = ({ sale }: ContactPost): Pick<AdmittedContact, 'sale'> => {
  if (!sale) return {}
  const { seller, category, addressCollectedThen, refusalOffered, refused = [] } = sale
  return { sale: { seller, category, addressCollectedThen, refusalOffered, refused } }
}

/** Admits `POST /v1/contacts`. If any rule is broken no contact stands; every refused purpose that ever existed stands, on another basis than consent as an objection. */
export const admitContact = (catalogue: Catalogue, post: ContactPost, by: By): Admission & { contact: AdmittedContact | null } => {
  const occurred = whenOccurred(catalogue, post.occurredAt, by)
  const kind = kindOf(post.kind)
  const { refused = [], refusalOffered = [] } = post.sale ?? {}
  const { noes, rules } = admitRefused(catalogue, refused, occurred.at, by)
  const error = errorOf([...kindRules(kind, post), ...aheadRefusal(occurred, by), ...brokenByOffered(catalogue, refusalOffered), ...rules])
  return { answers: noes, refused: error, occurred, contact: kind === null || error ? null : { kind, ...saleOf(post) } }
}
