// The calendar: what is remembered of it is what the calendar says, in every zone and across every change of the clock.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DateTime, Duration } from 'luxon'
import { addDuration, dayIn, startOfDay } from '../src/index.ts'

const zones = fc.constantFrom('Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'UTC')
const instants = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) })

test('an instant plus a duration, and its day, are as luxon says', () => {
  fc.assert(
    fc.property(instants, zones, fc.constantFrom('P13M', 'P6M', 'P1Y', 'P3Y', 'P1M', 'P2W', 'PT72H'), (at, zone, duration) => {
      const here = DateTime.fromMillis(at, { zone })
      assert.equal(addDuration(at, duration, zone), here.plus(Duration.fromISO(duration)).toMillis())
      assert.equal(dayIn(at, zone), here.toISODate())
      assert.equal(startOfDay(dayIn(at, zone), zone), here.startOf('day').toMillis())
    }),
    { numRuns: 500 },
  )
})

test('half a year after 31 August is the last day of February', () => {
  const from = Date.parse('2026-08-31T10:00:00.000Z')
  assert.equal(dayIn(addDuration(from, 'P6M', 'Europe/Paris'), 'Europe/Paris'), '2027-02-28')
})
