/** Everything that is kept about one learner, for them to have. */
import { decidedOn, idIn, isGrader, keptOf, subjectIn, THE_LEARNER } from '../domain/person.js'
import type { Kept } from '../store/kept-about.js'
import type { Redemption } from '../store/redemption.js'
import { recordAdministration } from './administer.js'
import { mergedAway } from './learner.js'
import type { Moment } from './moment.js'

export interface LearnerExport {
  /** Null: nothing is kept of them under this id. */
  readonly subject: string | null
  /** The account that this one is part of since they were merged: the one to ask for. */
  readonly mergedInto: string | null
  readonly kept: Kept | null
  readonly redemptions: readonly Redemption[]
}

/**
 * That it was made stands on the ledger, and so in the export too. Other people in it are not named. Inside a transaction
 * only: it is of one instant, or there is none.
 * @throws where anything of it cannot be read.
 */
export function exportLearner(moment: Moment, { userId, actor }: { userId: string; actor: string }): LearnerExport {
  const { stores, rules, now } = moment
  const current = rules.current()
  const mergedInto = mergedAway(moment, userId)
  const subject = mergedInto === null ? stores.learners.subjectOf(current.settings.source, userId) : null
  if (subject === null) return { subject, mergedInto, kept: null, redemptions: [] }
  const reason = 'personal-data export'
  recordAdministration(stores.ledger, current, { actor, reason, detail: {}, now, about: { subject, userId } })
  const kept = stores.keptAbout.read(stores.learners.merged.subjectsOf(subject))
  const redemptions = stores.redemptions.list({ subject }, Number.MAX_SAFE_INTEGER)
  return { subject, mergedInto, kept: withoutOthers(kept), redemptions }
}

/** What is given to a learner names nobody else: the right to a copy ends at the rights of others (GDPR, article 15 (4)). */
function withoutOthers(kept: Kept): Kept {
  const own = new Set(kept.accounts.flatMap(({ subject, user_id }) => [subject, user_id]))
  const told = (who: string) => toldAs(who, own)
  return {
    ...kept,
    entries: kept.entries.map((entry) => ({ ...entry, record: recordTold(entry.record, told) })),
    events: kept.events.map((one) => {
      const event = keptOf(one.event, told)
      const decisions = one.decisions?.map((decision) => decidedOn(decision, event)) ?? null
      return { ...one, event, decisions }
    }),
    reviews: kept.reviews.map((review) => ({ ...review, evidence: withoutPeers(review.evidence) })),
    weeks: kept.weeks.map((week) => ({ ...week, because: withoutPeers(week.because) })),
  }
}

/** Of a finding that has to do with others a learner is told how many. */
function withoutPeers(found: unknown): unknown {
  const text = JSON.stringify(found, (key, value) => (key === 'others' && Array.isArray(value) ? value.length : value))
  return text === undefined ? found : JSON.parse(text)
}

type Told = (who: string) => string

function recordTold(record: Kept['entries'][number]['record'], told: Told): Kept['entries'][number]['record'] {
  const { actor, detail } = record as { actor?: string; detail?: { data?: { graded_by?: unknown } } }
  const gradedBy = detail?.data?.graded_by
  const { detail: whole } = withoutPeers({ detail }) as { detail?: typeof detail }
  return {
    ...record,
    ...(whole === undefined ? {} : { detail: whole }),
    ...(actor === undefined ? {} : { actor: told(actor) }),
    ...(isGrader(gradedBy) ? { detail: { ...whole, data: { ...detail?.data, graded_by: told(gradedBy) } } } : {}),
  }
}

/** @param own the learner's subjects and ids. */
function toldAs(who: string, own: ReadonlySet<string>): string {
  const subject = subjectIn(who)
  if (own.has(subject ?? idIn(who) ?? who)) return THE_LEARNER
  if (subject !== null) return `somebody else (subject ${subject})`
  // Who is at the keyboard is a person too.
  if (who.startsWith('cli:')) return 'cli'
  return /^(server|bridge|token:.*|the learner)$/.test(who) ? who : 'somebody else'
}
