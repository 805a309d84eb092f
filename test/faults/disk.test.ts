// A full disk: 503, nothing half-written, nothing acknowledged is lost, and it goes on when there is room again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'

test(
  'a disk that fills up: 503 with Retry-After, then every acknowledged act is there and the others can be sent again',
  { timeout: 120_000 },
  async () => {
    const { data, remove } = place()
    try {
      await (await LedgerProcess.start(data)).stop()
      const full = await LedgerProcess.start(data, { limitFileBlocks: 2048 })
      const key = full.keys.sites['huttopia-fr']?.secret ?? ''
      const answers: { n: number; status: number; receipt: unknown }[] = []
      for (let n = 0; answers.filter((answer) => answer.status === 503).length < 5; n++) {
        assert.ok(n < 5000, 'the limit is never reached')
        const reply = await request(full.url, 'POST', '/v1/consents', {
          key,
          idempotencyKey: `act-${n}`,
          body: signUp(`visitor-${n}@example.org`),
        })
        assert.ok(reply.status === 201 || reply.status === 503, reply.text)
        if (reply.status === 503) {
          assert.ok(reply.headers.get('retry-after'))
          assert.match(reply.json.code, /^(STORE|VAULT)_UNAVAILABLE$/)
        }
        answers.push({ n, status: reply.status, receipt: reply.json.receipt })
      }
      assert.ok(answers.some((answer) => answer.status === 201))
      await full.stop('SIGKILL')
      const roomy = await LedgerProcess.start(data)
      for (const { n, status, receipt } of answers) {
        const reply = await request(roomy.url, 'POST', '/v1/consents', {
          key,
          idempotencyKey: `act-${n}`,
          body: signUp(`visitor-${n}@example.org`),
        })
        if (status === 201) assert.deepEqual([reply.status, reply.json.receipt], [200, receipt])
        else assert.ok(reply.status === 201 || reply.status === 200, reply.text)
        assert.equal(reply.json.receipt.events[0]?.revision, '0', 'no half of an earlier try')
      }
      assert.equal((await roomy.stop()).code, 0)
    } finally {
      remove()
    }
  },
)
