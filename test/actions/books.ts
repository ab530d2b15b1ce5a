/** The books of a shop, done again from its raw entries by other means than Rocket's own. */
import { expect } from 'chai'
import type { Body } from '../../sidecar/domain/entry.js'
import type { Portion } from '../../sidecar/domain/lot.js'
import { Bag, ownFirst, soonest } from '../domain/bag.js'
import type { Shop } from './shop.js'

interface Line extends Body {
  readonly seq: number
  readonly detail: { readonly state?: string; readonly portions?: readonly Portion[] }
}

/** The life of a redemption, as the words of the documentation tell it. */
const LIFE: Readonly<Record<string, readonly string[]>> = {
  issued: ['consumed', 'expired', 'cancelled'],
  delivering: ['delivered', 'consumed', 'refused', 'expired', 'cancelled'],
  delivered: ['consumed', 'cancelled'],
  consumed: ['issued', 'delivered'],
  refused: [],
  expired: [],
  cancelled: [],
}
const BEGINS: Readonly<Record<string, string>> = { ride: 'delivering', course: 'delivering', code: 'delivered' }
const MONTHLY: Readonly<Record<string, { minor: number; rollover: boolean }>> = {
  main: { minor: 1_500, rollover: true },
  side: { minor: 400, rollover: false },
}
const STOCK = 4
const GIFTS_A_MONTH = 2

/** Checks everything that has to be true of the shop in `invariants.test.ts`, after any step. */
export function checkShop(shop: Shop): void {
  const lines = linesOf(shop)
  const redemptions = lines.filter(({ kind }) => kind === 'redemption')
  const refunds = lines.filter(({ kind }) => kind === 'refund')
  const stands = ({ seq }: Line) => !refunds.some(({ ref }) => ref === seq)
  for (const subject of new Set(lines.flatMap((line) => line.subject ?? []))) checkLearner(shop, subject, lines)
  for (const redemption of redemptions) checkLife(shop, redemption, lines)
  for (const reward of new Set(redemptions.map((line) => line.reward ?? ''))) {
    const standing = redemptions.filter((line) => line.reward === reward && stands(line))
    expect(shop.stores.redemptions.issued(reward), `issued of ${reward}`).to.equal(standing.length)
    if (reward === 'gift') checkGifts(standing)
  }
  checkMoney(shop, lines)
  checkSecrets(shop)
}

function linesOf(shop: Shop): Line[] {
  const details = shop.opened.connection
    .prepare<[], string>(`SELECT coalesce(data -> '$.detail', '{}') FROM private_record ORDER BY seq`)
    .pluck()
    .all()
  return shop.entries().map((body, index) => ({
    ...body,
    seq: index + 1,
    detail: JSON.parse(details[index] ?? '{}'),
  }))
}

/** Their balance is the sum of their entries, their lots what single points come to; nobody spends what is not there. */
function checkLearner({ stores }: Shop, subject: string, lines: readonly Line[]): void {
  const bag = new Bag()
  let [balance, lifetime] = [0, 0]
  for (const { seq, kind, points, expires, ref } of lines.filter((line) => line.subject === subject)) {
    if (kind === 'redemption') expect(-points).to.be.at.most(Math.max(0, balance))
    balance += points
    if (['grant', 'release', 'revocation', 'adjustment'].includes(kind)) lifetime += points
    if (points > 0) bag.put(points, { seq, expires })
    else if (kind === 'revocation') bag.take(-points, ownFirst(ref ?? 0))
    else if (kind === 'expiry') bag.take(-points, (point) => `${point.expires === expires ? 0 : 1} ${soonest(point)}`)
    else bag.take(-points, soonest)
  }
  expect(stores.ledger.balance(subject)).to.deep.equal({ points: balance, held: 0, lifetime })
  expect(stores.ledger.lots.of(subject)).to.deep.equal(bag.lots())
}

/** Each state follows from the one before it, by an entry; a refund gives back exactly what was spent, once. */
function checkLife({ stores }: Shop, { seq, points, reward, detail }: Line, lines: readonly Line[]): void {
  const later = lines.filter(({ ref, kind }) => ref === seq && kind !== 'revocation')
  const back = later.filter(({ kind }) => kind === 'refund')
  // The entries of one refund all name the same state.
  const steps = later.filter((line) => line.kind !== 'refund' || line === back[0])
  let state = detail.state ?? ''
  expect(state).to.equal(BEGINS[reward ?? ''] ?? 'issued')
  for (const step of steps) {
    expect(LIFE[state], `${state} of ${reward}`).to.include(step.detail.state)
    state = step.detail.state ?? ''
  }
  expect(stores.redemptions.bySeq(seq)?.state).to.equal(state)
  expect(sum(detail.portions ?? [])).to.equal(-points)
  if (back.length > 0) {
    expect(back.map(({ expires, points: given }) => ({ expires, points: given }))).to.deep.equal(detail.portions)
    expect(state).to.be.oneOf(['cancelled', 'refused', 'expired'])
  }
}

/** Never more than the stock, nor than the limit of a learner in a month. */
function checkGifts(standing: readonly Line[]): void {
  expect(standing.length).to.be.at.most(STOCK)
  const months = standing.map(({ subject, day }) => `${subject} ${day.slice(0, 7)}`)
  for (const month of months) {
    expect(months.filter((other) => other === month).length).to.be.at.most(GIFTS_A_MONTH)
  }
}

/** What a month has committed is what its redemptions cost, refunds taken off, and within what it had. */
function checkMoney({ stores }: Shop, lines: readonly Line[]): void {
  const moves = lines.filter(({ kind }) => kind === 'redemption' || kind === 'refund')
  // A refund is money of the month in which its redemption was made.
  const monthOf = ({ kind, day, ref }: Line) =>
    (kind === 'refund' ? (lines[(ref ?? 0) - 1]?.day ?? '') : day).slice(0, 7)
  const last = moves.map(monthOf).sort().at(-1) ?? ''
  for (const [budget, { minor, rollover }] of Object.entries(MONTHLY)) {
    let carried = 0
    for (let month = lines[0]?.day.slice(0, 7) ?? ''; month <= last; month = nextMonth(month)) {
      const paid = moves.filter((move) => move.budget === budget && monthOf(move) === month)
      const committed = paid.reduce((all, { amountMinor }) => all + (amountMinor ?? 0), 0)
      expect(stores.redemptions.committed(budget, month), `${budget} ${month}`).to.equal(committed)
      expect(committed, `${budget} ${month}`).to.be.within(0, minor + carried)
      carried = rollover ? carried + minor - committed : 0
    }
  }
}

function nextMonth(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}

/** No two redemptions share a token or a code; one that is over shows no token. */
function checkSecrets({ stores, opened }: Shop): void {
  const all = stores.redemptions.list({}, 1_000)
  const shown = all.flatMap(({ id, state, tokenCopy }) => {
    if (tokenCopy === null) return []
    expect(state).to.be.oneOf(['issued', 'delivering', 'delivered'])
    return [stores.vault.open(tokenCopy, id)]
  })
  const codes = all.flatMap(({ seq }) => stores.codes.codeOf(seq)?.code ?? [])
  for (const secrets of [shown, codes]) expect(new Set(secrets).size).to.equal(secrets.length)
  const holders = all.filter(({ delivery }) => delivery === 'codes')
  expect(codes).to.have.length(holders.length)
  const unseen = "SELECT count(*) FROM code WHERE (state IN ('handed_out', 'faulty')) <> (redemption IS NOT NULL)"
  expect(opened.connection.prepare(unseen).pluck().get()).to.equal(0)
}

const sum = (portions: readonly Portion[]): number => portions.reduce((all, { points }) => all + points, 0)
