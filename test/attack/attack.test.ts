/** The attack drill: what an owner of the database can do to it, and what catches that. */
import { expect } from 'chai'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { ChainCheck } from '../../sidecar/actions/verify-chain.js'
import { checkpointFiles } from '../../sidecar/checkpoint-files.js'
import { rawEntries, readHead } from '../../sidecar/store/audit.js'
import type { Connection } from '../../sidecar/store/database.js'
import { page, tableOf } from '../docs/pages.js'
import { ATTACKS, type Outcome } from './attacks.js'
import { Owner } from './owner.js'
import { openVictim, type Victim } from './victim.js'

describe('an owner of the database', function () {
  this.timeout(20_000)
  let victim: Victim
  before(() => {
    victim = openVictim()
  })
  after(() => victim.remove())

  function chain(connection: Connection): Outcome {
    const check = new ChainCheck()
    for (const rows of rawEntries(connection, readHead(connection).seq, false)) for (const row of rows) check.entry(row)
    return check.problems.length > 0 ? 'caught' : 'missed'
  }
  function verified({ home, connection }: Owner, against: string[]): Outcome {
    const files = [...checkpointFiles(home)].map(([name, text]) => ({ name, text }))
    const elsewhere = against.map((text) => ({ name: 'elsewhere', text }))
    const { ok, declaredLost } = verifyLedger(connection, { quick: false, files, against: elsewhere })
    if (!ok) return 'caught'
    return declaredLost.length > 0 ? 'declared' : 'missed'
  }
  const judged = (owner: Owner) => ({
    chain: chain(owner.connection),
    own: verified(owner, []),
    elsewhere: verified(owner, [victim.elsewhere]),
  })

  it('who changes nothing is not accused', () => {
    const owner = new Owner(victim.home)
    expect(judged(owner)).to.deep.equal({ chain: 'missed', own: 'missed', elsewhere: 'missed' })
    owner.close()
  })

  for (const { what, make, ...expected } of ATTACKS) {
    it(`${what}: ${expected.chain}, ${expected.own}, ${expected.elsewhere}`, () => {
      const owner = new Owner(victim.home)
      try {
        make(owner, victim)
        expect(judged(owner)).to.deep.equal(expected)
      } finally {
        owner.close()
      }
    })
  }

  it('is told of in the same words on the page for auditors', () => {
    const rows = ATTACKS.map(({ what, chain, own, elsewhere }) => [what, chain, own, elsewhere])
    expect(tableOf(page('auditors.md'), 'what somebody does')).to.deep.equal(rows)
  })
})
