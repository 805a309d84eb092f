// What the idle ledger's memory is held against: Fastify with the plug-ins that the ledger has, and no code of ours.
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import scalar from '@scalar/fastify-api-reference'
import fastify from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'

const app = fastify().withTypeProvider<ZodTypeProvider>()
app.setValidatorCompiler(validatorCompiler)
app.setSerializerCompiler(serializerCompiler)
await app.register(helmet)
await app.register(cors)
await app.register(rateLimit)
await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Empty', version: '1' } }, transform: jsonSchemaTransform })
await app.register(scalar, { routePrefix: '/docs' })
app.get('/', { schema: { response: { 200: z.strictObject({ status: z.literal('ok') }) } } }, async () => ({ status: 'ok' as const }))
process.once('SIGTERM', () => void app.close())
process.stdout.write(`Ready at ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
