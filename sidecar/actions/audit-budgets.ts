/** What each budget could pay in each month of a period, and what it did, from the entries alone. */
import { csv } from '../archive/csv.js'
import { allowance, type BudgetsFrom, monthOf, nextMonth } from '../domain/budget.js'
import { type BudgetMonth, budgetMonths } from '../store/audit-evidence.js'
import type { Connection } from '../store/database.js'
import type { EvidenceFile } from './audit-tables.js'

const COLUMNS = [
  'month',
  'budget',
  'currency',
  'allowed_minor',
  'committed_minor',
  'refunded_minor',
  'left_minor',
  'redemptions',
] as const

/**
 * @param history every configuration up to the last entry, oldest first.
 * @param months the first and the last, `YYYY-MM`. @param upTo the last entry.
 */
export function budgetsFile(
  connection: Connection,
  history: readonly BudgetsFrom[],
  [first, last]: readonly [string, string],
  upTo: number,
  count: (path: string) => void,
): EvidenceFile {
  const path = 'budgets.csv'
  const found = budgetMonths(connection, upTo)
  const rows = []
  for (let month = first; month <= last; month = nextMonth(month)) rows.push(...monthRows(month, history, found))
  for (const _ of rows) count(path)
  return { path, content: csv(COLUMNS, rows) }
}

/** The budgets of the configuration that was in force last in a month, and those that paid anything in it. */
function monthRows(month: string, history: readonly BudgetsFrom[], found: readonly BudgetMonth[]) {
  const until = history.filter(({ day }) => monthOf(day) <= month)
  const budgets = until.at(-1)?.budgets ?? []
  const paid = found.filter((one) => one.month === month)
  const ids = new Set([...budgets.map(({ id }) => id), ...paid.map(({ budget }) => budget)])
  return [...ids].sort().map((id) => {
    const net = (of: string) => {
      const one = found.find(({ budget, month: when }) => budget === id && when === of)
      return one ? one.committed - one.refunded : 0
    }
    const budget = budgets.find((one) => one.id === id)
    const allowed = budget ? allowance(budget, month, until, net) : null
    const {
      currency = null,
      committed = 0,
      refunded = 0,
      redemptions = 0,
    } = paid.find(({ budget: of }) => of === id) ?? {}
    return {
      month,
      budget: id,
      currency: currency ?? until.at(-1)?.currency ?? null,
      allowed_minor: allowed,
      committed_minor: committed,
      refunded_minor: refunded,
      left_minor: allowed === null ? null : allowed - net(month),
      redemptions,
    }
  })
}
