/** Learners whose data has to be kept for a while, whoever asks: `legal_hold` in rocket.yaml. */
import type { LegalHold } from '../domain/configuration.js'
import type { Moment } from './moment.js'
import { Refusal } from './refusal.js'

/**
 * The reason for which a person is held, under whichever of their accounts; null: they are not.
 * @param also holds beside those of the configuration in force.
 */
export function heldFor({ stores, rules }: Moment, subject: string, also: readonly LegalHold[] = []): string | null {
  const accounts = stores.learners.merged.subjectsOf(subject)
  const { legalHold, source } = rules.current().settings
  const isTheirs = ({ user, subject: named }: LegalHold): boolean =>
    accounts.includes(named ?? stores.ledger.subjects.of(source, user ?? '') ?? '')
  return [...legalHold, ...also].find(isTheirs)?.reason ?? null
}

/** @throws Refusal where they are held. */
export function refuseHeld(moment: Moment, subject: string, userId: string): void {
  const reason = heldFor(moment, subject)
  if (reason === null) return
  throw new Refusal(
    'legal_hold',
    `Learner ${userId} is not erased: a legal hold keeps them (${reason}). Erase them once \`legal_hold\` in rocket.yaml no longer names them.`,
    { legal_hold: reason },
  )
}
