/** Deletes what was kept long enough: events, what was decided about them, what was told. The ledger itself is for ever. */
import type { Context } from '../context.js'

const DAY = 86_400_000
/** Rows in one transaction: it holds the lock for a few milliseconds. */
const STEP = 1_000
const RETRY_DAYS = 30

/** @returns how much was deleted, in a sentence. */
export async function forget({
  stores,
  committer,
  rules,
  now,
}: Pick<Context, 'stores' | 'committer' | 'rules' | 'now'>): Promise<string> {
  const { retention } = rules.current().settings
  const { events, notices, idempotency } = stores
  const inSteps = async (days: number, step: (first: number, end: number) => number): Promise<number> => {
    const { first, end } = events.receivedBefore(now() - days * DAY)
    let deleted = 0
    for (let from = first; from < end; from += STEP) {
      deleted += await committer.run(() => step(from, Math.min(from + STEP, end)))
    }
    return deleted
  }
  const decisions = await inSteps(retention.decisions, (first, end) => events.forgetDecisions(first, end))
  const gone = await inSteps(retention.events, (first, end) => events.forgetEvents(first, end))
  const upTo = now()
  const told = await committer.runUntilNone(() => notices.forget(upTo - retention.events * DAY, STEP))
  // Answers are for retries, however short an institution keeps its events.
  await committer.runUntilNone(() => idempotency.forget(upTo - Math.max(retention.events, RETRY_DAYS) * DAY, STEP))
  // Of an erasure while somebody was reading, too.
  stores.writer.emptyLog()
  return `deleted ${gone} events, the decisions about ${decisions}, and ${told} notices`
}
