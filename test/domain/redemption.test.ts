import { expect } from 'chai'
import { KINDS } from '../../sidecar/domain/entry.js'
import { firstState, hasToken, mayFollow, STATES, termsOf } from '../../sidecar/domain/redemption.js'
import { offersOf } from '../../sidecar/domain/reward.js'
import { rewardOf } from '../rules/reading.js'

describe('the life of a redemption', () => {
  it('begins as its delivery asks', () => {
    const kinds = ['in_app', 'codes', 'moodle', 'partner'] as const
    expect(kinds.map(firstState)).to.deep.equal(['issued', 'delivered', 'delivering', 'delivering'])
    expect(kinds.map(hasToken)).to.deep.equal([true, false, false, true])
  })

  it('goes on by these entries, and by no other', () => {
    const steps = STATES.flatMap((from) =>
      STATES.flatMap((to) =>
        KINDS.filter((kind) => mayFollow(from, to, kind)).map((kind) => `${from} → ${to}: ${kind}`),
      ),
    )
    expect(steps).to.have.members([
      'issued → consumed: consumption',
      'issued → expired: refund',
      'issued → expired: expiry',
      'issued → cancelled: refund',
      'delivering → delivered: consumption',
      'delivering → consumed: consumption',
      'delivering → refused: refund',
      'delivering → cancelled: refund',
      'delivering → expired: refund',
      'delivering → expired: expiry',
      'delivered → consumed: consumption',
      'delivered → cancelled: refund',
      // A till that was voided.
      'consumed → issued: consumption',
      'consumed → delivered: consumption',
    ])
  })

  it('ends for good where points went back, or the token lapsed', () => {
    for (const state of ['refused', 'expired', 'cancelled'] as const) {
      expect(STATES.filter((to) => KINDS.some((kind) => mayFollow(state, to, kind)))).to.deep.equal([])
    }
  })

  it('never gives points back for what was consumed', () => {
    for (const to of STATES) expect(mayFollow('consumed', to, 'refund')).to.equal(false)
  })
})

describe('the terms of a redemption', () => {
  it('are what the reward said when it was made', () => {
    const reward = rewardOf(
      'description: For the canteen',
      'value: 5.00',
      'budget: main',
      'delivery: moodle',
      'moodle: { enrol: { course: PHYS101, days: 90 } }',
    )
    const [offer] = offersOf(reward, [], 'GBP')
    expect(termsOf(reward, offer!)).to.deep.equal({
      title: 'A gift',
      description: 'For the canteen',
      instructions: null,
      terms: null,
      cost: 50,
      value: { amount_minor: 500, currency: 'GBP' },
      discount: null,
      delivery: 'moodle',
      partner: null,
      moodle: { enrol: { course: 'PHYS101', days: 90 } },
      on_expiry: 'refund',
      cancel_within: null,
    })
  })
})
