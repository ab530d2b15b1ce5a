/** Everything that is kept about one learner, as JSON for them to have. */
import { exportLearner } from '../actions/export-learner.js'
import { worded } from '../actions/ingest.js'
import type { Moment } from '../actions/moment.js'
import { lapsedBy } from '../domain/lot.js'
import { reason } from '../domain/reason.js'
import type { Kept } from '../store/kept-about.js'
import { shownDecision } from './events.js'
import { ledgerEntrySchema } from './ledger.js'
import { ownView, redemptionSchema, shownSecrets } from './redemption.js'
import type { Schema } from './route.js'
import { decisionSchema, integer, list, nullable, nullableTime, reasonSchema, record, text, time } from './schema.js'

const orNull = (schema: Schema, description: string): Schema => ({ anyOf: [{ type: 'null' }, schema], description })
const anything = (description: string): Schema => ({ type: 'object', description })

const entrySchema = record({
  ...(ledgerEntrySchema as { properties: Record<string, Schema> }).properties,
  record: anything('Its private record, whole.'),
})
const eventSchema = record({
  time,
  received: time,
  event: anything('As the LMS sent it.'),
  decisions: { ...list(decisionSchema), type: ['array', 'null'], description: 'Null once no longer kept.' },
})

export const exportSchema: Schema = record({
  user_id: text,
  source: text,
  exported_at: time,
  known: { type: 'boolean', description: 'False: nothing is kept, and every list is empty.' },
  merged_into: { ...nullable('string'), description: 'The account that this one is part of: the one to ask for.' },
  accounts: list(record({ subject: text, source: text, user_id: text })),
  balance: record({ points: integer, held: integer, lifetime: integer }),
  lapsing: list(record({ expires: text, points: integer })),
  frozen: orNull(record({ since: time, reason: text }), 'Since when they earn and redeem nothing, and why.'),
  entries: list(entrySchema),
  events: list(eventSchema),
  facts: list(record({ kind: text, key: text, name: text, value: { type: 'number' }, time })),
  withdrawals: list(record({ deed: text, rule: text, time })),
  redemptions: list(redemptionSchema),
  notices: list(record({ time, ...(reasonSchema as { properties: Record<string, Schema> }).properties })),
  tiers: list(record({ tier: text, time })),
  calls: list(record({ time, asks: text, answer: anything('What was answered.') })),
  tokens: list(
    record({ id: text, scope: text, name: nullable('string'), created: time, expires: time, revoked: nullableTime }),
  ),
})

const NOTHING: Kept = {
  accounts: [],
  entries: [],
  events: [],
  facts: [],
  withdrawals: [],
  notices: [],
  tiers: [],
  calls: [],
  tokens: [],
}
/** The last civil day there is: lots that lapse by it are all lots. */
const LAST_DAY = '9999-12-31'

/**
 * Inside a transaction only; what it makes is whole.
 * @throws where anything of it cannot be read.
 */
export function learnerExport(moment: Moment, { userId, actor }: { userId: string; actor: string }) {
  const { stores, rules, now } = moment
  const { civil, settings } = rules.current()
  const { subject, mergedInto, kept, redemptions } = exportLearner(moment, { userId, actor })
  const { accounts, entries, events, facts, withdrawals, notices, tiers, calls, tokens } = kept ?? NOTHING
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
    calls: calls.map(timed),
    tokens: tokens.map(({ created, expires, revoked, ...rest }) => ({
      ...rest,
      created: iso(created),
      expires: iso(expires),
      revoked: revoked === null ? null : iso(revoked),
    })),
  }
}

const iso = (instant: number): string => new Date(instant).toISOString()
const timed = <Row extends { readonly time: number }>(row: Row) => ({ ...row, time: iso(row.time) })
