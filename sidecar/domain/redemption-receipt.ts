/**
 * What Moodle keeps of a redemption so that it can be written again after a restore: all of it in its present state, as a
 * text that is signed with the ledger's key. Tokens and codes are in it only as digests and as encrypted copies.
 */
import { hash } from 'node:crypto'
import { canonicalJson, type JsonValue } from './canonical.js'
import type { Head } from './entry.js'
import { NoteError, openNote } from './note.js'
import type { RedemptionDetail, State } from './redemption.js'
import type { Delivery } from './reward.js'

/** A code of a pool that it had in its hands. */
export interface ReceiptCode {
  readonly batch: string
  /** Encrypted, base64. */
  readonly copy: string
  /** Hex. */
  readonly digest: string
  readonly expires: string
  readonly file: string
  /** RFC 3339. */
  readonly imported: string
  readonly line: number
  readonly state: 'handed_out' | 'faulty'
}

export interface RedemptionReceipt {
  readonly amount_minor: number | null
  readonly budget: string | null
  readonly codes: readonly ReceiptCode[]
  /** Null: it is not. Times are RFC 3339, here and below. */
  readonly consumed: { readonly at: string; readonly by: string; readonly reference: string | null } | null
  readonly created: string
  readonly currency: string | null
  /** The civil day on which it was made: its month is the budget's. */
  readonly day: string
  readonly delivery: Delivery['kind']
  /** As its entry's record has it. */
  readonly detail: RedemptionDetail
  /** When its token lapses now; null: it has none. */
  readonly expires_at: string | null
  /** Where the ledger ended when this was signed. */
  readonly head: Head
  readonly partner: string | null
  /** What the partner answered for the learner to see: encrypted, base64. */
  readonly partner_code: string | null
  readonly points: number
  readonly redemption: string
  readonly reward: string
  /** When. */
  readonly signed: string
  readonly source: string
  readonly state: State
  readonly subject: string
  /** The token's digest, hex. */
  readonly token: string | null
  /** The token while its learner has to see it: encrypted, base64. */
  readonly token_copy: string | null
  readonly user_id: string
}

const FIRST_LINE = 'rocket-redemption/v1'

/** The text that is signed: two lines. */
export const redemptionReceiptText = (receipt: RedemptionReceipt): string =>
  `${FIRST_LINE}\n${canonicalJson(receipt as unknown as JsonValue)}\n`

/** More lines of signatures than one of ours ever has are not looked at. */
const MOST_NAMES = 4

/**
 * Opens a signed receipt. It counts under whatever name the ledger had when it was signed: that name may be lost.
 * @param vkeys the keys whose signatures count.
 * @throws NoteError where none of them signed it, or it is no receipt.
 */
export function openRedemptionReceipt(note: string, vkeys: readonly string[]): RedemptionReceipt {
  const signatures = note.slice(note.lastIndexOf('\n\n') + 2)
  const names = [...signatures.matchAll(/^\u2014 ([^+\s]+) /gm)].map(([, name]) => name!).slice(0, MOST_NAMES)
  const known = names.flatMap((name) => vkeys.map((vkey) => renamed(vkey, name)))
  const [first, json, ...rest] = openNote(note, [...new Set(known)]).text.split('\n')
  if (first !== FIRST_LINE || json === undefined || rest.join() !== '')
    throw new NoteError('this is signed, and no receipt of a redemption')
  return JSON.parse(json)
}

/** The same key under another name, as a C2SP vkey. */
function renamed(vkey: string, name: string): string {
  const encoded = vkey.split('+').slice(2).join('+')
  const key = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from(encoded, 'base64')])
  return `${name}+${hash('sha256', key, 'buffer').subarray(0, 4).toString('hex')}+${encoded}`
}
