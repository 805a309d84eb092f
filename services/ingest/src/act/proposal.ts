// What an act would record, before it is known who it is about.
import type { Catalogue, Flag, Judged, NoticeRef } from '@consent-ledger/domain'
import type { Identifier } from '@consent-ledger/vault'
import type { z } from 'zod'
import type { EvidencePost, MethodPost } from '../schemas/circumstances.ts'

/** By the catalogue alone. `view`: the notice that was shown apart from any answer. */
export type JudgedAct = Judged & { view: NoticeRef | null }

/** How an act was done and what shows it, as far as it may be kept. */
export type Circumstances = { method?: z.output<typeof MethodPost> | undefined; evidence?: EvidencePost | undefined }

/** `answers` and `view` are what stands; `refused` is what the caller is told about the rest. `dropped`: pointers of what stands without them. */
export type Proposal = JudgedAct & Circumstances & { identifiers: Identifier[]; flags: Flag[]; dropped: string[]; catalogue: Catalogue }
