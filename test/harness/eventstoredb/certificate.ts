// A certificate for 127.0.0.1 that signs itself, made when a test starts: no key in the repository, no tool on the machine.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** DER (X.690): a tag, the length, the bytes. */
const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const octets = (content: Uint8Array): Buffer => der(0x04, content)
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content)
const yes = der(0x01, Buffer.from([0xff]))
const time = (date: Date): Buffer => der(0x18, Buffer.from(`${date.toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`))

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const named = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))
const day = 86_400_000

/** RFC 5280: may sign (itself), and is for 127.0.0.1 and localhost. */
const extensions = (): Buffer =>
  der(
    0xa3,
    sequence(
      sequence(oid('551d13'), yes, octets(sequence(yes))),
      sequence(oid('551d11'), octets(sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost'))))),
    ),
  )

const pem = (label: string, content: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END ${label}-----\n`

/** PEM; valid from yesterday for a week. `cert` is its own authority. */
export const selfSigned = (now = Date.now()): { key: string; cert: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = named('EventStoreDB double')
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(now - day)), time(new Date(now + 7 * day))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(),
  )
  const certificate = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem('CERTIFICATE', certificate) }
}
