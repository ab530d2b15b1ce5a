/** What is kept about learners, and what was done for one, as JSON: the same for the API and for commands. */
import { shownDecision } from '../domain/decision.js'
import { iso, isoOr } from '../domain/instant.js'
import { lapsedBy } from '../domain/lot.js'
import { reason } from '../domain/reason.js'
import type { Kept } from '../store/kept-about.js'
import type { Aftermath } from './after-erasure.js'
import type { Erasure } from './erase.js'
import { exportLearner } from './export-learner.js'
import type { FreezeState } from './freeze.js'
import { worded } from './ingest.js'
import type { Moment } from './moment.js'
import { ownView, shownSecrets } from './shown-redemption.js'

const NOTHING: Kept = {
  accounts: [],
  entries: [],
  events: [],
  facts: [],
  withdrawals: [],
  notices: [],
  tiers: [],
  reviews: [],
  hits: [],
  traces: [],
  weeks: [],
  exempt: [],
  calls: [],
  tokens: [],
}
/** The last civil day there is: lots that lapse by it are all lots. */
const LAST_DAY = '9999-12-31'

/**
 * Everything that is kept about a learner, for them to have. Inside a transaction only; what it makes is whole.
 * @throws where anything of it cannot be read.
 */
export function learnerExport(moment: Moment, { userId, actor }: { userId: string; actor: string }) {
  const { stores, rules, now } = moment
  const { civil, settings } = rules.current()
  const { subject, mergedInto, kept, redemptions } = exportLearner(moment, { userId, actor })
  const { accounts, entries, events, facts, withdrawals, notices, tiers, calls, tokens, ...fairPlay } = kept ?? NOTHING
  const frozen = subject === null ? null : stores.learners.frozen.of(subject)
  const lapsing = subject === null ? [] : lapsedBy(stores.ledger.lots.of(subject), LAST_DAY)
  return {
    user_id: userId,
    source: settings.source,
    exported_at: iso(now),
    known: subject !== null,
    merged_into: mergedInto,
    accounts,
    balance: stores.ledger.balance(subject ?? ''),
    lapsing,
    frozen: frozen && { since: iso(frozen.since), reason: frozen.reason },
    entries,
    events: events.map(({ time: happened, received, event, decisions }) => ({
      time: iso(happened),
      received: iso(received),
      event,
      decisions: decisions && worded(decisions, civil).map(shownDecision),
    })),
    facts: facts.map(timed),
    withdrawals: withdrawals.map(timed),
    redemptions: redemptions.map((one) => ownView(one, now, 'en', shownSecrets(stores, one))),
    notices: notices.map(({ time: told, code, params }) => ({ time: iso(told), ...reason(code, params, civil) })),
    tiers: tiers.map(timed),
    reviews: fairPlay.reviews.map(({ opened, due, appealed, decided, ...rest }) => ({
      ...rest,
      opened: iso(opened),
      due: isoOr(due),
      appealed: isoOr(appealed),
      decided: isoOr(decided),
    })),
    hits: fairPlay.hits.map(timed),
    traces: fairPlay.traces.map(timed),
    weeks: fairPlay.weeks,
    exempt: fairPlay.exempt.map(timed),
    calls: calls.map(timed),
    tokens: tokens.map(({ created, expires, revoked, ...rest }) => ({
      ...rest,
      created: iso(created),
      expires: iso(expires),
      revoked: isoOr(revoked),
    })),
  }
}

/** What became of a learner who was to be erased. */
export function shownErasure(
  userId: string,
  { erased, records, cancelled, inDoubt: in_doubt, mergedInto: merged_into }: Erasure,
  { exports }: Aftermath,
): object {
  return { user_id: userId, erased, records, cancelled, in_doubt, exports, merged_into }
}

/** Whether a learner is frozen now. */
export function shownFreeze(userId: string, { frozen, changed, mergedInto: merged_into }: FreezeState): object {
  const since = frozen && iso(frozen.since)
  return { user_id: userId, frozen: frozen !== null, since, changed, merged_into }
}

const timed = <Row extends { readonly time: number }>(row: Row) => ({ ...row, time: iso(row.time) })
