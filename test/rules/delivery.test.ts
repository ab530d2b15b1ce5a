import { expect } from 'chai'
import { refusesReward, rewardOf } from './reading.js'

const MOODLE = 'delivery: moodle'

describe('delivery', () => {
  const delivered = (...lines: string[]) => {
    const { delivery, partner } = rewardOf(...lines)
    return { ...delivery, partner }
  }

  it('is in the app, unless something else is written', () => {
    expect(delivered()).to.deep.equal({ kind: 'in_app', partner: null })
    expect(delivered('delivery: in_app')).to.deep.equal({ kind: 'in_app', partner: null })
    expect(delivered('delivery: codes')).to.deep.equal({ kind: 'codes', partner: null })
  })

  it('in the app may be for one partner alone, also one without an address', () => {
    expect(delivered('partner: canteen')).to.deep.equal({ kind: 'in_app', partner: 'canteen' })
    expect(delivered('delivery: in_app', 'partner: shop')).to.deep.equal({ kind: 'in_app', partner: 'shop' })
  })

  it('by a partner is sent to its address', () => {
    expect(delivered('delivery: shop')).to.deep.equal({ kind: 'partner', partner: 'shop' })
  })

  it('in Moodle does one thing', () => {
    const action = (written: string) => {
      const { delivery } = rewardOf(MOODLE, `moodle: ${written}`)
      return 'action' in delivery ? delivery.action : null
    }
    expect(action('{ enrol: { course: PHYS101, days: 90 } }')).to.deep.equal({
      enrol: { course: 'PHYS101', days: 90 },
    })
    expect(action('{ enrol: { course: course:7 } }')).to.deep.equal({ enrol: { course: 'course:7', days: null } })
    expect(action('{ badge: 17 }')).to.deep.equal({ badge: '17' })
    expect(action('{ badge: badge:17 }')).to.deep.equal({ badge: '17' })
    expect(action('{ cohort: lounge }')).to.deep.equal({ cohort: 'lounge' })
    expect(action('{ cohort: 007 }')).to.deep.equal({ cohort: '007' })
  })

  refusesReward([
    ['delivery: code', '9:13', 'did you mean `codes`?', 'Allowed: in_app, codes, moodle, or the id of a partner'],
    ['delivery: shp', '9:13', 'no partner `shp`', 'did you mean `shop`?'],
    ['delivery: [codes]', '9:13', '`delivery` must be a name'],
    ['delivery: canteen', '9:13', 'has no `url`', '`delivery: in_app`', '`partner: canteen`'],
    ['partner: shp', '9:12', 'no partner `shp`', 'did you mean `shop`?'],
    [['delivery: shop', 'partner: shop'], '10:3', '`partner` says who may consume'],
    [['delivery: codes', 'partner: shop'], '10:3', 'leave it out'],
    [MOODLE, '6:3', '`moodle` is missing'],
    ['moodle: { badge: 17 }', '9:3', '`moodle` goes with `delivery: moodle`'],
    [[MOODLE, 'moodle: { badge: 17, cohort: a }'], '10:11', 'exactly one of `enrol`, `badge` and `cohort`'],
    [[MOODLE, 'moodle: {}'], '10:11', '`moodle` is empty'],
    [[MOODLE, 'moodle: { enroll: { course: A }, badge: 1 }'], '10:13', 'did you mean `enrol`?'],
    [[MOODLE, 'moodle: { badge: Safety }'], '10:20', 'such as 17 or badge:17'],
    [[MOODLE, 'moodle: { enrol: PHYS101 }'], '10:20', '`enrol` must be a map'],
    [[MOODLE, 'moodle: { enrol: { days: 5 } }'], '10:20', '`course` is missing'],
    [[MOODLE, 'moodle: { enrol: { course: "course:" } }'], '10:30', 'such as course:7'],
    [[MOODLE, 'moodle: { enrol: { course: A, days: 0 } }'], '10:39', 'a whole number from 1'],
    [['delivery: codes', 'stock: 5'], '10:3', 'warning', 'what the pool holds'],
    [['delivery: codes', 'token_ttl: 5d'], '10:3', 'warning', '`token_ttl` has no effect with `delivery: codes`'],
    [
      [MOODLE, 'moodle: { badge: 17 }', 'on_expiry: forfeit'],
      '11:3',
      'warning',
      '`on_expiry` has no effect with `delivery: moodle`',
    ],
  ])
})
