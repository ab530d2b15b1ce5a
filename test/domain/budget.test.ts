import { expect } from 'chai'
import fc from 'fast-check'
import { allowance, type BudgetsFrom, monthOf, nextMonth, warningAt } from '../../sidecar/domain/budget.js'
import { Civil } from '../../sidecar/domain/civil.js'
import type { Budget } from '../../sidecar/domain/reward.js'

const budget = (monthlyMinor: number, rollover = true): Budget => ({ id: 'main', monthlyMinor, rollover })
const from = (day: string, ...budgets: Budget[]): BudgetsFrom => ({ day, currency: 'GBP', budgets })
const committed =
  (sums: Record<string, number> = {}) =>
  (month: string) =>
    sums[month] ?? 0

describe('a month', () => {
  it('is the first seven characters of a civil day, and follows the one before it', () => {
    expect(monthOf('2026-11-23')).to.equal('2026-11')
    expect(nextMonth('2026-11')).to.equal('2026-12')
    expect(nextMonth('2026-12')).to.equal('2027-01')
  })

  it('ends where the institution is, not where UTC is', () => {
    const month = (zone: string, instant: string) => monthOf(new Civil(zone, 1, []).dayOf(Date.parse(instant)))
    expect(month('Pacific/Kiritimati', '2026-11-30T09:59:59Z')).to.equal('2026-11')
    expect(month('Pacific/Kiritimati', '2026-11-30T10:00:00Z')).to.equal('2026-12')
    expect(month('America/Los_Angeles', '2026-12-01T07:59:59Z')).to.equal('2026-11')
    expect(month('America/Los_Angeles', '2026-12-01T08:00:00Z')).to.equal('2026-12')
    // Summer time has begun: midnight is an hour earlier by UTC than a month ago.
    expect(month('Europe/London', '2026-03-31T22:59:59Z')).to.equal('2026-03')
    expect(month('Europe/London', '2026-03-31T23:00:00Z')).to.equal('2026-04')
    expect(month('Europe/London', '2026-10-31T23:59:59Z')).to.equal('2026-10')
    expect(month('Europe/London', '2026-11-01T00:00:00Z')).to.equal('2026-11')
  })
})

describe('the allowance of a budget', () => {
  const history = [from('2026-09-15', budget(500))]

  it('is its monthly sum, and no more without rollover', () => {
    expect(allowance(budget(500, false), '2026-11', history, committed())).to.equal(500)
    expect(allowance(budget(500), '2026-09', history, committed())).to.equal(500)
  })

  it('with rollover has what the months before left, from the first configuration on', () => {
    expect(allowance(budget(500), '2026-11', history, committed())).to.equal(1_500)
    expect(allowance(budget(500), '2026-11', history, committed({ '2026-09': 200, '2026-10': 800 }))).to.equal(500)
    expect(allowance(budget(500), '2026-11', history, committed({ '2026-09': 200, '2026-10': 100 }))).to.equal(1_200)
  })

  it('of a month is that of the configuration which was in force last in it', () => {
    const changed = [...history, from('2026-10-01', budget(100)), from('2026-10-31', budget(900))]
    expect(allowance(budget(1_000), '2026-11', changed, committed())).to.equal(500 + 900 + 1_000)
  })

  it('carries nothing through a month in which it did not roll over, or was not there', () => {
    const paused = [...history, from('2026-10-10', budget(500, false)), from('2026-11-10', budget(500))]
    expect(allowance(budget(500), '2026-12', paused, committed())).to.equal(1_000)
    expect(
      allowance(budget(500), '2026-12', [...history, from('2026-10-10'), ...paused.slice(2)], committed()),
    ).to.equal(1_000)
  })

  it('owes nothing to a month that was cut after its money was spent', () => {
    const cut = [...history, from('2026-09-20', budget(100))]
    expect(allowance(budget(500), '2026-10', cut, committed({ '2026-09': 400 }))).to.equal(500)
  })

  it('is what a till that is counted month by month comes to', () => {
    const MONTHS = ['2026-10', '2026-11', '2026-12', '2027-01', '2027-02', '2027-03']
    const month = fc.record({
      spent: fc.integer({ min: 0, max: 600 }),
      published: fc.array(
        fc.record({ date: fc.integer({ min: 1, max: 28 }), is: fc.option(fc.tuple(fc.nat(500), fc.boolean())) }),
        { maxLength: 3 },
      ),
    })
    fc.assert(
      fc.property(fc.array(month, { minLength: 6, maxLength: 6 }), fc.nat(500), (months, first) => {
        const all = [from('2026-10-01', budget(first))]
        const sums: Record<string, number> = {}
        // The till: at each month's end the latest configuration says what came in, and what stays in it.
        let [till, latest] = [0, budget(first) as Budget | null]
        for (const [index, { spent, published }] of months.entries()) {
          const of = MONTHS[index]!
          for (const { date, is } of [...published].sort((a, b) => a.date - b.date)) {
            latest = is && budget(...is)
            all.push(from(`${of}-${String(date).padStart(2, '0')}`, ...(latest ? [latest] : [])))
          }
          sums[of] = spent
          if (latest) {
            const expected = latest.monthlyMinor + (latest.rollover ? till : 0)
            expect(allowance(latest, of, all, committed(sums))).to.equal(expected)
          }
          till = latest?.rollover ? Math.max(0, till + latest.monthlyMinor - spent) : 0
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('the warnings of a budget', () => {
  it('come when 80 % and 100 % are reached, not before and not again', () => {
    expect(warningAt(1_000, 0, 799)).to.equal(null)
    expect(warningAt(1_000, 799, 800)).to.equal(80)
    expect(warningAt(1_000, 800, 900)).to.equal(null)
    expect(warningAt(1_000, 900, 1_000)).to.equal(100)
    expect(warningAt(1_000, 1_000, 1_000)).to.equal(null)
    expect(warningAt(1_000, 0, 1_000), 'the greater of both').to.equal(100)
  })

  it('together are those whose mark lies between before and after', () => {
    const sums = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), sums, (allowed, amounts) => {
        let before = 0
        const told: number[] = []
        for (const amount of amounts) {
          const percent = warningAt(allowed, before, before + amount)
          if (percent !== null) told.push(percent)
          before += amount
        }
        const used = (before / allowed) * 100
        expect(told).to.deep.equal([...new Set(told)].sort((a, b) => a - b))
        expect(told.includes(100)).to.equal(used >= 100)
        if (used >= 80 && used < 100) expect(told).to.deep.equal([80])
        if (used < 80) expect(told).to.deep.equal([])
      }),
    )
  })
})
