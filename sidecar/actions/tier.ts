/** Where learners stand on the ladder of tiers. */
import type { CompiledRules } from '../domain/compile.js'
import type { Names } from '../domain/requirement.js'
import { inLanguage } from '../domain/reward.js'
import { namesFor, type Standing, standingOf } from '../domain/tier.js'
import type { Stores } from '../store/stores.js'

/** What the names in requirements stand for, here and now. */
export const namesIn = ({ learners }: Pick<Stores, 'learners'>, { catalogue, idsOf, civil }: CompiledRules): Names =>
  namesFor(catalogue.tiers, idsOf, learners, civil)

/** Inside a transaction only. @param subject null: a learner who never did anything. */
export function standing(stores: Pick<Stores, 'learners'>, rules: CompiledRules, subject: string | null): Standing {
  return standingOf(rules.catalogue.tiers, stores.learners.knownOrNew(subject), namesIn(stores, rules), rules.civil)
}

/** Tells a learner of the tier they have just reached, once for each. */
export function announceTier(stores: Stores, rules: CompiledRules, subject: string, now: number): void {
  if (rules.catalogue.tiers.length === 0) return
  const { reached } = standing(stores, rules, subject)
  const fresh = reached.filter(({ id }) => stores.notices.reach(subject, id, now))
  const highest = fresh.at(-1)
  if (highest) {
    const params = { tier: highest.id, title: inLanguage(highest.title, 'en') }
    stores.notices.tell(subject, 'tier_reached', params, now)
  }
}
