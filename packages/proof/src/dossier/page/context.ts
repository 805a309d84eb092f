// What every section of the page needs: the report, its words, its clock, and the titles of purposes.
import { clockIn } from '../../plain/clock.ts'
import type { DossierReport } from '../report.ts'
import { pageWords, type PageWords } from './words.ts'

export type Page = {
  report: DossierReport
  words: PageWords
  /** An instant on the controller's clock. */
  time: (instant: string) => string
  /** Title of a purpose as it was answered last; its id if it never was. */
  titleOf: (purpose: string) => string
}

export const pageOf = (report: DossierReport): Page => {
  const { proof } = report
  return {
    report,
    words: pageWords(proof.language),
    time: clockIn(proof.controller.timeZone, proof.language),
    titleOf: (purpose) => proof.purposes.findLast(({ id }) => id === purpose)?.title ?? purpose,
  }
}
