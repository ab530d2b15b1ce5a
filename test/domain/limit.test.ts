import { expect } from 'chai'
import fc from 'fast-check'
import { Civil } from '../../sidecar/domain/civil.js'
import type { Granted } from '../../sidecar/domain/learner.js'
import { capRoom, frequencyRefusal } from '../../sidecar/domain/limit.js'
import type { Cap } from '../../sidecar/domain/rule.js'
import { NOW } from '../support.js'
import { DAY, granted, HOUR, WEEK } from './world.js'

const london = new Civil('Europe/London', 1, [
  { id: 'autumn', from: '2026-09-01', to: '2026-12-18' },
  { id: 'spring', from: '2027-01-11', to: '2027-03-26' },
])
const at = (written: string) => Date.parse(written)
const grantsAt = (...times: number[]): Granted[] => times.map((time) => granted({ time }))
const cap = (unit: Cap['unit'], limit: number, per: Cap['per']): Cap => ({ unit, limit, per, written: String(per) })

describe('a frequency', () => {
  const weekly = { count: 1, milliseconds: WEEK, per: 'learner' } as const

  it('stops counting a grant exactly a cooldown later', () => {
    const first = grantsAt(NOW)
    expect(frequencyRefusal(weekly, first, NOW + WEEK - 1)).to.deep.equal({ granted: NOW, again: NOW + WEEK })
    expect(frequencyRefusal(weekly, first, NOW + WEEK)).to.equal(null)
  })

  it('counts what happened later against a late event', () => {
    const later = grantsAt(NOW)
    expect(frequencyRefusal(weekly, later, NOW - WEEK + 1)).to.deep.equal({ granted: NOW, again: NOW + WEEK })
    expect(frequencyRefusal(weekly, later, NOW - WEEK)).to.equal(null)
    expect(frequencyRefusal(weekly, grantsAt(NOW, NOW + 2 * WEEK), NOW + WEEK)).to.equal(null)
    expect(frequencyRefusal(weekly, grantsAt(NOW, NOW + 2 * WEEK - 1), NOW + WEEK)).to.not.equal(null)
  })

  it('of several counts them in every window, across the event too', () => {
    const thrice = { count: 3, milliseconds: 10, per: 'learner' } as const
    expect(frequencyRefusal(thrice, grantsAt(0, 4, 13), 9)).to.equal(null)
    expect(frequencyRefusal(thrice, grantsAt(0, 4, 9), 9)).to.deep.equal({ granted: 9, again: 10 })
    expect(frequencyRefusal(thrice, grantsAt(4, 13, 13), 9)).to.deep.equal({ granted: 4, again: 14 })
  })

  it('without a cooldown is for ever', () => {
    const twice = { count: 2, milliseconds: null, per: 'learner' } as const
    expect(frequencyRefusal(twice, grantsAt(NOW), NOW + 1_000 * WEEK)).to.equal(null)
    expect(frequencyRefusal(twice, grantsAt(NOW, NOW + DAY), NOW - WEEK)).to.deep.equal({
      granted: NOW + DAY,
      again: null,
    })
  })

  it('counts grants that were taken back', () => {
    expect(frequencyRefusal(weekly, [granted({ standing: false })], NOW)).to.not.equal(null)
  })
})

describe('a cap', () => {
  it('on points leaves what is not used yet', () => {
    const grants = [granted({ points: 30 }), granted({ points: 15, standing: false })]
    expect(capRoom(cap('points', 50, 'day'), grants, NOW, london).left).to.equal(5)
    expect(capRoom(cap('points', 45, 'day'), grants, NOW, london)).to.deep.equal({
      left: 0,
      again: at('2026-11-24T00:00:00Z'),
    })
    expect(capRoom(cap('points', 40, 'day'), grants, NOW, london).left).to.equal(0)
    expect(capRoom(cap('grants', 3, 'day'), grants, NOW, london).left).to.equal(1)
  })

  it('by day keeps to days of 23 and 25 hours', () => {
    const daily = cap('grants', 1, 'day')
    const night = [granted({ time: at('2026-10-24T23:00:00Z') })]
    expect(capRoom(daily, night, at('2026-10-24T22:59:59.999Z'), london).left).to.equal(1)
    expect(capRoom(daily, night, at('2026-10-25T23:59:59.999Z'), london)).to.deep.equal({
      left: 0,
      again: at('2026-10-26T00:00:00Z'),
    })
    expect(capRoom(daily, night, at('2026-10-26T00:00:00Z'), london).left).to.equal(1)
    const spring = [granted({ time: at('2026-03-29T00:00:00Z') })]
    expect(capRoom(daily, spring, at('2026-03-29T22:59:59.999Z'), london).left).to.equal(0)
    expect(capRoom(daily, spring, at('2026-03-29T23:00:00Z'), london).left).to.equal(1)
  })

  it('by week, month and term has the institution’s', () => {
    const used = grantsAt(at('2026-11-30T12:00:00Z'))
    const room = (per: Cap['per'], time: string) => capRoom(cap('grants', 1, per), used, at(time), london)
    expect(room('week', '2026-12-06T23:59:59Z')).to.deep.equal({ left: 0, again: at('2026-12-07T00:00:00Z') })
    expect(room('week', '2026-11-29T23:59:59Z').left).to.equal(1)
    expect(room('month', '2026-11-01T00:00:00Z')).to.deep.equal({ left: 0, again: at('2026-12-01T00:00:00Z') })
    expect(room('month', '2026-12-01T00:00:00Z').left).to.equal(1)
    expect(room('term', '2026-12-18T23:59:59Z')).to.deep.equal({ left: 0, again: at('2026-12-19T00:00:00Z') })
    expect(room('term', '2026-12-19T00:00:00Z').left).to.equal(1)
    expect(room('ever', '2036-12-19T00:00:00Z')).to.deep.equal({ left: 0, again: null })
  })

  it('by a length counts in every window of that length, later grants included', () => {
    const two = cap('points', 10, 48 * HOUR)
    const grants = [granted({ time: NOW, points: 6 }), granted({ time: NOW + 47 * HOUR, points: 3 })]
    expect(capRoom(two, grants, NOW + HOUR, london).left).to.equal(1)
    expect(capRoom(two, grants, NOW - HOUR, london).left).to.equal(4)
    expect(capRoom(two, grants, NOW + 48 * HOUR, london).left).to.equal(7)
    expect(capRoom({ ...two, limit: 9 }, grants, NOW + HOUR, london)).to.deep.equal({ left: 0, again: NOW + 48 * HOUR })
  })
})

// Times are few and small, so that everything meets everything and every window can be looked at.
const HORIZON = 30
const anyGrants = fc
  .array(fc.record({ time: fc.nat(HORIZON), points: fc.integer({ min: 1, max: 5 }), standing: fc.boolean() }), {
    maxLength: 10,
  })
  .map((list) => list.map(granted).sort((a, b) => a.time - b.time))
const anyTime = fc.nat(HORIZON)
const anyLength = fc.integer({ min: 1, max: 12 })

/** The most of an amount in any half-open window of a length that holds `time`. */
function most(grants: readonly Granted[], time: number, length: number, amount: (grant: Granted) => number): number {
  let found = 0
  for (let start = time - length + 1; start <= time; start++) {
    const inside = grants.filter((grant) => grant.time >= start && grant.time < start + length)
    found = Math.max(
      found,
      inside.reduce((sum, grant) => sum + amount(grant), 0),
    )
  }
  return found
}

function firstAfter(time: number, fits: (time: number) => boolean): number {
  for (let next = time + 1; ; next++) if (fits(next)) return next
}

describe('limits, against a look at every window', () => {
  it('refuse by frequency where, and only where, some window is full', () => {
    fc.assert(
      fc.property(
        anyGrants,
        anyTime,
        anyLength,
        fc.integer({ min: 1, max: 4 }),
        (grants, time, milliseconds, count) => {
          const refused = (instant: number) => most(grants, instant, milliseconds, () => 1) >= count
          const refusal = frequencyRefusal({ count, milliseconds, per: 'learner' }, grants, time)
          expect(refusal !== null).to.equal(refused(time))
          if (!refusal) return
          expect(refusal.again).to.equal(firstAfter(time, (instant) => !refused(instant)))
          expect(grants.map((grant) => grant.time)).to.include(refusal.granted)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('leave by a cap of a length what every window has room for', () => {
    const unit = fc.constantFrom('points' as const, 'grants' as const)
    fc.assert(
      fc.property(
        anyGrants,
        anyTime,
        anyLength,
        fc.integer({ min: 1, max: 12 }),
        unit,
        (grants, time, length, limit, of) => {
          const amount = (grant: Granted) => (of === 'points' ? grant.points : 1)
          const left = (instant: number) => Math.max(0, limit - most(grants, instant, length, amount))
          const room = capRoom(cap(of, limit, length), grants, time, london)
          expect(room.left).to.equal(left(time))
          expect(room.again).to.equal(room.left > 0 ? null : firstAfter(time, (instant) => left(instant) > 0))
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('leave by a civil cap what its day, week or month has left', () => {
    const name = {
      day: (time: number) => london.dayOf(time),
      week: (time: number) => {
        const noon = at(`${london.dayOf(time)}T12:00:00Z`)
        return new Date(noon - ((new Date(noon).getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10)
      },
      month: (time: number) => london.dayOf(time).slice(0, 7),
    }
    const hours = fc.integer({ min: 0, max: 24 * 16 }).map((hour) => at('2026-10-17T00:00:00Z') + hour * HOUR)
    const grants = fc
      .array(fc.record({ time: hours, points: fc.integer({ min: 1, max: 5 }) }), { maxLength: 12 })
      .map((list) => list.map(granted).sort((a, b) => a.time - b.time))
    const limits = fc.integer({ min: 1, max: 15 })
    fc.assert(
      fc.property(grants, hours, fc.constantFrom('day', 'week', 'month'), limits, (list, time, per, limit) => {
        const same = list.filter((grant) => name[per](grant.time) === name[per](time))
        const used = same.reduce((sum, grant) => sum + grant.points, 0)
        const { left, again } = capRoom(cap('points', limit, per), list, time, london)
        expect(left).to.equal(Math.max(0, limit - used))
        expect(name[per](again!) > name[per](time)).to.equal(true)
        expect(name[per](again! - 1)).to.equal(name[per](time))
      }),
      { numRuns: 1_000 },
    )
  })
})
