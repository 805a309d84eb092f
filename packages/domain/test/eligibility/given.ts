// What can be given in a row of the decision table, as data. Days are at noon, UTC; any other time is written in full.
import type { Channel, ContactKind, PurposeEntry } from '../../src/index.ts'

/** `2026-03-02` is 12:00 UTC on that day; else RFC 3339. */
export type Time = string
/** Through whom an act reached the ledger: the site's server (secret key) unless it says otherwise. */
export type Through = 'browser' | 'file'
/** Only `form` shows purposes that rest on consent. */
export type NoticeId = 'form' | 'booking-form'
/** Purposes that are not in the catalogue from the start. */
export type PublishedLater = 'parcels' | 'bulletin' | 'cards-asked' | 'circle-asked'
type Said = { channels?: Channel[]; through?: Through; done?: Time; exported?: Time }

/** `purpose`: for a no also `marketing`, to which one objects, and `all`, which one withdraws. `on`: when it was recorded. `done`: when the person did it, where that is earlier than clocks may differ. `exported`: the day of the file, where that is not `on`. `nth`: which of the givens, from 1. */
export type Given =
  | ({ does: 'gives' | 'refuses' | 'dismisses' | 'withdraws' | 'objects'; on: Time; purpose: string } & Said)
  | { does: 'confirms' | 'liftsObjection' | 'liftsRestriction'; on: Time; nth: number }
  | { does: 'restricts'; on: Time; purposes: 'all' | string[] }
  | {
      does: 'buys'
      on: Time
      seller: string
      category: string
      addressCollected: boolean
      offered: string[]
      refused: string[]
      done?: Time
    }
  | { does: 'contacts'; on: Time; kind: Exclude<ContactKind, 'sale'>; done?: Time }
  | { does: 'erases'; on: Time }
  | { does: 'links'; on: Time }
  | {
      does: 'changesNotice'
      on: Time
      change: 'editorial' | 'material' | 'new-processing'
      from: string
      notice?: NoticeId
      shows?: string[]
    }
  | { does: 'changesPurpose'; on: Time; purpose: string; to: Partial<Pick<PurposeEntry, 'channels' | 'marketing' | 'confirmation'>> }
  | { does: 'publishes'; on: Time; purpose: PublishedLater }
  | { does: 'retires'; on: Time; purpose: string; from: string }
  | { does: 'hasNoProfile'; on: Time }

export const gives = (on: Time, purpose: string, more: Said = {}): Given => ({ does: 'gives', on, purpose, ...more })
export const refuses = (on: Time, purpose: string, more: Said = {}): Given => ({ does: 'refuses', on, purpose, ...more })
export const dismisses = (on: Time, purpose: string, more: Said = {}): Given => ({ does: 'dismisses', on, purpose, ...more })
export const withdraws = (on: Time, purpose: string, more: Said = {}): Given => ({ does: 'withdraws', on, purpose, ...more })
export const objects = (on: Time, purpose: string, more: Said = {}): Given => ({ does: 'objects', on, purpose, ...more })
export const confirms = (on: Time, nth: number): Given => ({ does: 'confirms', on, nth })
export const liftsObjection = (on: Time, nth: number): Given => ({ does: 'liftsObjection', on, nth })
export const restricts = (on: Time, purposes: 'all' | string[]): Given => ({ does: 'restricts', on, purposes })
export const liftsRestriction = (on: Time, nth: number): Given => ({ does: 'liftsRestriction', on, nth })
export const erases = (on: Time): Given => ({ does: 'erases', on })
export const links = (on: Time): Given => ({ does: 'links', on })
export const contacts = (on: Time, kind: Exclude<ContactKind, 'sale'>, done?: Time): Given => ({ does: 'contacts', on, kind, ...(done ? { done } : {}) }) // prettier-ignore
export const changesNotice = (on: Time, change: 'editorial' | 'material' | 'new-processing', from: string, notice?: NoticeId, shows?: string[]): Given => ({ does: 'changesNotice', on, change, from, ...(notice ? { notice } : {}), ...(shows ? { shows } : {}) }) // prettier-ignore
export const changesPurpose = (on: Time, purpose: string, to: Extract<Given, { does: 'changesPurpose' }>['to']): Given => ({ does: 'changesPurpose', on, purpose, to }) // prettier-ignore
export const publishes = (on: Time, purpose: PublishedLater): Given => ({ does: 'publishes', on, purpose })
export const retires = (on: Time, purpose: string, from: string): Given => ({ does: 'retires', on, purpose, from })
export const hasNoProfile = (on: Time): Given => ({ does: 'hasNoProfile', on })

/** A stay bought from the seller that `similar` names, as soft opt-in asks for it, but for what `over` says. */
export const buys = (on: Time, over: Partial<Extract<Given, { does: 'buys' }>> = {}): Given => ({
  does: 'buys',
  on,
  seller: 'campo-stays',
  category: 'stay',
  addressCollected: true,
  offered: ['similar'],
  refused: [],
  ...over,
})
