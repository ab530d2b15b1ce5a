/** What `doctor` says of rewards: approvals, money, codes, partners. */
import { unapproved } from '../actions/approval.js'
import { budgetState } from '../actions/catalogue.js'
import { FEW_PERCENT } from '../actions/hand-out-code.js'
import type { Context } from '../context.js'
import type { Finding } from './finding.js'

const MUCH_PERCENT = 80

export function rewards({ stores, rules, now }: Context): Finding[] {
  const { catalogue, civil } = rules.current()
  const moment = { stores, rules, now: now() }
  const day = civil.dayOf(moment.now)
  const warn = (what: string, todo: string): Finding => ({ state: 'warn', what, todo })
  const locked = unapproved(rules).map(({ reward, todo }) => warn(`the reward ${reward} cannot be redeemed`, todo))
  const money = catalogue.budgets.flatMap(({ id }) => {
    const { month, allowed, committed } = budgetState(moment, id)
    if (committed * 100 < allowed * MUCH_PERCENT || committed === 0) return []
    const percent = Math.floor((committed * 100) / allowed)
    return [
      warn(
        `the budget ${id} is used to ${percent} % for ${month}`,
        'raise it in rewards.yaml, or let it end the month',
      ),
    ]
  })
  const pools = catalogue.rewards.flatMap(({ id, delivery, active }) => {
    if (delivery.kind !== 'codes' || !active) return []
    const [available, of] = [stores.codes.available(id, day), stores.codes.total(id)]
    if (available > 0 && available * 100 > of * FEW_PERCENT) return []
    return [warn(`${available} of ${of} codes are left for ${id}`, `scripts/rocket codes import ${id} FILE`)]
  })
  const closed = stores.messages.closed().map(({ partner, why }): Finding => {
    const todo = `mend its url in rewards.yaml, then scripts/rocket partner test ${partner}`
    return { state: 'fail', what: `the partner ${partner} is closed, and its rewards are locked: ${why}`, todo }
  })
  const stuck = stores.messages.counts().flatMap(({ partner, pending, retried, dead }): Finding[] => [
    ...(dead > 0
      ? [
          {
            state: 'fail' as const,
            what: `${dead} messages to ${partner} were given up`,
            todo: 'scripts/rocket redemption list, then redemption replay or cancel',
          },
        ]
      : []),
    ...(retried > 0
      ? [
          {
            state: 'warn' as const,
            what: `${retried} messages to ${partner} were not answered, and are sent again`,
            todo: `scripts/rocket redemption list says why; scripts/rocket partner test ${partner}`,
          },
        ]
      : []),
    ...(pending > retried
      ? [{ state: 'ok' as const, what: `${pending - retried} messages to ${partner} are on their way` }]
      : []),
  ])
  const count = catalogue.rewards.filter(({ active }) => active).length
  const all: Finding[] =
    count > 0 ? [{ state: 'ok', what: `${count} rewards, ${catalogue.tiers.length} tiers in force` }] : []
  return [...all, ...locked, ...money, ...pools, ...closed, ...stuck]
}
