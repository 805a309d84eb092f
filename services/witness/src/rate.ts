// How often one address may ask: a bucket of tokens for each, so that nobody keeps the witness from its logs.
import { isIPv6 } from 'node:net'

type Bucket = { tokens: number; at: number }

const burst = 200
const perSecond = 50
const mostAddresses = 10_000

/** The /64 of an IPv6 address: what one subscriber is given. */
const netOf = (address: string): string => (isIPv6(address) && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address)

/** Answers whether a request from this address may be judged now. `clock`: epoch ms. Memory is bounded: the oldest addresses are forgotten. */
export const openRate = (clock: () => number): ((address: string) => boolean) => {
  const buckets = new Map<string, Bucket>()
  return (address) => {
    const now = clock()
    const net = netOf(address)
    const { tokens, at } = buckets.get(net) ?? { tokens: burst, at: now }
    const left = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * perSecond)
    buckets.delete(net)
    buckets.set(net, { tokens: left < 1 ? left : left - 1, at: now })
    const [oldest] = buckets.keys()
    if (buckets.size > mostAddresses && oldest !== undefined) buckets.delete(oldest)
    return left >= 1
  }
}
