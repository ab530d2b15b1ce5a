/** Approvals: an entry over the hash of a reward's terms, written when its files first claim one. */
import type { Civil } from '../domain/civil.js'
import type { Configuration } from '../domain/configuration.js'
import { entryOf } from '../domain/entry.js'
import { termsHash } from '../domain/reward.js'
import type { Ledger } from '../store/ledger.js'
import type { RulesInForce } from './rules-in-force.js'

/**
 * A claim (`approved: {by, on}`) counts once, for the terms it was first published with: where the terms change and the
 * claim stays, nobody has approved them.
 */
export function recordApprovals(
  ledger: Ledger,
  { catalogue, settings }: Configuration,
  now: number,
  civil: Civil,
): void {
  const given = ledger.approvals()
  for (const reward of catalogue.rewards) {
    const { id, approved } = reward
    if (!approved || given.some(({ reward: of, by, on }) => of === id && by === approved.by && on === approved.on))
      continue
    const detail = { reward: id, terms: termsHash(reward, catalogue.currency), by: approved.by, on: approved.on }
    const spending = { reward: id, budget: null, amountMinor: null, currency: null }
    const proposed = entryOf({ kind: 'approval', spending, record: { actor: approved.by, detail } })
    ledger.append(proposed, settings.source, now, civil)
  }
}

/** Active rewards whose terms nobody has approved, each with what to do. */
export function unapproved(rules: RulesInForce): { reward: string; todo: string }[] {
  return rules
    .current()
    .catalogue.rewards.filter((reward) => reward.active && !rules.isApproved(reward))
    .map(({ id, approved }) => ({
      reward: id,
      todo: approved
        ? `its terms changed after the approval of ${approved.on}: have it approved, and write the new day under \`approved.on\``
        : 'have it approved, and write `approved: { by: …, on: … }`',
    }))
}
