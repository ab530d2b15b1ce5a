import { expect } from 'chai'
import { erase } from '../../sidecar/actions/erase.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { learningEvent, openRocket } from '../support.js'

/** More than verification reads at a time. */
const MANY = 1_500

describe('ledger verify beside a server', () => {
  it('finds no fault where a learner is erased while it reads', () => {
    const rocket = openRocket('- { id: quiz, event: quiz.graded, points: 1 }\n')
    const { stores, rules, reader } = rocket.context
    const moment = { stores, rules, now: rocket.clock.now }
    stores.writer.write(() => {
      for (let n = 0; n < MANY; n++) {
        const given = { user: String(n % 2), object: `attempts:${n}`, data: { score: 85 } }
        ingest(stores, rules.current(), learningEvent(given), moment.now)
      }
    })
    let begun = 0
    const result = verifyLedger(reader, {
      quick: false,
      onProgress: (done) => {
        if (done > 1_000 || ++begun > 1) return
        stores.writer.write(() => erase(moment, { userId: '1', actor: 'it', reason: 'asked for' }))
      },
    })
    expect(begun, 'it was read a second time').to.equal(2)
    expect(result).to.deep.include({ ok: true, problems: [], erased: MANY / 2 })
    rocket.close()
  })
})
