/** What an administrator did that moved no points, as an entry: who, what, and what it was about. */
import type { CompiledRules } from '../domain/compile.js'
import { entryOf } from '../domain/entry.js'
import type { Ledger } from '../store/ledger.js'

export function recordAdministration(
  ledger: Ledger,
  rules: CompiledRules,
  what: { actor: string; reason: string; detail: Record<string, unknown>; now: number },
): number {
  const { actor, reason, detail, now } = what
  const proposed = entryOf({ kind: 'administration', record: { actor, reason, detail } })
  return ledger.append(proposed, rules.settings.source, now, rules.civil).seq
}
