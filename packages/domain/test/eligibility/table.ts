// The decision table: each rule of eligibility as cases. A test runs it and docs/eligibility.md shows it.
import { bases } from './table/bases.ts'
import { consents } from './table/consents.ts'
import { continuations } from './table/continuations.ts'
import { objections } from './table/objections.ts'
import { purposes } from './table/purposes.ts'
import type { Section } from './table/row.ts'
import { stops } from './table/stops.ts'
import { times } from './table/times.ts'

/** In the order in which the rules are asked; the times come last. */
export const table: readonly Section[] = [...stops, ...objections, ...continuations, ...purposes, ...consents, ...bases, ...times]
