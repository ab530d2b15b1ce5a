/** Every column of the schema: proven by `ledger verify`, or not, and why. `auditors.md` has the same. */

/** Whichever row it is in, and whatever is changed in it. Entries and records have a test to the byte: `verify-bytes.test.ts`. */
export const PROVEN: readonly string[] = [
  ...of('balance', 'subject points held lifetime'),
  ...of('checkpoint', 'origin size note'),
  ...of('code', 'batch reward redemption'),
  ...of('code_batch', 'id reward imported file'),
  ...of('committed', 'budget month amount_minor currency'),
  ...of('document', 'hash text'),
  ...of('entry', 'seq body hash'),
  ...of('erased', 'subject seq'),
  ...of('frozen', 'subject reason'),
  ...of('granted', 'subject seq rule act deed course activity object time points held standing'),
  ...of('issued', 'reward count'),
  ...of('learner', 'subject source user_id'),
  ...of('lot', 'subject expires seq points_left'),
  ...of('merged', 'subject into_subject'),
  ...of('pause', 'cause reason'),
  ...of('private_record', 'seq salt data'),
  ...of('redemption', 'seq id subject reward state delivery partner refunded expires token day'),
  ...of('subtree', 'height number hash'),
  ...of('token', 'id scope expires partner'),
]

/** Found in some rows, and why not in the others. */
export const PARTLY: Readonly<Record<string, string>> = {
  'code.digest': 'of a code that was handed out; one that nobody had is known to its pool alone',
  'code.state': 'whether a code was handed out; of the others nothing says which were withdrawn or faulty',
  'redemption.consumed': 'not of an erased learner: when exactly is erased with them',
  'redemption.consumed_by': 'not of an erased learner',
  'redemption.created': 'not of an erased learner: the day is left',
  'redemption.reference': 'not of an erased learner',
  'redemption.terms': 'of an erased learner; of others the private record has them',
  'token.name': 'not of a learner’s token: no entry names it',
  'token.revoked': 'that one was revoked, not when',
  'token.user_id': 'that it is somebody’s, not whose: no entry names them',
}

/** Columns, and tables of which no column is proven. */
export const UNPROVEN: Readonly<Record<string, string>> = {
  badge: 'what senders call badges',
  'checkpoint.time': 'when one was signed: it bears no time',
  closed_partner: 'partners whose address is gone, for the time being',
  'code.copy': 'encrypted: a change shows when it is handed out',
  'code.expires': 'as the file of the pool had it',
  'code.line': 'as the file of the pool had it',
  course: 'ID numbers of courses, as senders told them',
  erased_deed: 'hashes of deeds of erased learners: nothing else may lead to them',
  event: 'what came in, kept for some months; the ledger has what was decided on',
  fact: 'badges and completions, as senders told them',
  'frozen.since': 'the entry says when',
  idempotency: 'answers to retries, for a month',
  job_run: 'how jobs ended',
  message: 'what partners are to be told; how redemptions stand is proven',
  migration: 'versions of the database',
  notice: 'what people were told',
  pairing_code: 'one code, for ten minutes',
  'pause.since': 'the entry says when',
  'redemption.partner_code': 'encrypted, for the learner to see',
  'redemption.receipt': 'which receipt brought it back after a restore',
  'redemption.told': 'that its learner was told that a token lapses',
  'redemption.token_copy': 'encrypted, for the learner to see; by what a token is recognised is proven',
  resend: 'how far Moodle has sent again after a restore',
  seen: 'ids of events as hashes: an event that comes again, decided again, is found by --replay',
  tier_reached: 'which tiers learners were told of',
  'token.created': 'the entry says when',
  withdrawal: 'what was undone before it came; a grant that came after it is found by --replay',
}

/** The columns of the tables that are listed whole, so that a new one is thought about as well. */
export const COLUMNS_OF_WHOLE: readonly string[] = [
  ...of('badge', 'badge name'),
  ...of('closed_partner', 'partner since why'),
  ...of('course', 'course idnumber'),
  ...of('erased_deed', 'key'),
  ...of('event', 'body decisions number received subject time'),
  ...of('fact', 'key kind name subject time value'),
  ...of('idempotency', 'answer caller created fingerprint key'),
  ...of('job_run', 'ended message name ok started'),
  ...of('message', 'attempts attempts_before created next number outcome partner redemption state type'),
  ...of('migration', 'checksum name number'),
  ...of('notice', 'audience code number once params subject time'),
  ...of('pairing_code', 'digest expires one replaces tries_left'),
  ...of('resend', 'asked done id one since'),
  ...of('seen', 'event key'),
  ...of('tier_reached', 'subject tier time'),
  ...of('withdrawal', 'deed rule subject time'),
]

function of(table: string, columns: string): string[] {
  return columns.split(' ').map((column) => `${table}.${column}`)
}
