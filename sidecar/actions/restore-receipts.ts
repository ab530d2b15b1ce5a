/** Redemptions that a restore has lost, written again from the receipts that Moodle kept. */
import { hash } from 'node:crypto'
import { monthOf } from '../domain/budget.js'
import type { Kind } from '../domain/entry.js'
import { NoteError } from '../domain/note.js'
import { mayFollow, STATES, type State } from '../domain/redemption.js'
import { openRedemptionReceipt, type RedemptionReceipt } from '../domain/redemption-receipt.js'
import type { Redemption } from '../store/redemption.js'
import type { KeptCode } from '../store/restored.js'
import type { Stores } from '../store/stores.js'
import { recordAdministration } from './administer.js'
import { type Moment, write } from './moment.js'
import { consume, deliver, lapseToken, refund, reverse } from './redemption.js'
import { Refusal } from './refusal.js'

export interface RestoredReceipt {
  /** Null: it is no receipt of ours. */
  readonly redemption_id: string | null
  /** `known`: the ledger has it all already. */
  readonly status: 'restored' | 'known' | 'refused'
  /** Why it was refused, or what is left to do; null: nothing to say. */
  readonly reason: string | null
}

/** What a receipt is held against. */
export interface Against {
  /** The keys whose signatures count. */
  readonly vkeys: readonly string[]
  /** Subjects of learners who were erased, after the backup as well. */
  readonly erased: ReadonlySet<string>
}

/** The reason of the entry that a restore writes. */
export const RESTORED = 'restored from a backup'

/** The public key that was said to be lost when a restore was made, while its receipts are awaited: nobody stole it. */
export function lostKeys({ resends, ledger }: Stores): string[] {
  if (resends.awaited() === null) return []
  const { key_lost: vkey } = ledger.administrations().findLast(({ reason }) => reason === RESTORED)?.detail ?? {}
  return typeof vkey === 'string' ? [vkey] : []
}

const REASON = 'written again from its receipt after a restore'
const BRIDGE = { actor: 'bridge', reason: REASON }

/** Inside a transaction only: what throws a Refusal has to be undone. @throws Refusal */
export function restoreReceipt(moment: Moment, note: string, { vkeys, erased }: Against): RestoredReceipt {
  const receipt = opened(note, vkeys)
  const { redemption: redemption_id, head, signed, subject, source } = receipt
  const { redemptions, restored, resends } = moment.stores
  if (source !== moment.rules.current().settings.source) throw refused(receipt, `It is of ${source}, another source`)
  if (resends.last() === null) throw refused(receipt, 'This database was never restored, so it lacks nothing')
  if (erased.has(subject) || moment.stores.erased.has(subject)) throw refused(receipt, 'Its learner was erased')
  const before = redemptions.byId(redemption_id)
  const here = restored.hasEntry(head)
  if (before === null && here)
    throw refused(receipt, 'The ledger has all entries from before this, and no such redemption: verify it')
  // Of two receipts the later one counts, in whatever order they come; and a token that was used meanwhile stays used.
  const at = Date.parse(signed)
  const told = before === null ? 0 : (restored.receiptOf(before.seq) ?? 0)
  const isTold = before !== null && (told >= at || (before.consumed ?? 0) > at)
  if (before !== null && !here && told > at && receipt.consumed !== null && before.consumed === null)
    throw refused(receipt, 'It was used before the restore, and its token was replaced or extended since: look at it')
  if (before !== null && (here || isTold)) return { redemption_id, status: 'known', reason: null }
  const lastNotice = restored.lastNotice()
  const redemption = before ?? writeAgain(moment, receipt, note)
  const files = giveCodes(moment, receipt, redemption)
  extend(moment, receipt, redemption)
  const moved = moveOn(moment, receipt, redemption)
  putBack(moment, receipt, redemption.seq, before === null)
  restored.untell(lastNotice)
  const reason = files.length === 0 ? null : `Codes of ${files.join(', ')} are missing: import that file again.`
  return { redemption_id, status: before === null || moved ? 'restored' : 'known', reason }
}

/** @throws Refusal */
function opened(note: string, vkeys: readonly string[]): RedemptionReceipt {
  try {
    return openRedemptionReceipt(note, vkeys)
  } catch (error) {
    if (error instanceof NoteError) throw new Refusal('malformed', `It was not taken: ${error.message}.`)
    throw error
  }
}

const refused = ({ redemption }: RedemptionReceipt, why: string): Refusal =>
  new Refusal('state_conflict', `${why}: nothing was written.`, { redemption })

/** As it began, under its id. What was spent was spent: neither points nor stock nor money stand in its way. */
function writeAgain(moment: Moment, receipt: RedemptionReceipt, note: string): Redemption {
  const { stores } = moment
  const { redemption: id, source, user_id, reward, points, budget, amount_minor, currency, day, detail } = receipt
  const { created, delivery, partner, state } = receipt
  const userId = stores.learners.merged.currentId(source, user_id)
  const subject = stores.learners.enrol(source, userId)
  const { seq } = write(moment, {
    kind: 'redemption',
    subject,
    points: 0 - points,
    spending: { reward, budget, amountMinor: amount_minor, currency },
    record: {
      userId,
      time: created,
      ...BRIDGE,
      detail: { ...detail, day, receipt: hash('sha256', note, 'hex') },
    },
  })
  const [made, expires] = [Date.parse(created), detail.expires_at === null ? null : Date.parse(detail.expires_at)]
  const row = { seq, id, subject, reward, state: detail.state, delivery, partner, created: made, expires }
  stores.redemptions.add({ ...row, token: null, tokenCopy: null })
  stores.redemptions.countIssued(reward, 1)
  if (budget !== null && amount_minor !== null && currency !== null)
    stores.redemptions.commit(budget, monthOf(day), amount_minor, currency)
  if (partner !== null && delivery === 'partner') {
    // It may have had the message: the same one under the same id is sent again, as to a partner who was slow to answer.
    const waits = state === 'delivering' ? 'pending' : 'done'
    stores.restored.addMessage(seq, partner, waits, made, moment.now)
  }
  return stores.redemptions.bySeq(seq)!
}

/** It was given more time after it was made. */
function extend({ stores, rules, now }: Moment, { expires_at }: RedemptionReceipt, redemption: Redemption): void {
  const { seq, id, subject, userId, expires } = redemption
  if (expires_at === null || Date.parse(expires_at) === expires) return
  stores.redemptions.extend(seq, Date.parse(expires_at))
  const detail = { redemption: id, expires_at, why: REASON }
  const what = { actor: 'bridge', reason: 'redemption extended', detail, now, about: { subject, userId } }
  recordAdministration(stores.ledger, rules.current(), what)
}

/** The codes that it had are its own again. @returns the files of those that no pool had. @throws Refusal */
function giveCodes(moment: Moment, receipt: RedemptionReceipt, { seq, reward }: Redemption): string[] {
  const { stores, rules, now } = moment
  const { restored, ledger } = stores
  const files = new Map<string, string>()
  for (const { digest, copy, imported, ...kept } of receipt.codes) {
    const bytes = { digest: Buffer.from(digest, 'hex'), copy: Buffer.from(copy, 'base64') }
    const code: KeptCode = { ...kept, ...bytes, imported: Date.parse(imported) }
    const holder = restored.holderOf(code.digest)
    if (holder === undefined) {
      restored.addCode(seq, reward, code)
      files.set(code.batch, code.file)
    } else if (holder === null || holder === seq) restored.giveCode(seq, code)
    else {
      const other = stores.redemptions.bySeq(holder)?.id
      throw refused(receipt, `Its code was handed out a second time, to ${other}, when redeeming went on before this`)
    }
  }
  for (const [batch, file] of files) {
    const what = { ...BRIDGE, reason: 'codes known by a receipt alone', detail: { batch, file, reward }, now }
    recordAdministration(ledger, rules.current(), what)
  }
  return [...files.values()]
}

/** By the ordinary entries to the state it had. @returns whether there was a way to go. @throws Refusal */
function moveOn(
  moment: Moment,
  receipt: RedemptionReceipt,
  { seq, state, id, consumed, delivery }: Redemption,
): boolean {
  const at = receipt.consumed && Date.parse(receipt.consumed.at)
  const usedAgain = state === 'consumed' && at !== null && at !== consumed
  const voided: State = delivery === 'in_app' ? 'issued' : 'delivered'
  const way = usedAgain ? [voided, 'consumed' as State] : wayTo(state, receipt.state)
  if (way === null)
    throw refused(receipt, `The redemption ${id} is ${state} here, and was ${receipt.state} before the restore`)
  for (const next of way) step(moment, receipt, moment.stores.redemptions.bySeq(seq)!, next)
  return way.length > 0
}

function step(moment: Moment, receipt: RedemptionReceipt, redemption: Redemption, to: State): void {
  const { consumed, delivery, partner } = receipt
  if (to === 'cancelled' || to === 'refused') return refund(moment, redemption, to, BRIDGE)
  if (to === 'expired') return lapseToken(moment, redemption)
  if (to === 'consumed') {
    const { at, by, reference } = consumed ?? { at: receipt.signed, by: 'counter', reference: null }
    return consume(moment, redemption, { ...BRIDGE, by, reference: reference ?? undefined, time: Date.parse(at) })
  }
  if (redemption.state === 'delivering') return deliver(moment, redemption, { ...BRIDGE, by: partner ?? delivery })
  // The copy of its token is put back afterwards, as it was.
  reverse(moment, redemption, BRIDGE, '')
}

const STEPS: readonly Kind[] = ['consumption', 'refund', 'expiry']

/** The fewest steps from one state to another; null: there is no way. */
function wayTo(from: State, to: State): State[] | null {
  const ways: State[][] = [[]]
  const seen = new Set([from])
  for (const way of ways) {
    const at = way.at(-1) ?? from
    if (at === to) return way
    for (const next of STATES) {
      if (seen.has(next) || !STEPS.some((kind) => mayFollow(at, next, kind))) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return null
}

/** What no entry says: token and copies, as they were when the receipt was signed. */
function putBack({ stores }: Moment, receipt: RedemptionReceipt, seq: number, isNew: boolean): void {
  const { token, token_copy, partner_code, day, signed } = receipt
  stores.restored.putBack(seq, {
    token: token === null ? null : Buffer.from(token, 'hex'),
    tokenCopy: bytesOf(token_copy),
    partnerCode: bytesOf(partner_code),
    day: isNew ? day : null,
    receipt: Date.parse(signed),
  })
}

const bytesOf = (base64: string | null): Buffer | null => (base64 === null ? null : Buffer.from(base64, 'base64'))
