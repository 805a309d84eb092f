// The witnesses of the policy file, asked for each new tree head: in parallel, up to a deadline, and what came by then is what is published.
import { meetsQuorum, type Policy } from '@consent-ledger/tlog'
import { askWitness, type Asked, lastShown, type Outcome, type Told } from './witnessCall.ts'

export type { Asked } from './witnessCall.ts'

/** How a witness stands after a round; `why` goes on after its name. `rests`: it failed lately and was not asked. */
export type WitnessOutcome = { name: string; outcome: Outcome | 'rests' | 'no-address'; why: string }

/** What a witness serves as the last head of the log that it cosigned. Nothing of it is checked: the witness may lie, only the log's signature in it counts. */
export type Shown = { name: string; note: string }

/**
 * `signatures`: verified cosignature lines, each with its newline, in the order of the policy file. `enough`: they meet its quorum. `outcomes`: one for each
 * witness. `shown`: by those that are ahead or disagree. Too few signatures hold up no head: what was not cosigned says so itself.
 */
export type Cosigned = { signatures: string[]; enough: boolean; outcomes: WitnessOutcome[]; shown: Shown[] }

export type Witnesses = {
  /**
   * Asks every witness that has an address and does not rest, and answers once all have answered or `deadline` (ms from now) has passed. Never rejects for
   * what a witness does, only with a fault of `asked.consistency`. One call at a time.
   */
  ask(asked: Asked, deadline: number): Promise<Cosigned>
  /** What each that has an address, and answers within `deadline` ms, serves as the last head of this log. Never rejects. */
  look(origin: string, deadline: number): Promise<Shown[]>
}

/** `elapsed`: ms since any moment, never going back: a clock that is set back by an hour must not let a witness rest for an hour. */
export type WitnessDeps = { policy: Policy; elapsed?: () => number }

type Witness = Policy['witnesses'][number]
/** What is known of one, in memory only: after a restart its first answer tells. `rests`: until when, by `elapsed`. */
type Standing = { holds: bigint; failures: number; rests: number }

const shortestRest = 1_000
const longestRest = 60_000
/** One that does not answer would hold up every head by the whole deadline. */
const holdsUp = new Set<string>(['silent', 'unreachable'] satisfies Outcome[])

const noted = (standing: Standing, told: Told, now: number): void => {
  if (told.holds !== null) standing.holds = told.holds
  if (!holdsUp.has(told.outcome)) {
    standing.failures = 0
    return
  }
  standing.rests = now + Math.min(longestRest, shortestRest * 2 ** Math.min(standing.failures, 10))
  standing.failures += 1
}

/** Made once for a process: each witness's last size and its rest are remembered from round to round. */
export const openWitnesses = ({ policy, elapsed = () => performance.now() }: WitnessDeps): Witnesses => {
  const standings = new Map(
    policy.witnesses.map(({ verifier }): [string, Standing] => [
      verifier.vkey,
      { holds: 0n, failures: 0, rests: Number.NEGATIVE_INFINITY },
    ]),
  )
  const askOne = async ({ verifier, url }: Witness, asked: Asked, signal: AbortSignal): Promise<Told | 'rests' | 'no-address'> => {
    const standing = standings.get(verifier.vkey)
    if (url === undefined || standing === undefined) return 'no-address'
    if (elapsed() < standing.rests) return 'rests'
    const told = await askWitness({ url, verifier }, asked, standing.holds, signal)
    noted(standing, told, elapsed())
    return told
  }
  return {
    ask: async (asked, deadline) => {
      const signal = AbortSignal.timeout(deadline)
      const shared = { ...asked, consistency: once(asked.consistency) }
      const answers = await Promise.all(policy.witnesses.map(async (witness) => ({ witness, told: await askOne(witness, shared, signal) })))
      return gathered(policy, answers)
    },
    look: async (origin, deadline) => {
      const signal = AbortSignal.timeout(deadline)
      const looks = policy.witnesses.map(async ({ name, url }): Promise<Shown[]> => {
        const note = url === undefined ? null : await lastShown(url, origin, signal)
        return note === null ? [] : [{ name, note }]
      })
      return (await Promise.all(looks)).flat()
    },
  }
}

/** Witnesses at the same size share one proof. */
const once = (consistency: Asked['consistency']): Asked['consistency'] => {
  const made = new Map<bigint, ReturnType<Asked['consistency']>>()
  return (from) => {
    const proof = made.get(from) ?? consistency(from)
    made.set(from, proof)
    return proof
  }
}

const gathered = (policy: Policy, answers: readonly { witness: Witness; told: Told | 'rests' | 'no-address' }[]): Cosigned => {
  const cosigned = answers.filter(({ told }) => typeof told === 'object' && told.outcome === 'cosigned')
  return {
    signatures: cosigned.flatMap(({ told }) => (typeof told === 'object' ? told.lines : [])),
    enough: meetsQuorum(policy, new Set(cosigned.map(({ witness }) => witness.verifier.vkey))),
    outcomes: answers.map(({ witness: { name }, told }) => {
      if (typeof told === 'object') return { name, outcome: told.outcome, why: told.why }
      return { name, outcome: told, why: told === 'rests' ? 'failed lately and was not asked' : 'has no address in the policy file' }
    }),
    shown: answers.flatMap(({ witness: { name }, told }) =>
      typeof told === 'object' && told.shown !== null ? [{ name, note: told.shown }] : [],
    ),
  }
}
