// What the ledger's POST is held against: Fastify with one route that reads the JSON body and answers a small one.
import fastify from 'fastify'

const app = fastify()
for (const path of ['/v1/consents', '/v1/consents/batch', '/v1/eligibility']) {
  app.post(path, async (_request, reply) => reply.code(201).send({ status: 'recorded' }))
}
process.once('SIGTERM', () => void app.close())
process.stdout.write(`Ready at ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
