import { expect } from 'chai'
import { parseDuration } from '../../sidecar/domain/duration.js'

describe('a duration', () => {
  it('is exact', () => {
    expect(parseDuration('30s')).to.equal(30_000)
    expect(parseDuration('15m')).to.equal(900_000)
    expect(parseDuration('12h')).to.equal(43_200_000)
    expect(parseDuration('7d')).to.equal(604_800_000)
    expect(parseDuration('4w')).to.equal(4 * 604_800_000)
    expect(parseDuration('007d')).to.equal(604_800_000)
  })

  it('is none where it is nothing, too long, or otherwise written', () => {
    for (const text of ['0s', '0d', '', '7', 'd', '7D', '1.5h', '-1d', ' 7d', '7 d', '7d12h', '1y', '1e3s', '５d']) {
      expect(parseDuration(text), text).to.equal(null)
    }
    expect(parseDuration('36600d')).to.equal(36_600 * 86_400_000)
    expect(parseDuration('36601d')).to.equal(null)
    expect(parseDuration('999999999w')).to.equal(null)
  })
})
