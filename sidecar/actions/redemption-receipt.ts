/** Receipts of redemptions, for Moodle to keep: what a restore may lose is written again by them. */
import type { Context } from '../context.js'
import { iso, isoOr } from '../domain/instant.js'
import { signNote } from '../domain/note.js'
import { type ReceiptCode, type RedemptionReceipt, redemptionReceiptText } from '../domain/redemption-receipt.js'
import type { Redemption } from '../store/redemption.js'
import type { KeptCode } from '../store/restored.js'

/**
 * The signed receipt of a redemption as it stands on the disk. Not inside a transaction.
 * @returns null where its learner is erased, or the ledger is not signed yet.
 */
export function redemptionReceipt(
  { stores, rules, notary, now }: Pick<Context, 'stores' | 'rules' | 'notary' | 'now'>,
  id: string,
): string | null {
  if (notary.keys.vkeys().length === 0) return null
  return stores.writer.read(() => {
    const redemption = stores.redemptions.byId(id)
    if (redemption?.userId == null) return null
    const { restored, ledger } = stores
    const { seq } = redemption
    const text = redemptionReceiptText({
      ...told(redemption, redemption.userId),
      source: rules.current().settings.source,
      signed: iso(now()),
      codes: restored.codesOf(seq).map(codeOf),
      token: restored.tokenOf(seq)?.toString('hex') ?? null,
      head: { seq: ledger.head().seq, hash: ledger.head().hash },
    })
    return signNote(text, notary.keys.signers())
  })
}

function told(
  redemption: Redemption,
  userId: string,
): Omit<RedemptionReceipt, 'source' | 'signed' | 'codes' | 'token' | 'head'> {
  const { id, subject, reward, state, delivery, partner, points, budget, amountMinor, currency, day, detail } =
    redemption
  const { created, expires, consumed, consumedBy, reference, tokenCopy, partnerCode } = redemption
  return {
    redemption: id,
    subject,
    user_id: userId,
    reward,
    state,
    delivery,
    partner,
    points,
    budget,
    amount_minor: amountMinor,
    currency,
    day,
    detail,
    created: iso(created),
    expires_at: isoOr(expires),
    consumed: consumed === null ? null : { at: iso(consumed), by: consumedBy ?? '', reference },
    token_copy: tokenCopy?.toString('base64') ?? null,
    partner_code: partnerCode?.toString('base64') ?? null,
  }
}

const codeOf = ({ digest, copy, imported, ...code }: KeptCode): ReceiptCode => ({
  ...code,
  digest: digest.toString('hex'),
  copy: copy.toString('base64'),
  imported: iso(imported),
})
