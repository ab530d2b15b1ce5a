/** What the institution owes its learners, and what its budgets have left. */
import { budgetState } from '../actions/catalogue.js'
import type { Answer, Call, Route } from './route.js'
import { integer, list, nullable, record, text, time } from './schema.js'

const points = integer
const minor = { ...integer, description: 'In minor units.' }

export const reportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/reports/liability',
    summary: 'Points that learners can still spend, by the month in which they lapse.',
    access: ['reports', 'admin'],
    answer: {
      status: 200,
      schema: record({
        as_of: time,
        total: points,
        undated: { ...points, description: 'Points that never lapse.' },
        months: list(record({ month: text, points })),
        owed: { ...points, description: 'What learners whose balance is below zero owe.' },
      }),
    },
    handle: getLiability,
  },
  {
    method: 'get',
    path: '/api/reports/budgets',
    summary: 'What each budget may pay this month, has committed, and has left.',
    access: ['reports', 'admin'],
    answer: {
      status: 200,
      schema: record({
        currency: nullable('string'),
        budgets: list(
          record({ id: text, month: text, allowed_minor: minor, committed_minor: minor, left_minor: minor }),
        ),
      }),
    },
    handle: getBudgets,
  },
]

function getLiability({ context }: Call): Answer {
  const { stores, now } = context
  const { months, undated, owed } = stores.writer.read(() => stores.ledger.lots.outstanding())
  const total = undated + months.reduce((sum, month) => sum + month.points, 0)
  return { json: { as_of: new Date(now()).toISOString(), total, undated, months, owed } }
}

function getBudgets({ context }: Call): Answer {
  const { stores, rules, now } = context
  const { catalogue } = rules.current()
  const budgets = catalogue.budgets.map(({ id }) => {
    const { month, allowed, committed, left } = budgetState({ stores, rules, now: now() }, id)
    return { id, month, allowed_minor: allowed, committed_minor: committed, left_minor: left }
  })
  return { json: { currency: catalogue.currency, budgets } }
}
