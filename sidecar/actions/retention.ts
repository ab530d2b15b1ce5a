/** Deletes what was kept long enough: events, what was decided about them, what was told. The ledger itself is for ever. */
import type { Context } from '../context.js'
import { remakeExports } from './exports.js'

const DAY = 86_400_000
/** Rows in one transaction: it holds the lock for a few milliseconds. */
const STEP = 1_000
const RETRY_DAYS = 30
const CHECKPOINT_DAYS = 30
const TRACE_DAYS = 14
/** Weeks are compared with each other over a year, from their counting on. */
const WEEK_DAYS = 366

/** @returns how much was deleted, in a sentence. */
export async function applyRetention(
  context: Pick<Context, 'stores' | 'committer' | 'rules' | 'now' | 'config' | 'view'>,
): Promise<string> {
  const { stores, committer, rules, now } = context
  const { settings, civil } = rules.current()
  const { retention } = settings
  const { events, notices, idempotency, checkpoints, checkHits, reviews, histories, learnerWeeks } = stores
  const inSteps = async (days: number, step: (first: number, end: number) => number): Promise<number> => {
    const { first, end } = events.receivedBefore(now() - days * DAY)
    let deleted = 0
    for (let from = first; from < end; from += STEP) {
      deleted += await committer.run(() => step(from, Math.min(from + STEP, end)))
    }
    return deleted
  }
  const decisions = await inSteps(retention.decisions, (first, end) => events.deleteDecisions(first, end))
  const gone = await inSteps(retention.events, (first, end) => events.deleteEvents(first, end))
  const upTo = now()
  const told = await committer.runUntilNone(() => notices.deleteBefore(upTo - retention.events * DAY, STEP))
  await committer.runUntilNone(() => checkHits.deleteBefore(upTo - retention.events * DAY, STEP))
  // Checks look seven days back from an event that may come late.
  await committer.runUntilNone(() => histories.deleteBefore(upTo - TRACE_DAYS * DAY, STEP))
  const counted = upTo - WEEK_DAYS * DAY
  await committer.runUntilNone(() => learnerWeeks.deleteBefore(civil.dayOf(counted), counted, STEP))
  // What is decided; what became of the points stays on the ledger.
  await committer.runUntilNone(() => reviews.deleteDecided(upTo - retention.events * DAY, STEP))
  // Answers are for retries, however short an institution keeps its events.
  await committer.runUntilNone(() =>
    idempotency.deleteBefore(upTo - Math.max(retention.events, RETRY_DAYS) * DAY, STEP),
  )
  // Of older days one checkpoint each: what a minute said is of use while it is fresh.
  await committer.run(() => checkpoints.thin(upTo - CHECKPOINT_DAYS * DAY))
  // Of an erasure while somebody was reading, or that was cut short after its commit, too.
  stores.writer.emptyLog()
  return `deleted ${gone} events, the decisions about ${decisions}, and ${told} notices${await mended(context)}`
}

/** How many exports showed somebody who is erased. Their names are not said: they may be somebody's. */
async function mended(context: Parameters<typeof remakeExports>[0]): Promise<string> {
  const { remade, deleted, left } = await remakeExports(context)
  const done = remade.length + deleted.length
  return (
    (done > 0 ? `; made ${done} exports anew, or deleted them, since they showed somebody who is erased` : '') +
    (left.length > 0 ? `; ${left.length} exports show somebody who is erased, or may: delete them` : '')
  )
}
