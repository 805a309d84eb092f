// The client's address, made less than a person where a site asks for that.
import { isIP } from 'node:net'

const groupsOf = (ip: string): string[] => {
  const [head = '', tail] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  if (tail === undefined) return left
  const right = tail === '' ? [] : tail.split(':')
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
}

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An address cut to its network: IPv4 to /24 (`203.0.113.0`), IPv6 to /48 (`2001:db8:1::`); null for what is no address (a client that is gone has none). An IPv4 address mapped into IPv6 is cut as IPv4. */
export const truncateIp = (ip: string | undefined): string | null => {
  if (ip === undefined) return null
  const plain = mapped.exec(ip)?.[1] ?? ip.replace(/%.*$/, '')
  if (isIP(plain) === 4) return `${plain.split('.').slice(0, 3).join('.')}.0`
  if (isIP(plain) !== 6) return null
  const kept = groupsOf(plain)
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return `${kept.join(':')}::`
}
