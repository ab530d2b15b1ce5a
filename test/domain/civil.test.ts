import { expect } from 'chai'
import fc from 'fast-check'
import { Civil } from '../../sidecar/domain/civil.js'
import type { CivilPeriod } from '../../sidecar/domain/rule.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const at = (written: string) => Date.parse(written)
const zone = (timezone: string, weekStarts = 1) => new Civil(timezone, weekStarts, [])
const hours = (civil: Civil, day: string) => (civil.endOf(day) - civil.startOf(day)) / HOUR
const shown = (instant: number) => (Number.isFinite(instant) ? new Date(instant).toISOString() : String(instant))

describe('a civil day', () => {
  it('has 23 hours where the clock is put forward, and 25 where it is put back', () => {
    const london = zone('Europe/London')
    expect(hours(london, '2026-03-28')).to.equal(24)
    expect(hours(london, '2026-03-29')).to.equal(23)
    expect(hours(london, '2026-10-25')).to.equal(25)
    expect(shown(london.startOf('2026-03-30'))).to.equal('2026-03-29T23:00:00.000Z')
    expect(hours(zone('Australia/Lord_Howe'), '2026-04-05')).to.equal(24.5)
  })

  it('begins with what comes next where its midnight does not exist', () => {
    const saoPaulo = zone('America/Sao_Paulo')
    expect(shown(saoPaulo.startOf('2018-11-04'))).to.equal('2018-11-04T03:00:00.000Z')
    expect(saoPaulo.minuteOfDay(saoPaulo.startOf('2018-11-04'))).to.equal(60)
    expect(saoPaulo.dayOf(at('2018-11-04T02:59:59.999Z'))).to.equal('2018-11-03')
    expect(hours(saoPaulo, '2018-11-04')).to.equal(23)
    const beirut = zone('Asia/Beirut')
    expect(shown(beirut.startOf('2025-03-30'))).to.equal('2025-03-29T22:00:00.000Z')
    expect(hours(beirut, '2025-10-25')).to.equal(25)
  })

  it('begins with the first of two midnights', () => {
    const havana = zone('America/Havana')
    expect(shown(havana.startOf('2026-11-01'))).to.equal('2026-11-01T04:00:00.000Z')
    expect(hours(havana, '2026-11-01')).to.equal(25)
  })

  it('is empty where the calendar skipped it', () => {
    const apia = zone('Pacific/Apia')
    expect(hours(apia, '2011-12-30')).to.equal(0)
    expect(apia.dayOf(apia.endOf('2011-12-29'))).to.equal('2011-12-31')
  })

  it('is named by the wall calendar', () => {
    expect(zone('UTC').dayOf(at('2026-11-22T23:59:59.999Z'))).to.equal('2026-11-22')
    expect(zone('Pacific/Kiritimati').dayOf(at('2026-11-22T10:00:00Z'))).to.equal('2026-11-23')
    expect(zone('America/New_York').dayOf(at('2026-11-23T04:59:00Z'))).to.equal('2026-11-22')
  })
})

describe('the wall clock', () => {
  it('shows minutes since its midnight', () => {
    const london = zone('Europe/London')
    expect(london.minuteOfDay(at('2026-11-23T09:15:59Z'))).to.equal(9 * 60 + 15)
    expect(london.minuteOfDay(at('2026-03-29T00:59:00Z'))).to.equal(59)
    expect(london.minuteOfDay(at('2026-03-29T01:00:00Z'))).to.equal(120)
    expect(london.minuteOfDay(at('2026-10-25T00:30:00Z'))).to.equal(90)
    expect(london.minuteOfDay(at('2026-10-25T01:30:00Z'))).to.equal(90)
    expect(zone('Asia/Kathmandu').minuteOfDay(at('2026-11-23T00:00:00Z'))).to.equal(5 * 60 + 45)
  })

  it('knows the day of the week, long ago too', () => {
    const utc = zone('UTC')
    for (const [day, weekday] of [
      ['2026-11-23', 1],
      ['2026-11-29', 7],
      ['1970-01-01', 4],
      ['1969-12-31', 3],
      ['1960-02-29', 1],
    ] as const) {
      expect(utc.weekday(at(`${day}T12:00:00Z`)), day).to.equal(weekday)
    }
    expect(zone('Asia/Tokyo').weekday(at('2026-11-22T15:00:00Z'))).to.equal(1)
  })
})

describe('a civil period', () => {
  const range = (civil: Civil, written: string, per: CivilPeriod) => {
    const { start, end } = civil.period(at(written), per)
    return [shown(start), shown(end)]
  }

  it('begins its week on the day the institution says', () => {
    const sunday = '2026-11-22T12:00:00Z'
    expect(range(zone('UTC', 1), sunday, 'week')[0]).to.equal('2026-11-16T00:00:00.000Z')
    expect(range(zone('UTC', 7), sunday, 'week')[0]).to.equal('2026-11-22T00:00:00.000Z')
    expect(range(zone('UTC', 6), sunday, 'week')).to.deep.equal([
      '2026-11-21T00:00:00.000Z',
      '2026-11-28T00:00:00.000Z',
    ])
  })

  it('has weeks and months of other lengths where the clock changes', () => {
    const london = zone('Europe/London')
    expect(range(london, '2026-03-29T12:00:00Z', 'week')).to.deep.equal([
      '2026-03-23T00:00:00.000Z',
      '2026-03-29T23:00:00.000Z',
    ])
    expect(range(london, '2026-10-31T12:00:00Z', 'month')).to.deep.equal([
      '2026-09-30T23:00:00.000Z',
      '2026-11-01T00:00:00.000Z',
    ])
    expect(range(zone('UTC'), '2028-02-29T12:00:00Z', 'month')[1]).to.equal('2028-03-01T00:00:00.000Z')
    expect(range(zone('UTC'), '2026-12-31T23:59:59Z', 'month')[1]).to.equal('2027-01-01T00:00:00.000Z')
  })

  it('is half-open: its end belongs to the next one', () => {
    const utc = zone('UTC')
    expect(utc.period(at('2026-11-23T00:00:00Z'), 'day').start).to.equal(at('2026-11-23T00:00:00Z'))
    expect(utc.period(at('2026-11-22T23:59:59.999Z'), 'day').end).to.equal(at('2026-11-23T00:00:00Z'))
  })

  it('is one for ever', () => {
    expect(range(zone('UTC'), '2026-11-23T00:00:00Z', 'ever')).to.deep.equal(['-Infinity', 'Infinity'])
  })

  describe('of a term', () => {
    const civil = new Civil('Europe/London', 1, [
      { id: 'spring', from: '2026-01-12', to: '2026-03-29' },
      { id: 'summer', from: '2026-04-20', to: '2026-06-12' },
    ])
    const term = (written: string) => range(civil, written, 'term')

    it('has both its days', () => {
      expect(term('2026-02-01T00:00:00Z')).to.deep.equal(['2026-01-12T00:00:00.000Z', '2026-03-29T23:00:00.000Z'])
      expect(civil.termOf(at('2026-03-29T22:59:59Z'))?.id).to.equal('spring')
      expect(civil.termOf(at('2026-03-29T23:00:00Z'))).to.equal(null)
      expect(civil.termOf(at('2026-04-19T23:00:00Z'))?.id).to.equal('summer')
    })

    it('leaves between two terms a period of its own, and one before and after all', () => {
      expect(term('2026-04-01T00:00:00Z')).to.deep.equal(['2026-03-29T23:00:00.000Z', '2026-04-19T23:00:00.000Z'])
      expect(term('2025-12-01T00:00:00Z')).to.deep.equal(['-Infinity', '2026-01-12T00:00:00.000Z'])
      expect(term('2026-08-01T00:00:00Z')).to.deep.equal(['2026-06-12T23:00:00.000Z', 'Infinity'])
    })
  })
})

describe('civil periods', () => {
  const terms = [
    { id: 'a', from: '2026-01-12', to: '2026-03-29' },
    { id: 'b', from: '2026-03-30', to: '2026-06-12' },
    { id: 'c', from: '2026-10-25', to: '2026-12-18' },
  ]
  const zones = [
    'UTC',
    'Europe/London',
    'America/Sao_Paulo',
    'Asia/Beirut',
    'America/Havana',
    'Atlantic/Azores',
    'Pacific/Apia',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Asuncion',
    'Africa/Cairo',
    'Africa/Casablanca',
  ]
  const calendars = zones.flatMap((name) => [1, 4, 7].map((weekStarts) => new Civil(name, weekStarts, terms)))
  const changes = calendars.flatMap((civil) => transitions(civil, 2011, 2027))
  const instants = fc.oneof(
    fc.integer({ min: at('2010-01-01'), max: at('2035-01-01') }),
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
      .map(([change, offset]) => change + offset),
    fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -1, max: 1 })).map(([change, offset]) => change + offset),
  )

  it('hold every instant once, without gap or overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...calendars),
        instants,
        fc.constantFrom('day', 'week', 'month', 'term'),
        (civil, instant, per) => {
          const period = civil.period(instant, per)
          expect(period.start).to.be.at.most(instant)
          expect(period.end).to.be.above(instant)
          if (Number.isFinite(period.end)) {
            expect(civil.period(period.end - 1, per)).to.deep.equal(period)
            expect(civil.period(period.end, per).start).to.equal(period.end)
          }
          if (Number.isFinite(period.start)) {
            expect(civil.period(period.start, per)).to.deep.equal(period)
            expect(civil.period(period.start - 1, per).end).to.equal(period.start)
          }
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('agree with the days they are made of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...calendars), instants, (civil, instant) => {
        const { start, end } = civil.period(instant, 'day')
        const day = civil.dayOf(instant)
        expect([civil.startOf(day), civil.endOf(day)]).to.deep.equal([start, end])
        expect([civil.dayOf(start), civil.dayOf(end - 1)]).to.deep.equal([day, day])
        expect(civil.period(start, 'week').start).to.be.at.most(start)
        expect(civil.weekday(civil.period(instant, 'week').start)).to.equal(civil.weekStarts)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a time for people', () => {
  const { when } = zone('Europe/London')
  it('is the wall clock’s, a bare date at midnight', () => {
    expect(when('2026-06-03T08:05:00Z')).to.equal('3 June 2026, 09:05')
    expect(when('2026-06-02T23:00:00Z')).to.equal('3 June 2026')
    expect(when('2026-06-03')).to.equal('3 June 2026')
  })
})

/** Instants at which the clock of a zone changes. */
function transitions(civil: Civil, firstYear: number, lastYear: number): number[] {
  const offset = (instant: number) => (civil.minuteOfDay(instant) * 60_000 - (instant % DAY) + 2 * DAY) % DAY
  const found: number[] = []
  for (let instant = at(`${firstYear}-01-01`); instant < at(`${lastYear}-01-01`); instant += 14 * DAY) {
    let [low, high] = [instant, instant + 14 * DAY]
    if (offset(low) === offset(high)) continue
    while (high - low > 60_000) {
      const middle = low + Math.round((high - low) / 120_000) * 60_000
      if (offset(middle) === offset(low)) low = middle
      else high = middle
    }
    found.push(high)
  }
  return found
}
