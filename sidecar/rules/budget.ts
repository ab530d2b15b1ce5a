/** The budgets of rewards.yaml. */
import type { Budget } from '../domain/reward.js'
import { fieldsOf } from './fields.js'
import type { Ids } from './ids.js'
import { type Currency, moneyOf } from './money.js'
import { type Reader, truth } from './values.js'

export function budgetOf(ids: Ids, currency: Currency): Reader<Budget> {
  return (at) => {
    const fields = fieldsOf(at, 'a budget', ['id', 'monthly', 'rollover'])
    if (!fields) {
      ids.incomplete()
      return null
    }
    const id = ids.claim(fields)
    const monthlyMinor = fields.need('monthly', moneyOf(currency))
    const rollover = fields.read('rollover', truth) ?? false
    return id === null || monthlyMinor === null ? null : { id, monthlyMinor, rollover }
  }
}
