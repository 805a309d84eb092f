// Card numbers and IBANs in free text are seen; numbers that only look like them are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { holdsPaymentData, noPaymentData } from '../src/requests/paymentData.ts'

const held = [
  '4111111111111111',
  'my card is 4111 1111 1111 1111, thanks',
  '5500-0000-0000-0004',
  'amex 3782 822463 10005',
  'room 12 4111 1111 1111 1111',
  'https://www.example.org/pay?card=4111111111111111&x=1',
  'FR76 3000 6000 0112 3456 7890 189 merci',
  'fr7630006000011234567890189',
  '４１１１ １１１１ １１１１ １１１１',
  '4111\u202f1111\u202f1111\u202f1111',
  '4111\n1111\r\n1111\t1111',
  '4111\u20111111\u20131111\u200b1111',
  'FR76\u202f3000\n6000 0112\t3456 7890 189',
  'IBAN: DE89-3704-0044-0532-0130-00.',
]
const free = [
  '4111111111111112',
  'order 41111111111111110000',
  'x4111111111111111',
  '4111111111111111a',
  '0000000000000000',
  '9999999999999995',
  'FR76 3000 6000 0112 3456 7890 188',
  'AFR7630006000011234567890189',
  'FR7630006000011234567890189X',
  '203.0.113.9',
  '2026-11-22T10:42:05.123Z',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  'CPzHq4APzHq4AAMABBENAUEAALAAAEPgAAAIBYFBQAAAAAA',
  '',
]

for (const text of held) test(`held: ${JSON.stringify(text)}`, () => assert.equal(holdsPaymentData(text), true))
for (const text of free) test(`free: ${text || '(empty)'}`, () => assert.equal(holdsPaymentData(text), false))

test('staff words are held to the same rule by their schema', () => {
  const Reason = z.string().refine(...noPaymentData)
  assert.ok(Reason.safeParse('Dispute 42').success)
  assert.equal(Reason.safeParse('card 4111 1111 1111 1111').success, false)
})
