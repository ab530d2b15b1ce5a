import { expect } from 'chai'
import fc from 'fast-check'
import { nextDelay, SCHEDULE } from '../../sidecar/webhook/schedule.js'

const HOUR = 3_600_000
const almostOne = 1 - Number.EPSILON / 2
const random = fc.double({ min: 0, max: almostOne, noNaN: true })
const attempt = fc.nat(SCHEDULE.length - 1)

describe('the schedule of attempts', () => {
  it('is the one of Standard Webhooks', () => {
    const hours = SCHEDULE.map((wait) => wait / HOUR)
    expect(hours).to.deep.equal([0, 5 / 3_600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24])
  })

  it('begins at once', () => {
    fc.assert(fc.property(random, (chance) => nextDelay(0, chance, null) === 0))
  })

  it('waits any time up to what stands in the schedule', () => {
    fc.assert(
      fc.property(attempt, random, (made, chance) => {
        expect(nextDelay(made, chance, null)).to.be.within(0, SCHEDULE[made]!)
      }),
    )
    expect(nextDelay(2, 0, null)).to.equal(0)
    expect(nextDelay(2, 0.5, null)).to.equal(150_000)
    expect(nextDelay(2, almostOne, null)).to.equal(300_000)
  })

  it('never comes before the partner wants it', () => {
    fc.assert(
      fc.property(attempt, random, fc.nat(24 * HOUR), (made, chance, retryAfter) => {
        const delay = nextDelay(made, chance, retryAfter)
        expect(delay).to.equal(Math.max(nextDelay(made, chance, null)!, retryAfter))
      }),
    )
  })

  it('ends after the tenth attempt', () => {
    expect(nextDelay(9, 0.5, null)).to.be.a('number')
    expect(nextDelay(10, 0.5, null)).to.equal(null)
    expect(nextDelay(10, 0.5, 1_000)).to.equal(null)
  })
})
