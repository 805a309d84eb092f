// The verification of a scrub, offline: that these verdicts were given to these addresses before the log's tree head was signed.
import type { ScrubToken } from '@consent-ledger/domain'
import type { Policy, Verifier } from '@consent-ledger/tlog'
import { readAnchors, readPolicy } from '../anchors.ts'
import { Findings, VerifyError, type Finding } from '../finding.ts'
import { compareHead, judgeHeads, type Log } from '../heads.ts'
import { statedHead, type SealedLeaf } from '../sealed.ts'
import { checkBeforeSeen } from '../times.ts'
import type { Trusted } from '../verify.ts'
import { checkWitnesses, seenTrees, type Witnessed } from '../witnessed.ts'
import { hashInput, hashOutput, outputFile, readEnd, type Bytes, type End } from './output.ts'
import { proofFile, readProof, type ReadProof } from './proofFile.ts'
import { checkEnd, checkEvent, checkSignature, checkWhole, readToken, tokenOf, type TokenSaid } from './token.ts'

/** `proof`: as `GET …/scrubs/{id}/proof` gave it. `output`: the whole answer, uncompressed. `input`: the addresses as they were sent, uncompressed. */
export type ScrubGiven = { proof: Uint8Array; output: Bytes; input?: Bytes | undefined }

/** What was shown. `said`: as the token tells it; `log` null, and nothing of it shown, without a head that a key which you accept signed. `input`: whether the addresses were those. */
export type ScrubFacts = {
  said: Omit<ScrubToken, 'revision'> & { revision: string }
  log: { origin: string; size: string; root: string; signedBy: string; leafIndex: string } | null
  input: boolean
  witnesses: Witnessed[]
}

/** `accepted`: no finding is an error. `facts` are null if there is no token that can be read. */
export type ScrubFound = { accepted: boolean; findings: Finding[]; facts: ScrubFacts | null }

/** How the addresses are called in findings. */
const inputFile = 'the input'

/** An error of a check becomes a finding, as of `Findings.attempt`. */
const attempt = async <T>(findings: Findings, check: () => Promise<T>): Promise<T | null> => {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error
    findings.add(error.code, error.where, error.message)
    return null
  }
}

const judge = ({ latest, leaves, proofs }: ReadProof, anchors: readonly Verifier[], heads: readonly string[], findings: Findings): Log => {
  const log = judgeHeads({ anchors, latest, sealed: leaves, proofs }, findings)
  for (const [n, head] of heads.entries()) {
    const brought = findings.attempt(() => statedHead(head, `--head ${n + 1}`))
    if (brought !== null) compareHead(brought, log, findings)
  }
  return log
}

/** The event of the scrub under a signed head. Finds SCRUB_NOT_ON_RECORD. */
const eventIn = (proof: ReadProof, log: Log, findings: Findings): SealedLeaf | null => {
  if (proof.scrubs !== 1) findings.add('SCRUB_NOT_ON_RECORD', proofFile)
  if (proof.scrubs !== 1) return null
  return log.sealed.find(({ event, part }) => event.type === 'ScrubPerformed' && part === 'catalogue') ?? null
}

/** Against what the ledger signed: the token, or where that does not hold the event. Finds OUTPUT_CHANGED, OUTPUT_MISCOUNTED, INPUT_CHANGED, INPUT_NOT_SHOWN. */
const checkLists = async ({ output, input }: ScrubGiven, end: End, signed: TokenSaid, findings: Findings): Promise<boolean> => {
  const { sha256, lines, allowed, wellFormed } = await hashOutput(output, end)
  if (sha256 !== signed.outputSha256) findings.add('OUTPUT_CHANGED', outputFile)
  else if (!wellFormed || lines !== signed.count || allowed !== signed.allowed) findings.add('OUTPUT_MISCOUNTED', outputFile)
  if (input === undefined) findings.add('INPUT_NOT_SHOWN', inputFile)
  if (input === undefined) return false
  const same = (await hashInput(input, end.said.nonce)) === signed.inputSha256
  if (!same) findings.add('INPUT_CHANGED', inputFile)
  return same
}

const witnessesOf = (log: Log, policy: Policy | null, findings: Findings): Witnessed[] => {
  const witnesses = checkWitnesses(log, policy, [], findings)
  checkBeforeSeen(log.sealed, seenTrees(witnesses), findings)
  return witnesses
}

const factsOf = (said: ScrubToken, log: Log | null, scrub: SealedLeaf | null, input: boolean, witnesses: Witnessed[]): ScrubFacts => {
  const shown = log !== null && log.signedBy !== null && scrub !== null
  return {
    said: { ...said, revision: `${said.revision}` },
    log: shown
      ? {
          origin: log.latest.origin,
          size: `${log.latest.size}`,
          root: Buffer.from(log.latest.root).toString('base64'),
          signedBy: log.signedBy?.vkey ?? '',
          leafIndex: `${scrub.index}`,
        }
      : null,
    input,
    witnesses,
  }
}

/**
 * Verifies a scrub without a network and without trust in whoever gave it out. Nothing is held in memory that grows with the lists.
 * Errors: InputError for keys or a policy that cannot be read; those of the files.
 */
export const verifyScrub = async (given: ScrubGiven, { logKeys, policy: text, heads = [] }: Trusted): Promise<ScrubFound> => {
  const [anchors, policy, findings] = [readAnchors(logKeys), readPolicy(text), new Findings()]
  const end = await attempt(findings, () => readEnd(given.output))
  const said = end && findings.attempt(() => readToken(end.said))
  if (end && said) checkEnd(end.said, said, findings)
  const proof = findings.attempt(() => readProof(given.proof, findings))
  const log = proof && judge(proof, anchors, heads, findings)
  const scrub = proof && log && eventIn(proof, log, findings)
  const event = scrub && log && tokenOf(scrub.event, log.latest.origin)
  const signed = end !== null && said !== null && scrub !== null && log !== null && checkSignature(end.said, scrub, log, findings)
  if (scrub) checkWhole(scrub.event, scrub.folder, findings)
  if (signed && event) checkEvent(said, event, scrub.folder, findings)
  const truth = (signed ? said : event) ?? said
  const input = end !== null && truth !== null && (await checkLists(given, end, truth, findings))
  const witnesses = log === null ? [] : witnessesOf(log, policy, findings)
  return { accepted: findings.accepted && signed, findings: findings.all, facts: said && factsOf(said, log, scrub, input, witnesses) }
}
