// Everything that the verifier can say of a dossier, of entry bundles or of a scrub: the closed list of its codes, in plain words. docs/verify.md has the same list.

/** `error` rejects; `warning` is something that a reader must know, and does not reject. */
export type Severity = 'error' | 'warning'

type Meaning = { severity: Severity; means: string }
const error = (means: string): Meaning => ({ severity: 'error', means })
const warning = (means: string): Meaning => ({ severity: 'warning', means })

export const codes = {
  NOT_AN_ARCHIVE: error('The file is not a zip archive.'),
  ARCHIVE_TRUNCATED: error('The archive ends too early: part of it is missing.'),
  ARCHIVE_EXTRA_BYTES: error('The archive has bytes before, between or behind its files that belong to none of them.'),
  ARCHIVE_DAMAGED: error('The archive contradicts itself, or a file in it does not come out whole.'),
  ARCHIVE_UNUSUAL: error('The archive uses something that no dossier uses: encryption, links, comments, extra fields.'),
  ARCHIVE_PATH: error(
    'A file of the archive would be written outside the directory into which it is unpacked, or has a name that no dossier has.',
  ),
  ARCHIVE_DUPLICATE: error('Two files of the archive have one name, so that two readers would see two different dossiers.'),
  ARCHIVE_TOO_LARGE: error('The archive unpacks to more than a dossier may have, or to more than it says itself.'),
  ARCHIVE_REWRITTEN: error(
    'The archive holds its files otherwise than the ledger packs them: dates, marks or the packing were changed, and nobody vouches for those.',
  ),

  FILE_MISSING: error('A file that the dossier needs, or that its manifest lists, is not there.'),
  FILE_UNLISTED: error('A file lies in the dossier that its manifest does not list.'),
  FILE_UNKNOWN: error('A file lies in the dossier that the format does not know, so that nothing in it can be checked.'),
  FILE_CHANGED: error('A file was changed after the dossier was made: its SHA-256 is not the one in the manifest.'),
  FILE_MALFORMED: error('A file does not have the form that the format asks for.'),
  MANIFEST_CHANGED: error('The manifest is not the one that the signed statement names.'),

  STATEMENT_FORGED: error('The statement of completeness does not carry the signature of the key that it names.'),
  STATEMENT_KEY_UNKNOWN: error('The statement of completeness is signed by a key that the log does not name.'),
  STATEMENT_DISAGREES: error('The statement of completeness speaks of another tree, another person or another proof than the dossier.'),

  WRONG_KEY: error('A tree head is not signed by a key that you accept, or not by the one in force for a tree of its size.'),
  OTHER_LOG: error('A tree head is that of another log.'),
  LOG_FORKED: error(
    'The log signed two trees of one size that differ. It told two people two stories; the two signed heads together prove it.',
  ),
  HEAD_KEY_UNNAMED: error(
    'The key that signed the latest tree head is named by no event of the log in the dossier, so that nothing shows since when it counts.',
  ),
  HEAD_OLDER: error('The latest tree head of the dossier is older than the head of one of its proofs.'),
  HEAD_INCONSISTENT: error('The tree under which an event was proven is not shown to be the beginning of the latest one.'),
  PROOF_OF_ANOTHER_LEAF: error(
    'The path does not lead from this event to the tree head: it is the proof of another event, or the event was changed.',
  ),
  COSIGNATURE_FORGED: error('A tree head carries a signature in the name of a witness that you trust, and the witness did not make it.'),
  COSIGNATURE_UNKNOWN: error('The report names a cosignature that no witness of your policy made.'),
  POLICY_NOT_MET: error('Fewer witnesses than your policy asks for have signed the latest tree head.'),

  LEAF_MALFORMED: error('An event is not in the one form in which events are sealed.'),
  LEAF_UNKNOWN: error('An event has a type that this verifier does not know: a newer one is needed.'),
  LEAF_MISPLACED: error(
    'An event lies at a place that is not its own: it names another stream or another revision. Events were reordered or exchanged.',
  ),
  LEAF_ORDER: error('Two events of one stream stand in the log in another order than in the stream.'),
  STREAM_GAP: error('An event in the middle of a stream was left out.'),
  STREAM_SHORT: error('The last events of a stream, which the signed statement counts, were left out.'),
  STREAM_UNSTATED: error('A stream, or an event at its end, lies in the dossier that the signed statement does not count.'),

  RECORDED_OUT_OF_ORDER: error('An event of a stream has no later time than the act before it: the ledger never writes that.'),
  ORDER_TIME_FORGED: error('An event is put in order by a time at which it was neither recorded nor said to have happened.'),
  BACKDATED: error('An event was sealed behind one that was recorded more than a day later: one of the two times is false.'),
  ISSUED_TOO_EARLY: error('The dossier is dated before something that it carries.'),
  WITNESS_BEFORE_EVENT: error('A witness saw a tree before an event in it was recorded: one of the two times is false.'),

  CATALOGUE_CONTRADICTED: error('One version of a notice or of a purpose was published twice, and not in the same words.'),
  REACH_DISAGREES: error('The streams that the identifiers are said to have reached are not those that the dossier carries or counts.'),
  REACH_UNFOUNDED: error(
    'The report counts the streams that the identifiers reach, and leaves identifiers closed by which to look for them.',
  ),

  IDENTIFIER_NOT_COMMITTED: error('An identifier does not open the commitment in its event: it is not the one that was recorded.'),
  DISCLOSURE_REPLACED: error('An opened value does not open the commitment in its event: it is not the one that was recorded.'),
  DISCLOSURE_STRAY: error('A value is said to have been opened that its event does not hold.'),
  NOTICE_REPLACED: error('The text of a notice is not the one whose SHA-256 was recorded.'),

  NARROWING_UNKNOWN: error('The report is narrowed to a purpose that the catalogue does not have.'),
  REPORT_FORGED: error('The report says something else than what follows from the events, the opened values and the catalogue.'),
  PAGE_FORGED: error('The printable page or the file for the judge says something else than the report.'),
  PROGRAM_NOT_OURS: error('verify.py is not the program that this version of the ledger puts into a dossier. Do not run it.'),
  KEY_FILE_FORGED: error(
    'A key that lies in the dossier for information is not the one by which it is signed. Whoever took it for the key of the log would be misled.',
  ),

  ENTRIES_MISSING: error('Entry bundles are missing, so that the tree cannot be computed.'),
  ENTRIES_MALFORMED: error('An entry bundle does not have the form of one.'),
  ENTRIES_DISAGREE: error('The entries do not make the tree that the log signed: one of them was changed, added or left out.'),
  DOSSIER_DIFFERS: error('The dossier and the entries do not hold the same events of a stream.'),
  LATER_EVENT_HIDDEN: error('The entries hold more events from before the issue, behind the tree of the dossier, than the dossier counts.'),
  ISSUE_DIFFERS: error('The entries record the issue of this proof otherwise than the dossier tells it.'),

  SCRUB_NOT_ON_RECORD: error('The proof has no event by which the log records a scrub, or has more than one.'),
  SCRUB_DIFFERS: error('The log records another scrub than the token tells.'),
  TOKEN_FORGED: error('The token of a scrub does not carry the signature of the key that it names.'),
  TOKEN_KEY_UNKNOWN: error('The token of a scrub is signed by a key that the log had not named by then.'),
  TOKEN_DISAGREES: error('The last line of a scrub says something else than the token in it.'),
  OUTPUT_CUT: error('The output does not end with a line that has a token: the scrub did not come to its end, or its end was cut off.'),
  OUTPUT_CHANGED: error('The verdicts are not those that were signed: a line was changed, added, left out or put elsewhere.'),
  OUTPUT_MISCOUNTED: error(
    'The verdicts are those that were signed, and are not as many, or have not as many a yes, or not the form, that was signed with them.',
  ),
  INPUT_CHANGED: error('The addresses are not those that were checked: a line was changed, added, left out or put elsewhere.'),

  NO_INDEPENDENT_TIME: warning(
    'Nobody but the ledger itself vouches for when this was recorded: no witness whom you trust signed the tree head.',
  ),
  WITNESSES_NOT_JUDGED: warning(
    'Others signed the tree head, but without your policy nothing says whether they are witnesses that you trust.',
  ),
  PROOF_NOT_ON_RECORD: warning('The entries do not record the issue of this proof: they may end before it. Get newer ones.'),
  HEAD_NOT_COMPARED: warning('The head that you brought is of a size that the dossier does not have: the two could not be compared.'),
  KEY_NOT_IN_TREE: warning(
    'A key of the log that you brought is not named in the tree. Either the tree is from before that key, or it was made for you with a key that was retired.',
  ),
  TIME_OUT_OF_ORDER: warning('An event was sealed behind one that was recorded minutes or hours later: a clock was wrong, or a time is.'),
  HEAD_STALE: warning(
    'The tree of the dossier was more than a day old when the dossier was issued: ask whether what came since is counted in it.',
  ),
  DESTROYED_BY_WORD: warning('Values are said to be destroyed. That is the word of the issuer: nothing shows it.'),
  INPUT_NOT_SHOWN: warning('The addresses were not brought along: nothing shows which ones were checked.'),
} as const satisfies Record<string, Meaning>

export type VerifyCode = keyof typeof codes
