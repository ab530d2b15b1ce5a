/** The benchmark's parts that read a ledger, on one so small that it says nothing but that they run. */
import { expect } from 'chai'
import { measureChecks } from '../../scripts/bench/checks.js'
import { growLedger } from '../../scripts/bench/grow.js'
import { measureCsv, measureVerify } from '../../scripts/bench/ledger.js'
import { removeHome } from '../../scripts/bench/server.js'
import { measureProofs } from '../../scripts/bench/tree.js'

const ENTRIES = 1_500

describe('the benchmark', function () {
  this.timeout(60_000)

  it('verifies, exports and proves what it has grown', async () => {
    const { home } = growLedger(ENTRIES, () => {})
    try {
      const measured = [
        ...(await measureVerify(home, ENTRIES, 1)),
        ...(await measureCsv(home, ENTRIES, 1)),
        ...(await measureProofs(home, ENTRIES, 1)),
      ]
      expect(measured).to.have.length.at.least(4)
      for (const { name, ours } of measured) expect(ours, name).to.be.greaterThan(0)
    } finally {
      removeHome(home)
    }
  })

  it('judges with and without checks', async () => {
    const { ours, theirs } = await measureChecks(1, 1)
    expect(ours).to.be.greaterThan(0)
    expect(theirs).to.be.greaterThan(0)
  })
})
