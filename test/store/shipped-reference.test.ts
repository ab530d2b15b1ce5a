import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { shippedEventNames } from '../../scripts/bench-abuse/real-weeks.js'
import { FEATURE_IDS } from '../../sidecar/domain/week-feature.js'
import { readShippedReference, SHIPPED_REFERENCE } from '../../sidecar/store/shipped-reference.js'

describe('the reference that comes with Rocket', () => {
  const { credit, events, weeks, features } = readShippedReference()

  it('names its source and licence', () => {
    expect(credit).to.contain('Hasan et al. 2021, Data 6(11):110').and.to.contain('CC BY 4.0')
  })

  it('knows the events of the shipped packs: after a change of those, run scripts/learn-reference.ts', () => {
    expect(events).to.deep.equal(shippedEventNames())
  })

  it('holds quantiles and nothing else', () => {
    expect(Object.keys(JSON.parse(readFileSync(SHIPPED_REFERENCE, 'utf8')))).to.deep.equal([
      'credit',
      'events',
      'weeks',
      'features',
    ])
    for (const [id, { of, steps }] of Object.entries(features)) {
      expect(FEATURE_IDS).to.include(id)
      expect(of).to.be.at.most(weeks)
      expect(steps.length).to.be.at.most(200)
      for (const [index, [value, reach]] of steps.entries()) {
        if (index === 0) continue
        expect(value).to.be.greaterThan(steps[index - 1]![0])
        expect(reach).to.be.lessThan(steps[index - 1]![1])
      }
    }
  })

  it('says nothing of what its logs cannot tell: seconds, quizzes, posts, addresses', () => {
    expect(Object.keys(features)).to.have.members([
      ...['events', 'burst', 'point_events', 'own_ratio', 'session', 'night', 'sync', 'sync_share'],
    ])
  })
})
