/** What an administrator did that moved no points, as an entry: who, what, and what it was about. */
import type { CompiledRules } from '../domain/compile.js'
import { entryOf } from '../domain/entry.js'
import type { Ledger } from '../store/ledger.js'

export function recordAdministration(
  ledger: Ledger,
  rules: CompiledRules,
  what: {
    actor: string
    reason: string
    detail: Record<string, unknown>
    now: number
    /** The learner it concerns: it goes with what else is kept of them. `userId` null: they are erased. */
    about?: { readonly subject: string; readonly userId: string | null }
  },
): number {
  const { actor, reason, detail, now, about } = what
  const record = { actor, reason, detail, userId: about?.userId ?? undefined }
  const proposed = entryOf({ kind: 'administration', subject: about?.subject ?? null, record })
  return ledger.append(proposed, rules.settings.source, now, rules.civil).seq
}
