/** What points could cost the institution. */
import type { Catalogue, Funding } from './reward.js'

/**
 * The most money that points could be turned into by what is offered now, were all of them spent on the reward that pays
 * most a point; stock, limits and budgets left aside.
 * @returns minor units, rounded down; null where no reward costs the institution money.
 */
export function mostMinorFor(points: number, { rewards }: Catalogue): number | null {
  const rates = rewards
    .filter(({ active, cost }) => active && cost > 0)
    .map(({ funding, cost }) => paidMinor(funding) / cost)
    .filter((rate) => rate > 0)
  return rates.length === 0 ? null : Math.floor(points * Math.max(...rates))
}

const paidMinor = (funding: Funding): number =>
  funding.kind === 'institution' ? funding.valueMinor : funding.kind === 'hybrid' ? funding.topUpMinor : 0
