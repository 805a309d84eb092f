// Soft opt-in: what a sale must have been for its buyer to be written to without consent (CPCE L34-5 al. 4, ePrivacy Art. 13(2)).
import type { PurposeVersion } from '../catalogue/catalogue.ts'
import { knownBy, type Contact, type Cut, type Subject } from '../subject/subject.ts'

const carries = ({ sale }: Contact, { id, softOptIn }: PurposeVersion): boolean =>
  sale !== null &&
  softOptIn !== undefined &&
  sale.seller === softOptIn.seller &&
  softOptIn.categories.includes(sale.category) &&
  sale.addressCollectedThen &&
  sale.refusalOffered.includes(id)

const later = (last: Contact | null, contact: Contact): Contact => (last === null || contact.orderAt >= last.orderAt ? contact : last)

/**
 * The last sale by the same seller, in a listed category, at which the address was collected and a refusal offered; null without one. A refusal at any sale ends
 * what that sale and those before it carried.
 */
export const saleFor = (subject: Subject, version: PurposeVersion, cut: Cut): Contact | null => {
  const known = subject.contacts.filter((contact) => contact.sale !== null && knownBy(cut, contact))
  const refused = known.filter(({ sale }) => sale?.refused.includes(version.id)).reduce(later, null)
  return known.filter((contact) => carries(contact, version) && (refused === null || contact.orderAt > refused.orderAt)).reduce(later, null)
}
