import { expect } from 'chai'
import { factsOf } from '../../sidecar/domain/fact.js'
import { learningEvent, NOW } from '../support.js'

const facts = (event: string, given: Parameters<typeof learningEvent>[0] = {}) =>
  factsOf(learningEvent({ event: `\\core\\event\\${event}`, ...given })).map(
    ({ kind, key, name, value }) => `${kind} ${key}${name && ` (${name})`} = ${value}`,
  )

describe('a fact', () => {
  it('is a badge that was awarded or revoked, with its name', () => {
    const given = { object: 'badge:17', data: { badge: 'Explorer' } }
    expect(facts('badge_awarded', given)).to.deep.equal(['badge badge:17 (Explorer) = 1'])
    expect(facts('badge_revoked', given)).to.deep.equal(['badge badge:17 (Explorer) = 0'])
    expect(facts('badge_awarded', { object: 'badge:17' })).to.deep.equal(['badge badge:17 (badge:17) = 1'])
  })

  it('is a course or an activity that was completed, or no longer is', () => {
    expect(facts('course_completed')).to.deep.equal(['completed course:7 = 1'])
    expect(facts('course_module_completion_updated')).to.deep.equal(['completed activity:123 = 1'])
    expect(facts('course_module_completion_updated', { data: { state: 0 } })).to.deep.equal([
      'completed activity:123 = 0',
    ])
  })

  it('is how much of its course is complete, where a completion says so', () => {
    expect(facts('course_module_completion_updated', { data: { completion_rate: 62.5 } })).to.deep.equal([
      'completed activity:123 = 1',
      'completion_rate course:7 = 62.5',
    ])
  })

  it('is of the time of its event', () => {
    expect(factsOf(learningEvent({ event: '\\core\\event\\course_completed' }))[0]?.time).to.equal(NOW)
  })

  it('is nothing that lacks its object, and nothing of another event', () => {
    expect(facts('badge_awarded', { object: null })).to.deep.equal([])
    expect(facts('course_completed', { course: null })).to.deep.equal([])
    expect(facts('course_module_completion_updated', { activity: null, course: null })).to.deep.equal([])
    expect(factsOf(learningEvent({ data: { completion_rate: 50, badge: 'x' } }))).to.deep.equal([])
  })
})
