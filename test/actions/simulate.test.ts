import { expect } from 'chai'
import { simulate } from '../../sidecar/actions/simulate.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent, NOW, SEED_RULE } from '../support.js'

const DAY = 86_400_000
const event = (name: string, given: Parameters<typeof learningEvent>[0] = {}) =>
  learningEvent({ event: canonicalName(name)!, ...given })
const files = (pack: string, settings = '') =>
  new Map([
    ['rocket.yaml', settings],
    ['rules/pack.yaml', pack],
  ])

describe('simulate', () => {
  it('says what would be granted, by rule, by week and by learner, and what refused it', async () => {
    const pack = `${SEED_RULE}
- { id: never, event: course.completed, points: 100 }
- { id: watched, event: quiz.graded, points: 1, review: hold }
`
    const quiz = (user: string, day: number, score?: number) =>
      event('quiz.graded', { user, time: NOW + day * DAY, data: score === undefined ? {} : { score } })
    const events = [
      quiz('a', 0, 90),
      quiz('b', 0, 10),
      quiz('a', 1, 90),
      quiz('c', 1),
      event('login', { user: 'd', time: NOW + 2 * DAY }),
      quiz('a', 7, 90),
    ]
    const told: number[] = []
    const simulation = await simulate(files(pack), events, (done) => told.push(done))
    expect(told).to.deep.equal([6])
    expect(simulation).to.deep.include({
      events: 6,
      ignored: 1,
      rejected: 0,
      learners: 4,
      earners: 1,
      points: 20,
      held: 4,
      percentiles: { p10: 0, p25: 0, p50: 0, p75: 0, p90: 20, p99: 20, p100: 20 },
      weeks: [
        { week: '2026-11-23', grants: 4, points: 13, learners: 2 },
        { week: '2026-11-30', grants: 2, points: 11, learners: 1 },
      ],
    })
    const [seed, never, watched] = simulation.rules
    expect(seed).to.deep.include({ ruleId: 'submit_quiz', grants: 2, points: 20, held: 0, revoked: 0, learners: 1 })
    expect(seed?.refused.map(({ code, count }) => `${code} ${count}`).sort()).to.deep.equal([
      'condition_not_met 1',
      'frequency 1',
      'waiting_for_grade 1',
    ])
    expect(never).to.deep.equal({
      ruleId: 'never',
      grants: 0,
      points: 0,
      held: 0,
      revoked: 0,
      learners: 0,
      refused: [],
    })
    expect(watched).to.deep.include({ grants: 4, points: 0, held: 4, learners: 2 })
  })

  it('takes a deleted post’s points from its author, whoever deleted it', async () => {
    const pack = '- { id: r, event: forum.post, points: 3, revoke_on: forum.post_deleted }'
    const post = { object: 'forum_posts:1' }
    const simulation = await simulate(files(pack), [
      event('forum.post', { ...post, user: 'author' }),
      event('forum.post', { object: 'forum_posts:2', user: 'other' }),
      event('forum.post_deleted', { ...post, user: 'staff' }),
    ])
    expect(simulation).to.deep.include({ points: 3, earners: 1 })
    expect(simulation.percentiles).to.include({ p10: 0, p50: 0, p100: 3 })
  })

  it('judges each event as if it had arrived when it happened', async () => {
    const far = event('quiz.graded', { time: '2031-01-01T00:00:00Z', data: { score: 90 } })
    expect(await simulate(files(SEED_RULE), [far])).to.include({ rejected: 0, points: 10 })
  })

  it('has weeks as the institution begins them', async () => {
    const sunday = event('quiz.graded', { time: '2026-11-29T12:00:00Z', data: { score: 90 } })
    const { weeks } = await simulate(files(SEED_RULE, 'week_starts: sunday'), [sunday])
    expect(weeks[0]?.week).to.equal('2026-11-29')
  })

  it('of nothing is nothing', async () => {
    expect(await simulate(files(SEED_RULE), [])).to.deep.include({ events: 0, learners: 0, points: 0, weeks: [] })
  })
})

describe('what a simulation could not judge', () => {
  const pack = `
- { id: long, event: forum.post, conditions: { words: ">=100" }, points: 1 }
- { id: quiz, event: quiz.graded, points: { by: score, bands: { ">=80": 10 } } }
`
  it('is counted by rule and by the field that nobody sent', async () => {
    const files = new Map([['rules/pack.yaml', pack]])
    const post = (data: Record<string, number>) =>
      learningEvent({ event: canonicalName('forum.post')!, data, activity: 'forum:1' })
    const events = [
      post({}),
      post({}),
      post({ words: 5 }),
      learningEvent({ data: {} }),
      learningEvent({ data: { score: 5 } }),
    ]
    const { unjudged } = await simulate(files, events)
    expect(unjudged).to.deep.equal([
      { ruleId: 'long', field: 'words', count: 2 },
      { ruleId: 'quiz', field: 'score', count: 1 },
    ])
  })
})
