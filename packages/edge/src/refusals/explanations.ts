// What each code of an error means and what to do about it, in a sentence each: docs/errors.md and the command line say the same words.
import type { ErrorCode } from '@consent-ledger/domain'

/** `meaning`: what went wrong. `remedy`: what whoever meets it does next. */
type Explanation = { readonly meaning: string; readonly remedy: string }

const said = (meaning: string, remedy: string): Explanation => ({ meaning, remedy })

const sendAgain = 'Send the same request again after `Retry-After`, with the same `Idempotency-Key`.'

/** One entry for each code of the closed list. */
export const explanations: Readonly<Record<ErrorCode, Explanation>> = {
  INVALID_REQUEST: said(
    'A field is missing, unknown or not of its form.',
    'Correct the fields that `errors` names; the forms are in `/openapi.json`.',
  ),
  UNREADABLE_BODY: said(
    'The body is not valid JSON, not Unicode, or nested too deep; a list of addresses did not come whole, or its gzip is broken.',
    'Send UTF-8 JSON of at most 32 levels; a list of addresses again.',
  ),
  UNSUPPORTED_MEDIA_TYPE: said(
    'The body is not declared as what this address takes.',
    'Send `Content-Type: application/json`; a list of addresses as `application/x-ndjson`, packed with gzip or not at all.',
  ),
  TOO_LARGE: said(
    'The body, a text or the event it would become is over its limit.',
    'Send less at once: 32 KiB for one act, 4 MiB for a batch, 48 KiB for one text of a notice.',
  ),
  IDEMPOTENCY_KEY_REQUIRED: said(
    'An act came with a secret key and without an `Idempotency-Key`.',
    'Make one key for each act of a person and keep it with the act for every retry.',
  ),
  IDEMPOTENCY_CONFLICT: said(
    'The same `Idempotency-Key` came before with other content; nothing was written.',
    'Use a new key for a new act, and for a retry exactly what was sent first.',
  ),
  ALREADY_DONE: said(
    'It was done before, and its secret is not shown a second time.',
    'Take the id in the answer; if the secret is lost, revoke it and make a new one.',
  ),
  UNAUTHENTICATED: said(
    'No key came with the request, or none that is known and not revoked.',
    'Send `Authorization: Bearer <key>` with a key of this ledger.',
  ),
  FORBIDDEN: said(
    'The key has no role for this, or there is nothing of that name for it.',
    'Use a key with the role that the route names.',
  ),
  ORIGIN_NOT_ALLOWED: said(
    'A publishable key came without an `Origin`, or from one that is not its site’s.',
    'Add the origin to the site in the catalogue, or use the key of the right site.',
  ),
  NOT_FOUND: said(
    'There is nothing there, or nobody was found by these identifiers.',
    'Check the address or the identifiers; an erased person is not found by them.',
  ),
  METHOD_NOT_ALLOWED: said('The address exists, with other methods.', 'Use a method that `/openapi.json` lists for it.'),
  NOT_ACCEPTABLE: said(
    'The answer cannot be given in the form that `Accept` asks for: there is none, a dossier would be larger than a verifier takes, or the key of statements has changed since the proof.',
    'Ask for `application/json`; where the detail names the key of statements, for another proof.',
  ),
  RATE_LIMITED: said(
    'Too many requests came from one address; no yes was written. Every no in the request was recorded.',
    'Wait for `Retry-After`, then send the same request again with the same key.',
  ),
  CONTROLLER_NEEDED: said('Several controllers have something of that name.', 'Name one in `controller`.'),
  OCCURRED_AT_AHEAD: said(
    '`occurredAt` lies further ahead than clocks may differ.',
    'Set the clock of the server that sent it right, or leave `occurredAt` out.',
  ),
  IDENTIFIER_INVALID: said(
    'An identifier is not of the form of its scheme, or the scheme is not known.',
    'Correct it; a scheme of your own is declared in the catalogue.',
  ),
  IDENTIFIER_NEEDS_SECRET_KEY: said(
    'A browser’s key named an account in a yes; it may name cookies and devices only.',
    'Send the yes from the site’s server with its secret key.',
  ),
  IDENTITY_CONFLICT: said(
    'The identifiers belong to different people, who are never merged. Every no in the request was recorded.',
    'Name one person, or send `onConflict: "first"`.',
  ),
  UNKNOWN_PURPOSE: said('The catalogue never had a purpose of this id.', 'Correct the id, or apply a catalogue that has it.'),
  PURPOSE_RETIRED: said('The purpose is retired, so no yes to it is taken. Every no in the request was recorded.', 'Stop asking for it.'),
  NOT_A_CONSENT_PURPOSE: said(
    'A yes to a purpose that does not rest on consent says nothing.',
    'Do not ask for it; a no to it is taken, as an objection.',
  ),
  CHANNEL_NOT_IN_PURPOSE: said(
    'The purpose does not have this channel in the version in force.',
    'Leave `channels` out, or name those that the purpose has.',
  ),
  UNKNOWN_NOTICE: said(
    'No notice of this id, version and language was published. Every no in the request was recorded.',
    'Publish the text first, then send the yes with the version that was shown.',
  ),
  PURPOSE_NOT_IN_NOTICE: said(
    'The notice that was shown does not present this purpose. Every no in the request was recorded.',
    'Name the notice that was shown, or publish a version that presents the purpose.',
  ),
  SOURCE_NEEDED: said('An import came without `method.source`.', 'Name system, time of the export, SHA-256 of the file and line.'),
  PAYMENT_DATA_REFUSED: said(
    'A free text holds what looks like a card number or an IBAN.',
    'Take it out of the field that `errors` names; the ledger keeps no payment data.',
  ),
  CONFIRMATION_GONE: said('The link was used, replaced or is too old.', 'Ask again, so that a new link is made.'),
  NOTICE_VERSION_FIXED: said('This version of a notice was published with another text.', 'Raise `version` and give `change` its class.'),
  PURPOSE_VERSION_FIXED: said('This version of a purpose was published with other words.', 'Raise `version`.'),
  PURPOSE_BASIS_FIXED: said('The legal basis of a purpose id never changes.', 'Publish another purpose that names this one in `replaces`.'),
  BASIS_NOT_FOR_CHANNEL: said(
    'The regulator’s profile does not let this basis carry this channel.',
    'Choose another basis or drop the channel; the profile names its source.',
  ),
  CATALOGUE_INVALID: said(
    'The catalogue file breaks its schema or contradicts itself.',
    'Correct what `errors` names; `pnpm ledger catalogue check FILE` shows it without a server.',
  ),
  UNKNOWN_REGULATOR: said('No profile of this regulator is shipped.', 'Name one that the message lists.'),
  SETTING_INVALID: said('A setting of the process is unknown or wrong.', 'Correct or unset the variable that the message names.'),
  WRONG_EXPECTED_REVISION: said(
    'Somebody else wrote to the same stream first, several times over.',
    'Send the same request again with the same `Idempotency-Key`.',
  ),
  NOT_A_CONTACT: said(
    'What was posted is no contact by the person: an opened mail tells nothing of them (CNIL 2021-131).',
    'Post what the person did: a sale, a click, a reply, a log-in, a visit, a call.',
  ),
  RECIPIENT_NOT_COVERED: said(
    'The catalogue names this system for more than the purpose and channel that were scrubbed: a scrub says nothing of the rest.',
    'Scrub without `recipient`, and let the system acknowledge the feed itself.',
  ),
  CURSOR_RESET: said(
    'The cursor is of an earlier epoch of the feed, which was begun anew since.',
    'Take a snapshot, and go on from the cursor at its end.',
  ),
  CHECKPOINT_MOVED: said(
    'Another projector applied these events first. No request is answered with it.',
    'Nothing: the projector that lost stands by and takes over when the other stops.',
  ),
  INTERNAL: said(
    'An error that nobody foresaw; it is in the log of the process.',
    'Send the same request again with the same `Idempotency-Key` once it is repaired.',
  ),
  NOT_READY: said('The process is starting, stopping or catching up; `/readyz` names what is missing.', sendAgain),
  STORE_UNAVAILABLE: said('The event store cannot be reached or written, as on a full disk. What was acknowledged is safe.', sendAgain),
  OUTCOME_UNKNOWN: said(
    'The event store did not say whether it recorded the events; they may stand, or come to stand.',
    'Send the same request again with the same `Idempotency-Key`: the answer then tells, and nothing is recorded twice.',
  ),
  VAULT_UNAVAILABLE: said('The vault cannot be reached or written, as on a full disk. What was acknowledged is safe.', sendAgain),
  STALE: said(
    'The read model does not hold everything recorded of late, so that a no may be missing from it. Nobody may be contacted on such an answer.',
    'Ask again a little later. If it stays so, the projector does not run: `/readyz` and `ledger doctor` tell.',
  ),
  FEED_UNAVAILABLE: said(
    'Kafka is away, or its topic is not as the feed needs it. No request is answered with it; the feed is kept and goes on from where it was.',
    'Look at the brokers that `KAFKA_BROKERS` names, and at the settings of the topic that the log names.',
  ),
  NOT_PUBLISHED: said(
    'The events are recorded, but no published head of the transparency log covers them yet; as a rule that takes a second.',
    'Ask again a little later. If it stays so, the sequencer does not run: `/readyz` and `ledger doctor` tell.',
  ),
  INTEGRITY: said(
    'What was read contradicts what was written. The process stops.',
    'Do not restart blindly: keep the data as it is and read the message in the log.',
  ),
  LOG_DISAGREES: said(
    'The transparency log, its state, its signed heads and the event store do not say the same. Nothing more is signed; the message says what differs, and where.',
    'Keep everything as it is, then `ledger log fsck`; `docs/log.md` says what can be repaired and how.',
  ),
  DATA_LOCKED: said(
    'Another process already writes to this data directory.',
    'End that one first, or name another directory in `LEDGER_DATA`.',
  ),
  DATA_CORRUPT: said('A file of the data directory is damaged. The start is refused.', 'Restore the directory whole from a backup.'),
  DATA_FOREIGN: said(
    'The files belong to different ledgers, or are none of a ledger. The start is refused.',
    'Put back the files that belong together.',
  ),
  DATA_ROLLED_BACK: said('One of the files is older than the others. The start is refused.', 'Restore all files from the same backup.'),
  DATA_TOO_NEW: said('A newer program wrote this data directory.', 'Start the newer program.'),
  LEDGER_MOVED: said(
    'This ledger was copied to another kind of store, where it goes on (`ledger copy`). The start is refused: two would tell two histories.',
    'Start it on the store to which it was moved.',
  ),
  MASTER_KEY_WRONG: said(
    'The master key is not the one that this ledger was made with. The start is refused.',
    'Put the right `master.key` into `LEDGER_KEYS`.',
  ),
  SIGNING_KEY_WRONG: said(
    'The key that signs the log, or the one that signs statements, is missing or is not the one that the ledger names. The start is refused.',
    'Put the right `log.key` or `statement.key` into `LEDGER_KEYS`.',
  ),
}
