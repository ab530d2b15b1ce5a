/** Redemptions as JSON: what their learner sees of them, and what people in charge do. */
import type { Context } from '../context.js'
import { iso, isoOr } from '../domain/instant.js'
import { inLanguage } from '../domain/reward.js'
import { groupedToken, qrText } from '../domain/token-code.js'
import type { Redemption } from '../store/redemption.js'
import type { Stores } from '../store/stores.js'
import { cancellableUntil } from './support.js'
import { stateOf } from './till.js'

/** A redemption as its learner sees it. @param secrets what of its token and code may be shown. */
export function ownView(redemption: Redemption, now: number, lang: string, secrets: object): object {
  const { id, created, expires, points, detail } = redemption
  const { title: _, status, reward_id, value, discount, consumed_at } = stateOf(redemption, now)
  const { title, instructions, terms } = detail.terms
  return {
    redemption_id: id,
    reward_id,
    title: inLanguage(title, lang),
    instructions: instructions && inLanguage(instructions, lang),
    terms: terms && inLanguage(terms, lang),
    status,
    cost: points,
    value,
    discount,
    created_at: iso(created),
    expires_at: isoOr(expires),
    consumed_at,
    cancellable_until: isoOr(cancellableUntil(redemption, now)),
    token: null,
    qr: null,
    code: null,
    code_expires: null,
    ...secrets,
  }
}

/** What a learner has to see of a redemption: the token while it is unused, or the code that was handed out. */
export function shownSecrets({ vault, codes }: Stores, redemption: Redemption): object {
  const { seq, id, state, delivery, tokenCopy, partnerCode } = redemption
  const token = tokenCopy && vault.open(tokenCopy, id)
  const pooled = delivery === 'codes' && state === 'delivered' ? codes.codeOf(seq) : null
  const shown = state === 'delivered' || state === 'consumed'
  const code = pooled ?? (partnerCode && shown ? { code: vault.open(partnerCode, id), expires: null } : null)
  return {
    ...(token ? { token: groupedToken(token), qr: qrText(token) } : {}),
    ...(code ? { code: code.code, code_expires: code.expires } : {}),
  }
}

/** A redemption as people in charge see it: no token and no code. */
export function supportView({ stores, now }: Pick<Context, 'stores' | 'now'>, redemption: Redemption) {
  const { id, seq, userId, delivery, partner, points, budget, amountMinor, currency, created, consumedBy, reference } =
    redemption
  const { title, status, reward_id, valid_until, consumed_at } = stateOf(redemption, now())
  return {
    redemption_id: id,
    seq,
    user_id: userId ?? 'erased',
    reward_id,
    title,
    status,
    delivery,
    partner,
    cost: points,
    budget,
    amount_minor: amountMinor,
    currency,
    created_at: iso(created),
    expires_at: valid_until,
    consumed_at,
    consumed_by: consumedBy,
    reference,
    messages: stores.messages.ofRedemption(seq).map(({ type, state, attempts, next, outcome }) => ({
      type,
      state,
      attempts,
      next_at: state === 'pending' ? iso(next) : null,
      outcome,
    })),
  }
}
