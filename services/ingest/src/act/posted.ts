// What was posted, in its form: alone or as an item of a batch.
import { accept, acceptWithout } from '@consent-ledger/edge'
import type { z } from 'zod'
import { ConsentItem, ContactItem, NoticeViewItem, ObjectionItem, WithdrawalItem } from '../schemas/batch.ts'
import type { SiteAct } from './siteAct.ts'

type Parsed = Pick<SiteAct, 'posted' | 'leftOut' | 'idempotencyKey'>

const child = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Whether a consent that nobody has checked yet says no to all that it names. */
const saysOnlyNo = (post: unknown): boolean => {
  const choices = child(post, 'choices')
  return Array.isArray(choices) && choices.every((choice) => ['refused', 'dismissed'].includes(String(child(choice, 'decision'))))
}

/** A no loses what stands beside it in a wrong form; a yes is refused for it. `leftOut`: RFC 6901 pointers. Errors: INVALID_REQUEST. */
export const acceptPost = <T extends z.ZodType>(
  schema: T,
  post: unknown,
  onlyNo: boolean = saysOnlyNo(post),
): { post: z.output<T>; leftOut: string[] } => {
  if (!onlyNo) return { post: accept(schema, post), leftOut: [] }
  const { value, dropped } = acceptWithout(schema, post, ['method', 'evidence'])
  return { post: value, leftOut: dropped }
}

/** An item of a batch by its `act`. Errors: INVALID_REQUEST. */
export const acceptItem = (item: unknown): Parsed => {
  const kind = child(item, 'act') ?? 'consent'
  if (kind === 'withdrawal') {
    const { post: read, leftOut } = acceptPost(WithdrawalItem, item, true)
    const { idempotencyKey, act, ...post } = read
    return { idempotencyKey, leftOut, posted: { act, post } }
  }
  if (kind === 'objection') {
    const { post: read, leftOut } = acceptPost(ObjectionItem, item, true)
    const { idempotencyKey, act, ...post } = read
    return { idempotencyKey, leftOut, posted: { act, post } }
  }
  if (kind === 'contact') {
    const { idempotencyKey, act, ...post } = accept(ContactItem, item)
    return { idempotencyKey, leftOut: [], posted: { act, post } }
  }
  if (kind === 'notice-view') {
    const { idempotencyKey, act, ...post } = accept(NoticeViewItem, item)
    return { idempotencyKey, leftOut: [], posted: { act, post } }
  }
  const { post: read, leftOut } = acceptPost(ConsentItem, item)
  const { idempotencyKey, act: _, ...post } = read
  return { idempotencyKey, leftOut, posted: { act: 'consent', post } }
}
