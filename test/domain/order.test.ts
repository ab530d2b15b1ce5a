/** What holds whatever comes in whatever order: driven through the real path, with the limits counted again by hand. */
import { expect } from 'chai'
import fc from 'fast-check'
import { Civil } from '../../sidecar/domain/civil.js'
import type { Granted } from '../../sidecar/domain/learner.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent, NOW } from '../support.js'
import { DAY, HOUR, inWorld, told } from './world.js'

const ZONE = 'Europe/London'
/** The clock is put back in the second night. */
const START = Date.parse('2026-10-24T00:00:00Z')
const civil = new Civil(ZONE, 1, [])

interface Limits {
  readonly frequency: number | null
  readonly hours: number | null
  readonly per: 'learner' | 'course' | 'activity' | 'object'
  readonly oncePer: 'course' | 'activity' | 'object' | null
  readonly capPoints: number | null
  readonly capPer: 'day' | 'week' | '30h'
  readonly capGrants: number | null
  readonly review: boolean
}

const limits: fc.Arbitrary<Limits> = fc.record({
  frequency: fc.option(fc.integer({ min: 1, max: 3 })),
  hours: fc.option(fc.integer({ min: 1, max: 40 })),
  per: fc.constantFrom('learner', 'course', 'activity', 'object'),
  oncePer: fc.option(fc.constantFrom('course', 'activity', 'object')),
  capPoints: fc.option(fc.integer({ min: 1, max: 30 })),
  capPer: fc.constantFrom('day', 'week', '30h'),
  capGrants: fc.option(fc.integer({ min: 1, max: 3 })),
  review: fc.boolean(),
})

function written(id: string, given: Limits, more = ''): string {
  const { frequency, hours, per, oncePer, capPoints, capPer, capGrants, review } = given
  const caps = [
    ...(capPoints ? [`{ points: ${capPoints}, per: ${capPer} }`] : []),
    ...(capGrants ? [`{ grants: ${capGrants}, per: 20h }`] : []),
  ]
  const keys = [
    `id: ${id}, event: quiz.graded, points: { per: 10, of: score, points: 1 }, revoke_on: [quiz.deleted, quiz.regraded]`,
    ...(frequency ? [`frequency: ${frequency}`] : []),
    ...(hours ? [`cooldown: ${hours}h`] : []),
    ...(frequency || hours ? [`per: ${per}`] : []),
    ...(oncePer ? [`once_per: ${oncePer}`] : []),
    ...(caps.length > 0 ? [`caps: [${caps.join()}]`] : []),
    ...(review ? ['review: hold'] : []),
  ]
  return `- { ${keys.join(', ')}${more} }\n`
}

const classes = ['quiz.graded', 'quiz.submitted', 'quiz.graded', 'quiz.regraded', 'quiz.deleted'].map(canonicalName)
const events: fc.Arbitrary<LearningEvent[]> = fc
  .array(
    fc.record({
      event: fc.constantFrom(...classes).map((name) => name!),
      time: fc.integer({ min: 0, max: 4 * 96 }).map((quarters) => START + quarters * 900_000),
      course: fc.constantFrom('7', '8', null),
      activity: fc.constantFrom('quiz:1', 'quiz:2', null),
      object: fc.constantFrom('quiz_attempts:1', 'quiz_attempts:2', 'quiz_attempts:3', null),
      data: fc.record({ score: fc.integer({ min: 0, max: 100 }) }, { requiredKeys: [] }),
      user: fc.constantFrom('42', '42', '43'),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((list) => list.map(learningEvent))

const sum = (grants: readonly Granted[]) => grants.reduce((total, { points }) => total + points, 0)

/** Every group of grants that some limit looks at together, with what they may come to. */
function expectKept(grants: readonly Granted[], given: Limits): void {
  const windows = (hours: number, of = grants) =>
    of.map(({ time }) => of.filter((other) => other.time >= time && other.time < time + hours * HOUR))
  const { frequency, hours, per, oncePer, capPoints, capPer, capGrants } = given
  if (frequency || hours) {
    const scopes = new Set(grants.map((grant) => (per === 'learner' ? null : grant[per])))
    for (const scope of scopes) {
      const counted = grants.filter((grant) => per === 'learner' || grant[per] === scope)
      const groups = hours ? windows(hours, counted) : [counted]
      for (const group of groups) expect(group.length).to.be.at.most(frequency ?? 1)
    }
  }
  if (capPoints) {
    const civilDays = (length: number) =>
      grants.map(({ time }) =>
        grants.filter(
          (other) =>
            civil.period(other.time, length === 1 ? 'day' : 'week').start ===
            civil.period(time, length === 1 ? 'day' : 'week').start,
        ),
      )
    for (const group of capPer === '30h' ? windows(30) : civilDays(capPer === 'day' ? 1 : 7)) {
      expect(sum(group)).to.be.at.most(capPoints)
    }
  }
  if (capGrants) for (const group of windows(20)) expect(group.length).to.be.at.most(capGrants)
  const standing = grants.filter((grant) => grant.standing)
  const acts = standing.flatMap(({ act }) => act ?? [])
  expect(acts).to.have.length(new Set(acts).size)
  if (oncePer) expect(standing).to.have.length(new Set(standing.map((grant) => grant[oncePer])).size)
}

describe('whatever the order of events', () => {
  it('no frequency, cap, once_per or deed is ever exceeded, and the balance is what stands', () => {
    fc.assert(
      fc.property(limits, events, (given, sent) => {
        inWorld(
          written('r', given),
          ({ sendAll, grants, balance }) => {
            sendAll([...sent, ...sent], START + 30 * DAY)
            for (const user of ['42', '43']) {
              const all = grants('r', user)
              expect(all.map(({ time }) => time)).to.deep.equal(all.map(({ time }) => time).sort((a, b) => a - b))
              expectKept(all, given)
              const { points, held, lifetime } = balance(user)
              expect(points + held).to.equal(sum(all.filter((grant) => grant.standing)))
              expect(given.review ? [points, lifetime] : [held, lifetime - points]).to.deep.equal([0, 0])
            }
          },
          `timezone: ${ZONE}`,
        )
      }),
      { numRuns: 250 },
    )
  })

  it('the same events in another order keep to the same limits', () => {
    const shuffled = events.chain((sent) =>
      fc.tuple(fc.constant(sent), fc.shuffledSubarray(sent, { minLength: sent.length })),
    )
    fc.assert(
      fc.property(limits, shuffled, (given, [sent, turned]) => {
        for (const order of [sent, turned]) {
          inWorld(written('r', given), ({ sendAll, grants }) => {
            sendAll(order, START + 30 * DAY)
            expectKept(grants('r'), { ...given, capPoints: null })
          })
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the order of rules', () => {
  it('changes nothing', () => {
    const more = fc.constantFrom(
      '',
      ', requires: { rules: [a] }',
      ', requires: { points: 12 }',
      ', conditions: { score: ">=50" }',
    )
    const packs = fc
      .tuple(limits, fc.array(fc.tuple(limits, more), { minLength: 1, maxLength: 3 }))
      .map(([first, others]) => [
        written('a', first),
        ...others.map(([given, rest], index) => written(`b${index}`, given, rest)),
      ])
    fc.assert(
      fc.property(packs, events, (rules, sent) => {
        const run = (order: readonly string[]) =>
          inWorld(order.join(''), ({ sendAll, balance }) => {
            const results = sendAll(sent, START + 30 * DAY).map(({ decisions, ...rest }) => ({
              ...rest,
              decisions: decisions
                .map(({ ruleId, outcome, points, held, reason }) => ({ ruleId, outcome, points, held, reason }))
                .sort((x, y) => (x.ruleId + x.outcome < y.ruleId + y.outcome ? -1 : 1)),
            }))
            return { results, balances: ['42', '43'].map(balance) }
          })
        expect(run([...rules].reverse())).to.deep.equal(run(rules))
      }),
      { numRuns: 150 },
    )
  })
})

describe('the time from which a limit pays again', () => {
  const login = (time: number) => learningEvent({ event: canonicalName('login')!, object: null, time })
  const limit = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 50 }))
      .map(([n, h]) => `frequency: ${n}, cooldown: ${h}h`),
    fc
      .tuple(
        fc.constantFrom('points', 'grants'),
        fc.integer({ min: 1, max: 25 }),
        fc.constantFrom('day', 'week', 'month', '7h', '30h', '2d'),
      )
      .map(([unit, most, per]) => `caps: [{ ${unit}: ${most}, per: ${per} }]`),
    fc.constantFrom('window: { days: [mon, wed], hours: "08:00-11:00" }', 'window: { hours: "22:00-07:00" }'),
  )
  const times = fc.array(fc.integer({ min: 0, max: 4 * DAY }), { minLength: 1, maxLength: 12 })

  it('is right to the millisecond, where nothing later has happened', () => {
    fc.assert(
      fc.property(limit, times, (rest, offsets) => {
        inWorld(
          `- { id: r, event: login, points: 10, ${rest} }`,
          ({ send }) => {
            const sent = offsets.sort((a, b) => a - b).map((offset) => send(login(START + offset)))
            const { decisions } = sent.at(-1)!
            const { code, params } = decisions[0]!.reason
            fc.pre(['frequency', 'cap_reached', 'outside_window'].includes(code))
            const again = Date.parse(String(params.again ?? params.opens))
            expect(told(send(login(again - 1)))).to.equal(code)
            expect(Number(told(send(login(again))))).to.be.above(0)
          },
          `timezone: ${ZONE}`,
        )
      }),
      { numRuns: 200 },
    )
  })

  it('is none where it never pays again', () => {
    for (const rest of ['frequency: 1', 'caps: [{ grants: 1, per: ever }]', 'window: { to: 2026-11-22 }']) {
      inWorld(`- { id: r, event: login, points: 10, ${rest} }`, ({ send }) => {
        send(login(NOW))
        const { params } = send(login(NOW)).decisions[0]!.reason
        expect(params.again ?? params.opens ?? null, rest).to.equal(null)
      })
    }
  })
})
