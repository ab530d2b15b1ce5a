/** What tests of a restore share: a shop that has lost what happened since a backup, and receipts as its bridge keeps them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Notary } from '../../sidecar/actions/notary.js'
import { resumeRedeeming } from '../../sidecar/actions/pause.js'
import { redemptionReceipt } from '../../sidecar/actions/redemption-receipt.js'
import { askToResend } from '../../sidecar/actions/resend.js'
import { type RestoredReceipt, restoreReceipt } from '../../sidecar/actions/restore-receipts.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { signerFrom } from '../../sidecar/domain/note.js'
import { open } from '../store/files.js'
import { Shop } from './shop.js'

const SEED = Buffer.alloc(32, 7)
export const VKEY = signerFrom('ledger', SEED).vkey

/** Signs under another name each time, as ledgers that were restored do. */
export function notaryOf(shop: Shop): Notary {
  const key = { read: () => [SEED], renew: () => [SEED] }
  const notary = new Notary(shop.stores, shop.rules, key, () => shop.clock.now)
  notary.keys.begin()
  return notary
}

/** The receipt that an answer about a redemption carries. */
export const receiptOf = (shop: Shop, id: string): string => {
  const receipt = redemptionReceipt(
    { stores: shop.stores, rules: shop.rules, notary: notaryOf(shop), now: () => shop.clock.now },
    id,
  )
  if (receipt === null) throw new Error(`there is no receipt of ${id}`)
  return receipt
}

export const backUp = (shop: Shop): Buffer => shop.opened.connection.serialize()

let restores = 0

/** The shop as it was, now. */
export function restored(folder: string, backup: Buffer, now: number): Shop {
  const path = join(folder, `restored-${++restores}.sqlite`)
  writeFileSync(path, backup)
  const shop = new Shop(open(path), now)
  // Most tests go on at once.
  shop.at((moment) => {
    askToResend(moment, now, 'it')
    resumeRedeeming(moment, 'restore', { actor: 'it', reason: 'a test' })
  })
  return shop
}

/** @throws Refusal */
export const takeReceipt = (shop: Shop, note: string, erased: readonly string[] = []): RestoredReceipt =>
  shop.at((moment) => restoreReceipt(moment, note, { vkeys: [VKEY], erased: new Set(erased) }))

export const problems = ({ opened }: Shop) => verifyLedger(opened.connection, { quick: false }).problems

/** Everything about redemptions that outlasts a restore, whichever entries tell it. */
export function state({ opened: { connection } }: Shop): Record<string, unknown[]> {
  const all = (sql: string): unknown[] => connection.prepare(sql).all()
  return {
    redemptions: all(
      `SELECT id, reward, state, delivery, partner, refunded, created, expires, consumed, consumed_by, reference, token,
         token_copy, partner_code FROM redemption ORDER BY id`,
    ),
    issued: all('SELECT reward, count FROM issued WHERE count <> 0 ORDER BY reward'),
    committed: all('SELECT budget, month, amount_minor FROM committed WHERE amount_minor <> 0 ORDER BY budget, month'),
    codes: all(
      `SELECT digest, code.state, redemption.id FROM code LEFT JOIN redemption ON redemption.seq = code.redemption
       ORDER BY digest`,
    ),
    balances: all(
      'SELECT user_id, points FROM balance JOIN learner USING (subject) WHERE points <> 0 ORDER BY user_id',
    ),
  }
}
