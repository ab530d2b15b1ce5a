import { expect } from 'chai'
import { Civil } from '../../sidecar/domain/civil.js'
import { instantOf } from '../../sidecar/domain/instant.js'

describe('a time given to a filter', () => {
  const london = new Civil('Europe/London', 1, [])
  const read = (written: string) => {
    const instant = instantOf(written, london)
    return instant === null ? null : new Date(instant).toISOString()
  }

  it('is RFC 3339 with Z', () => {
    expect(read('2026-06-01T09:15:00Z')).to.equal('2026-06-01T09:15:00.000Z')
    expect(read('2026-06-01T09:15Z')).to.equal('2026-06-01T09:15:00.000Z')
    expect(read('2026-06-01T09:15:00.125Z')).to.equal('2026-06-01T09:15:00.125Z')
  })

  it('is the midnight of a bare date in the institution’s zone', () => {
    expect(read('2026-06-01')).to.equal('2026-05-31T23:00:00.000Z')
    expect(read('2026-12-01')).to.equal('2026-12-01T00:00:00.000Z')
  })

  it('is nothing else', () => {
    for (const written of [
      '',
      'yesterday',
      '2026',
      '2026-06',
      '2026-6-1',
      '2026-06-01T09:15:00',
      '2026-06-01T09:15:00+01:00',
      '2026-13-01',
      '01/06/2026',
      '1780000000',
      ' 2026-06-01',
    ]) {
      expect(read(written), written).to.equal(null)
    }
  })

  it('is a day that exists', () => {
    for (const written of ['2026-02-29', '2026-02-31', '2026-04-31T00:00:00Z', '2026-06-01T24:00:00Z']) {
      expect(read(written), written).to.equal(null)
    }
    expect(read('2028-02-29')).to.equal('2028-02-29T00:00:00.000Z')
  })
})
