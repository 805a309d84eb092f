// POST /v1/notice-views: a notice was shown, apart from any answer.
import { z } from 'zod'
import { NoticeNamed, Time } from './circumstances.ts'
import { Subject } from './subject.ts'

export const NoticeView = z.strictObject({ subject: Subject, notice: NoticeNamed, occurredAt: Time.optional() }).meta({
  examples: [
    {
      subject: { identifiers: [{ scheme: 'cookie', value: '9f2c6d0e' }] },
      notice: { id: 'newsletter-form', version: 1, language: 'fr' },
    },
  ],
})
export type NoticeView = z.output<typeof NoticeView>
