/** `rewards.yaml`: tiers, budgets, partners and rewards. */
import type { Catalogue } from '../domain/reward.js'
import { budgetOf } from './budget.js'
import { type Cursor, quote } from './cursor.js'
import { type Fields, fieldsOf } from './fields.js'
import { Ids } from './ids.js'
import { type Currency, currencyCode } from './money.js'
import { partnerOf } from './partner.js'
import type { OnRule } from './requires.js'
import { rewardOf } from './reward.js'
import { tiersOf } from './tier.js'
import { listOf, type Reader, truth } from './values.js'

const KEYS = ['currency', 'tiers', 'budgets', 'funded_only', 'partners', 'rewards']

/** What the file is read against: what stands in rocket.yaml. */
export interface RewardsContext {
  readonly currency: Currency
  readonly terms: boolean
  readonly onRule: OnRule
}

export interface ReadRewards {
  readonly catalogue: Catalogue
  /** Reads a key that names a tier, in rules too. */
  readonly tier: Reader<string>
}

/**
 * Reads rewards.yaml, and reports all of its mistakes.
 * @param at null: there is no such file, which offers nothing; `unreadable`: it is there, and not YAML.
 */
export function readRewards(at: Cursor | null | 'unreadable', context: RewardsContext): ReadRewards {
  const ids = {
    tiers: new Ids('tier', 'tiers'),
    budgets: new Ids('budget', 'budgets'),
    partners: new Ids('partner', 'partners'),
    rewards: new Ids('reward', 'rewards'),
  }
  const isEmpty = at === null || (at !== 'unreadable' && at.shape.kind === 'scalar' && at.shape.value === null)
  const fields = isEmpty || at === 'unreadable' ? null : fieldsOf(at, 'rewards.yaml', KEYS)
  if (!fields) {
    if (!isEmpty) ids.tiers.incomplete()
    return { catalogue: nothing(context.currency.code), tier: ids.tiers.named }
  }

  const list = <T>(key: keyof typeof ids, reader: Reader<T[]>): T[] => {
    const read = fields.read(key, reader)
    if (read === null && fields.has(key)) ids[key].incomplete()
    return read ?? []
  }
  const each = <T>(item: Reader<T>): Reader<T[]> => listOf(item, { empty: 'allowed' })
  const currency = readCurrency(fields, context.currency)
  const fundedOnly = fields.read('funded_only', truth) ?? false
  const tiers = list('tiers', tiersOf(ids.tiers, context.onRule))
  const budgets = list('budgets', each(budgetOf(ids.budgets, currency)))
  const partners = list('partners', each(partnerOf(ids.partners)))
  const tierOrder = tiers.map(({ id }) => id)
  const rewards = list('rewards', each(rewardOf({ ...context, currency, fundedOnly, ids, tierOrder, partners })))
  return {
    catalogue: { currency: currency.code, tiers, budgets, partners, rewards, fundedOnly },
    tier: ids.tiers.named,
  }
}

const nothing = (currency: string | null): Catalogue => ({
  currency,
  tiers: [],
  budgets: [],
  partners: [],
  rewards: [],
  fundedOnly: false,
})

/** The currency of the institution. It may stand here or in rocket.yaml, or in both where they agree. */
function readCurrency(fields: Fields, settings: Currency): Currency {
  if (!fields.has('currency')) return settings
  const code = fields.read('currency', (at) => {
    const written = currencyCode(at)
    if (written === null || settings.code === null || settings.code === written) return written
    return at.fail(`rocket.yaml says ${quote(settings.code)}, and here stands ${quote(written)}; keep one of them`)
  })
  return code === null ? { code: settings.code, readable: false } : { code, readable: true }
}
