import { expect } from 'chai'
import fc from 'fast-check'
import {
  afterEntry,
  byExpiry,
  type Lot,
  type LotChange,
  lapsedBy,
  type Portion,
  spend,
} from '../../sidecar/domain/lot.js'
import { Bag, ownFirst, soonest } from './bag.js'

const [JAN, MAY, JUL] = ['2027-01-31', '2027-05-31', '2027-07-31'] as const
const lot = (seq: number, expires: string, left: number): Lot => ({ seq, expires, left })
const change = (given: Partial<LotChange>): LotChange => ({
  seq: 9,
  kind: 'grant',
  points: 0,
  expires: null,
  ref: null,
  ...given,
})

describe('lots', () => {
  const lots = [lot(3, JAN, 10), lot(5, JAN, 20), lot(1, JUL, 30)]

  it('begin with a credit that has a date; points without one need none', () => {
    expect(afterEntry([], 0, change({ points: 10, expires: JAN }))).to.deep.equal([lot(9, JAN, 10)])
    expect(afterEntry([], 0, change({ points: 10 }))).to.deep.equal([])
  })

  it('are in the order in which they lapse, ties by seq', () => {
    const added = afterEntry(lots, 60, change({ points: 5, expires: JAN }))
    expect(added.map(({ seq }) => seq)).to.deep.equal([3, 5, 9, 1])
    expect([...lots].reverse().sort(byExpiry)).to.deep.equal(lots)
  })

  it('first fill what was spent already: a debt', () => {
    expect(afterEntry([], -4, change({ points: 10, expires: JAN }))).to.deep.equal([lot(9, JAN, 6)])
    expect(afterEntry([], -10, change({ points: 10, expires: JAN }))).to.deep.equal([])
  })

  it('are spent soonest first, points without a date last', () => {
    const spent = (points: number) => afterEntry(lots, 100, change({ kind: 'redemption', points: -points }))
    expect(spent(15)).to.deep.equal([lot(5, JAN, 15), lot(1, JUL, 30)])
    expect(spent(45)).to.deep.equal([lot(1, JUL, 15)])
    expect(spent(90)).to.deep.equal([])
    expect(spend(lots, 15)).to.deep.equal([{ expires: JAN, points: 15 }])
    expect(spend(lots, 45)).to.deep.equal([
      { expires: JAN, points: 30 },
      { expires: JUL, points: 15 },
    ])
    expect(spend(lots, 90).at(-1)).to.deep.equal({ expires: null, points: 30 })
    expect(spend([], 5)).to.deep.equal([{ expires: null, points: 5 }])
    expect(spend(lots, 0)).to.deep.equal([])
  })

  it('of points that were held are taken back by the number of their hold', () => {
    const released = afterEntry(lots, 60, change({ kind: 'release', points: 8, expires: MAY, ref: 7 }))
    expect(released[2]).to.deep.equal(lot(7, MAY, 8))
    // Ten points without a date stay.
    expect(afterEntry(released, 78, change({ kind: 'revocation', points: -8, ref: 7 }))).to.deep.equal(lots)
  })

  it('lapse on their day, what lapses later stays', () => {
    expect(lapsedBy(lots, '2027-01-30')).to.deep.equal([])
    expect(lapsedBy(lots, JAN)).to.deep.equal([{ expires: JAN, points: 30 }])
    expect(lapsedBy(lots, '2099-01-01').map(({ expires }) => expires)).to.deep.equal([JAN, JUL])
    expect(afterEntry(lots, 60, change({ kind: 'expiry', points: -30, expires: JAN }))).to.deep.equal([lots[2]])
  })

  it('of a grant that is taken back go first, then points without a date, then those of others', () => {
    const revoked = (points: number, ref: number, balance = 60) =>
      afterEntry(lots, balance, change({ kind: 'revocation', points: -points, ref }))
    expect(revoked(30, 1)).to.deep.equal(lots.slice(0, 2))
    // Of 35 points of grant 1, five were spent: five points without a date stand in for them.
    expect(revoked(35, 1, 65)).to.deep.equal(lots.slice(0, 2))
    expect(revoked(35, 1, 60)).to.deep.equal([lot(3, JAN, 5), lot(5, JAN, 20)])
    expect(revoked(7, 77, 60)).to.deep.equal([lot(3, JAN, 3), lot(5, JAN, 20), lot(1, JUL, 30)])
    expect(revoked(100, 1)).to.deep.equal([])
  })
})

type Step =
  | {
      readonly does: 'credit'
      readonly kind: 'grant' | 'release' | 'refund' | 'adjustment'
      readonly points: number
      readonly expires: string | null
    }
  | { readonly does: 'debit'; readonly kind: 'redemption' | 'adjustment'; readonly points: number }
  | { readonly does: 'revoke'; readonly which: number }
  | { readonly does: 'lapse'; readonly day: string }

const day = fc.constantFrom(JAN, MAY, JUL)
const amount = fc.integer({ min: 1, max: 12 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('credit' as const),
      kind: fc.constantFrom('grant' as const, 'release' as const, 'refund' as const, 'adjustment' as const),
      points: amount,
      expires: fc.option(day),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('debit' as const),
      kind: fc.constantFrom('redemption' as const, 'adjustment' as const),
      points: amount,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('revoke' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('lapse' as const), day }) },
)

/** A learner's entries as both tell them, one step after another. */
class Learner {
  readonly bag = new Bag()
  lots: readonly Lot[] = []
  balance = 0
  #seq = 0
  /** Grants that stand, with their points. */
  #grants: { readonly seq: number; readonly points: number }[] = []

  walk(step: Step): void {
    if (step.does === 'lapse') {
      // What lapses is derived; it is one entry for each day.
      for (const { expires, points } of lapsedBy(this.lots, step.day)) {
        this.#enter({ kind: 'expiry', points: -points, expires })
        this.bag.take(points, (point) => (point.expires === expires ? `0 ${soonest(point)}` : `1 ${soonest(point)}`))
      }
      return
    }
    if (step.does === 'credit') {
      // What a release brings is known, and taken back, by the number of its hold.
      const ref = step.kind === 'release' ? this.#enter({ kind: 'hold' }) : null
      const seq = this.#enter({ ...step, ref })
      const of = ref ?? seq
      this.bag.put(step.points, { seq: of, expires: step.expires })
      if (step.kind === 'grant' || step.kind === 'release') this.#grants.push({ seq: of, points: step.points })
      return
    }
    if (step.does === 'debit') {
      // Nobody spends what they do not have; an adjustment asks nothing.
      const points = step.kind === 'redemption' ? Math.min(step.points, Math.max(0, this.balance)) : step.points
      this.#enter({ kind: step.kind, points: 0 - points })
      this.bag.take(points, soonest)
      return
    }
    const [grant] = this.#grants.splice(step.which % Math.max(1, this.#grants.length), 1)
    if (!grant) return
    this.#enter({ kind: 'revocation', points: -grant.points, ref: grant.seq })
    this.bag.take(grant.points, ownFirst(grant.seq))
  }

  #enter(given: Partial<LotChange>): number {
    const entry = change({ seq: ++this.#seq, ...given })
    this.lots = afterEntry(this.lots, this.balance, entry)
    this.balance += entry.points
    return entry.seq
  }
}

const sum = (portions: readonly { readonly points?: number; readonly left?: number }[]): number =>
  portions.reduce((all, { points = 0, left = 0 }) => all + points + left, 0)

describe('whatever happens to a learner', () => {
  it('their lots are what single points come to, and never more than their balance', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const learner = new Learner()
        for (const next of steps) {
          learner.walk(next)
          expect(learner.lots).to.deep.equal(learner.bag.lots())
          expect(learner.balance).to.equal(learner.bag.balance)
          expect(sum(learner.lots)).to.be.at.most(Math.max(0, learner.balance))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('what they spend is what their lots lose, and given back it is all there again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, part) => {
        const learner = new Learner()
        for (const next of steps) learner.walk(next)
        const { lots, balance } = learner
        fc.pre(balance > 0)
        const points = Math.floor(balance * part)
        const portions = spend(lots, points)
        expect(sum(portions)).to.equal(points)
        let after = afterEntry(lots, balance, change({ kind: 'redemption', points: 0 - points }))
        for (const [index, { expires, points: back }] of portions.entries()) {
          const before = balance - points + sum(portions.slice(0, index))
          after = afterEntry(after, before, change({ seq: 100 + index, kind: 'refund', points: back, expires }))
        }
        expect(byDay(after)).to.deep.equal(byDay(lots))
      }),
    )
  })
})

/** What is left, by the day on which it lapses. */
function byDay(lots: readonly Lot[]): Portion[] {
  return [JAN, MAY, JUL].map((expires) => ({ expires, points: sum(lots.filter((one) => one.expires === expires)) }))
}
