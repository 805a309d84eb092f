// Addresses: cut to their network; the client's own only behind a trusted proxy.
import assert from 'node:assert/strict'
import { isIPv6 } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { truncateIp } from '../src/index.ts'
import { openAll } from './world.ts'

test('IPv4 keeps its /24, IPv6 its /48', () => {
  const cases: Record<string, string | null> = {
    '203.0.113.9': '203.0.113.0',
    '2001:db8:1:2::3': '2001:db8:1::',
    '2001:0db8:0001:ffff:ffff:ffff:ffff:ffff': '2001:db8:1::',
    '2001:db8::1': '2001:db8:0::',
    '::1': '0:0:0::',
    'fe80::1%eth0': 'fe80:0:0::',
    '::ffff:203.0.113.9': '203.0.113.0',
    'not an address': null,
    '': null,
  }
  for (const [ip, cut] of Object.entries(cases)) assert.equal(truncateIp(ip), cut, ip)
})

test('every IPv6 address is cut to an address that says nothing of its last 80 bits', () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const cut = truncateIp(ip)
      assert.ok(cut !== null && (isIPv6(cut) || cut.endsWith('.0')), `${ip} ${cut}`)
    }),
    { numRuns: 200 },
  )
})

test('X-Forwarded-For counts only when it comes from a trusted proxy', async (t) => {
  for (const [trustProxy, seen] of [
    [[], '192.0.2.1'],
    [['192.0.2.1'], '203.0.113.9'],
    [['10.0.0.0/8'], '192.0.2.1'],
  ] as const) {
    const { app } = await openAll(t, { settings: { logLevel: 'silent', trustProxy: [...trustProxy] } })
    const answer = await app.inject({ url: '/v1/address', remoteAddress: '192.0.2.1', headers: { 'x-forwarded-for': '203.0.113.9' } })
    assert.equal(answer.json().kind, seen)
  }
})
