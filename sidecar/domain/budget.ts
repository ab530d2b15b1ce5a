/** Monthly budgets in money, by the institution's calendar. */
import type { Budget } from './reward.js'

/** The budgets that a configuration defined, and the civil day from which it was in force. */
export interface BudgetsFrom {
  readonly day: string
  readonly currency: string | null
  readonly budgets: readonly Budget[]
}

/** `2026-11` of `2026-11-23`: a budget's month. */
export const monthOf = (day: string): string => day.slice(0, 7)

/** The month after `YYYY-MM`. */
export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7)
}

/**
 * What a budget may pay in a month, all in minor units: its monthly sum and, where it rolls over, what the months before
 * left. A month's sum is the one that was in force last in it.
 * @param history every configuration, oldest first. @param committedIn what redemptions of a month have committed.
 */
export function allowance(
  budget: Budget,
  month: string,
  history: readonly BudgetsFrom[],
  committedIn: (month: string) => number,
): number {
  if (!budget.rollover) return budget.monthlyMinor
  const [first] = history
  let carried = 0
  for (let at = first ? monthOf(first.day) : month; at < month; at = nextMonth(at)) {
    const inForce = history.findLast(({ day }) => monthOf(day) <= at)
    const then = inForce?.budgets.find(({ id }) => id === budget.id)
    // What is left of another currency is another sum.
    carried =
      then?.rollover && inForce?.currency === history.at(-1)?.currency
        ? Math.max(0, carried + then.monthlyMinor - committedIn(at))
        : 0
  }
  return budget.monthlyMinor + carried
}

const WARN_AT = [80, 100] as const

/** The greatest of the percentages at which administrators are warned that a commitment passes; null: none. */
export function warningAt(allowanceMinor: number, before: number, after: number): (typeof WARN_AT)[number] | null {
  const passes = (percent: number) => before * 100 < allowanceMinor * percent && after * 100 >= allowanceMinor * percent
  return WARN_AT.findLast(passes) ?? null
}
