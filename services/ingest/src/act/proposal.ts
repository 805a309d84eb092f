// What an act would record, before it is known who it is about.
import type { Catalogue, Flag, Admission, AdmittedContact, NoticeRef } from '@consent-ledger/domain'
import type { Identifier } from '@consent-ledger/vault'
import type { z } from 'zod'
import type { EvidencePost, MethodPost } from '../schemas/circumstances.ts'

/** What an act tells beside any answer: a notice that was shown, a contact by the person. It falls as a yes does. */
export type Deed = { as: 'view'; notice: NoticeRef } | { as: 'contact'; contact: AdmittedContact }

/** By the catalogue alone. */
export type AdmittedAct = Admission & { deed: Deed | null }

/** How an act was done and what shows it, as far as it may be kept. `reference`: the seller's own of a sale. */
export type Circumstances = {
  method?: z.output<typeof MethodPost> | undefined
  evidence?: EvidencePost | undefined
  reference?: string | undefined
}

/** `answers` and `deed` are what stands; `refused` is what the caller is told about the rest. `dropped`: pointers of what stands without them. */
export type Proposal = AdmittedAct & Circumstances & { identifiers: Identifier[]; flags: Flag[]; dropped: string[]; catalogue: Catalogue }
