import { expect } from 'chai'
import { closest, didYouMean } from '../../sidecar/rules/closest.js'

describe('closest', () => {
  const names = ['points', 'per', 'event', 'frequency', 'once_per']

  it('finds the name a slip of the pen away', () => {
    expect(closest('poitns', names)).to.equal('points')
    expect(closest('Event', names)).to.equal('event')
    expect(closest('frequencey', names)).to.equal('frequency')
    expect(closest('pr', names)).to.equal('per')
    expect(closest('onceper', names)).to.equal('once_per')
  })

  it('counts a swap of neighbours as one slip', () => {
    expect(closest('ab', ['ba', 'xy'])).to.equal('ba')
  })

  it('takes the nearest, and the first of equals', () => {
    expect(closest('cat', ['cart', 'cat', 'car'])).to.equal('cat')
    expect(closest('cat', ['bat', 'hat'])).to.equal('bat')
  })

  it('finds nothing where nothing is near', () => {
    expect(closest('zebra', names)).to.equal(null)
    expect(closest('', names)).to.equal(null)
    expect(closest('points', [])).to.equal(null)
    expect(closest('p'.repeat(1_000_000), ['p'.repeat(1_000_000)])).to.equal(null)
  })

  it('ends a sentence either way', () => {
    expect(didYouMean('poitns', names)).to.equal('; did you mean `points`?')
    expect(didYouMean('zebra', names)).to.equal('.')
  })
})
