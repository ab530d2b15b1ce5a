import { expect } from 'chai'
import fc from 'fast-check'
import {
  firedRules,
  learnReference,
  type Reference,
  ruleSentence,
  scoreOf,
  surpriseSentence,
  surprisesOf,
} from '../../sidecar/domain/anomaly.js'
import { FEATURE_IDS, type FeatureId, type WeekFeatures } from '../../sidecar/domain/week-feature.js'
import { features } from './weeks.js'

/** A reference in which of all but the given features nothing is known. */
function learned(given: Partial<Record<FeatureId, readonly number[]>>, weeks = 100): Reference {
  const columns = Object.fromEntries(FEATURE_IDS.map((id) => [id, given[id] ?? []]))
  return learnReference(weeks, columns as Record<FeatureId, readonly number[]>)
}
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index)

describe('a reference', () => {
  it('knows exactly how many weeks reach a value, in the largest hundred', () => {
    const values = upTo(5_000)
    const reference = learned({ events: values }, 5_000)
    const reach = (value: number) => surprisesOf(features({ events: value }), reference, [])[0]?.reach
    for (const value of [4_901, 4_950, 5_000]) expect(reach(value)).to.equal(5_001 - value)
    expect(reach(5_001)).to.equal(0)
  })

  it('keeps at most 200 values, and is nowhere far from the truth', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 100, maxLength: 3_000 }), (values) => {
        const known = learned({ events: values }).features.events!
        expect(known.of).to.equal(values.length)
        expect(known.steps.length).to.be.at.most(200)
        for (const [value, reach] of known.steps) {
          expect(reach).to.equal(values.filter((one) => one >= value).length)
        }
        expect(known.steps.map(([value]) => value)).to.deep.equal(
          [...known.steps].map(([value]) => value).sort((a, b) => a - b),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('says nothing of a feature that fewer than a hundred weeks have', () => {
    expect(learned({ events: upTo(99) }).features).to.deep.equal({})
    expect(scoreOf(features({ events: 1_000 }), learned({ events: upTo(99) }), 0)).to.equal(0)
  })

  it('learns the same bytes whatever the order of the weeks', () => {
    const one = learned({ events: upTo(1_000) })
    expect(JSON.stringify(learned({ events: upTo(1_000).reverse() }))).to.equal(JSON.stringify(one))
  })
})

describe('the score of a week', () => {
  const zeros = (count: number) => Array<number>(count).fill(0)
  const reference = learned(
    {
      events: upTo(1_000),
      posts: [...zeros(990), ...upTo(10)],
      night: [...zeros(999), 5],
      attempts: [...zeros(900), ...upTo(100)],
      sync: zeros(1_000),
    },
    1_000,
  )

  it('is the sum of -ln of the share of weeks that reach it, over the three features where that is least', () => {
    const week = features({ events: 991, posts: 6, night: 5, attempts: 1 })
    const expected = -Math.log(10 / 1_000) - Math.log(5 / 1_000) - Math.log(1 / 1_000)
    expect(scoreOf(week, reference, 0)).to.be.closeTo(expected, 0.0001)
  })

  it('is no greater for what nobody reached than for what one did', () => {
    expect(scoreOf(features({ night: 500 }), reference, 0)).to.equal(scoreOf(features({ night: 5 }), reference, 0))
  })

  it('is raised by 5 for each rule that fired, up to three', () => {
    const [none, one, three, nine] = [0, 1, 3, 9].map((rules) => scoreOf(features({ events: 500 }), reference, rules))
    expect(one! - none!).to.be.closeTo(5, 0.0001)
    expect(three! - none!).to.be.closeTo(15, 0.0001)
    expect(nine).to.equal(three)
  })

  it('has nothing from what cannot be known, and nothing from what every week has', () => {
    expect(scoreOf(features({ night: null, events: null }), reference, 0)).to.equal(0)
    expect(surprisesOf(features({ events: 1 }), reference, [])).to.deep.equal([])
  })

  it('never falls when anything grows', () => {
    const value = fc.integer({ min: 0, max: 1_200 })
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 4, maxLength: 4 }),
        fc.nat(3),
        fc.nat(500),
        ([a, b, c, d], which, more) => {
          const week = { events: a!, posts: b!, night: c!, attempts: d! }
          const id = (Object.keys(week) as (keyof typeof week)[])[which]!
          const before = scoreOf(features(week), reference, 0)
          expect(scoreOf(features({ ...week, [id]: week[id] + more }), reference, 0)).to.be.at.least(before)
        },
      ),
    )
  })
})

describe('why a week has its score', () => {
  const reference = learned({ point_events: [...Array<number>(3_000).fill(3), ...upTo(730, 4), 44, 900] }, 3_732)
  const sentence = (value: number, before: readonly WeekFeatures[] = []) =>
    surprisesOf(features({ point_events: value }), reference, before).map(surpriseSentence)[0]

  it('is told in the value, how rare it is, and what is usual for the learner', () => {
    const before = [9, 4, 30].map((point_events) => features({ point_events }))
    const { text, code, params } = sentence(800, before)!
    expect(text).to.equal('800 events that earn points; 1 of 3,732 weeks reaches this; the learner’s usual week has 9')
    expect({ code, params }).to.deep.equal({
      code: 'point_events',
      params: { value: 800, reach: 1, of: 3_732, usual: 9, usual_of: 'learner' },
    })
  })

  it('is told beside anybody’s usual week while the learner has none', () => {
    expect(sentence(901, [features({ point_events: 7 })])?.text).to.equal(
      '901 events that earn points; none of 3,732 weeks reaches this; a usual week of anybody has 3',
    )
    expect(sentence(733)?.text).to.contain('2 of 3,732 weeks reach this')
  })

  it('is told of each rule with its threshold and whom it is about', () => {
    const fired = firedRules(features({ attempts: 9, mutual: 4 }), { mutual: 'peer' })
    expect(fired.map(({ rule, observed, other }) => [rule.id, observed, other])).to.deep.equal([
      ['many_attempts', 9, null],
      ['reply_ring', 4, 'peer'],
    ])
    expect(ruleSentence(fired[0]!)).to.deep.equal({
      code: 'many_attempts',
      params: { observed: 9, threshold: 8 },
      text: '9 attempts at one quiz; a fixed rule says that a person should look from 8 on',
    })
  })
})
