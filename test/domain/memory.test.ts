import { expect } from 'chai'
import { ingest } from '../../sidecar/actions/ingest.js'
import { publish } from '../../sidecar/actions/publish.js'
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent, NOW, SEED_RULE, sandbox } from '../support.js'
import { DAY, inWorld, told } from './world.js'

const quiz = (object: string, time = NOW) =>
  learningEvent({ object: `quiz_attempts:${object}`, data: { score: 90 }, time })

/** Events under one set of packs, then events under the next, on the same ledger. */
function versions(...chapters: readonly (readonly [pack: string, ...events: LearningEvent[]])[]): string[][] {
  const { stores, close } = sandbox('[]')
  const inForce = new RulesInForce(stores.configurations)
  try {
    return chapters.map(([pack, ...events]) =>
      stores.writer.write(() => {
        publish(stores, new Map([['rules/pack.yaml', pack]]), { actor: 'test', reason: 'next', now: NOW })
        return events.map((event) => told(ingest(stores, inForce.current(), event, event.time)))
      }),
    )
  } finally {
    close()
  }
}

describe('a rule’s memory', () => {
  it('goes by its id over all versions', () => {
    const changed = SEED_RULE.replace('points: 10', 'points: 12').replace('>=80', '>=70')
    expect(
      versions(
        [SEED_RULE, quiz('1')],
        [changed, quiz('2', NOW + DAY), quiz('1', NOW + 8 * DAY), quiz('3', NOW + 8 * DAY)],
      ),
    ).to.deep.equal([['10'], ['frequency', 'already_granted', '12']])
  })

  const renamed = SEED_RULE.replace('id: submit_quiz', 'id: pass_quiz\n  was: [submit_quiz]')

  it('is carried over a rename by was', () => {
    expect(versions([SEED_RULE, quiz('1')], [renamed, quiz('2', NOW + DAY), quiz('1', NOW + 8 * DAY)])).to.deep.equal([
      ['10'],
      ['frequency', 'already_granted'],
    ])
    const forgotten = SEED_RULE.replace('submit_quiz', 'pass_quiz')
    expect(versions([SEED_RULE, quiz('1')], [forgotten, quiz('2', NOW + DAY)])[1]).to.deep.equal(['10'])
  })

  it('is carried over by was for caps, once_per and for taking back', () => {
    const pack = (ids: string) =>
      `- { ${ids}, event: quiz.graded, points: 10, caps: [{ points: 15, per: month }], once_per: activity, revoke_on: quiz.deleted }`
    const gone = learningEvent({ event: canonicalName('quiz.deleted')!, object: 'quiz_attempts:1', time: NOW + DAY })
    const elsewhere = { ...quiz('3', NOW + DAY), activity: 'quiz:5' }
    expect(
      versions([pack('id: a'), quiz('1')], [pack('id: b, was: [a]'), quiz('2', NOW + DAY), gone, elsewhere]),
    ).to.deep.equal([['10'], ['once_only', 'revoked -10', '5']])
  })

  it('is carried over by was for rules that require it', () => {
    const next = '\n- { id: next, event: login, points: 1, requires: { rules: [pass_quiz] } }'
    const login = learningEvent({ event: canonicalName('login')!, object: null, time: NOW + DAY })
    expect(versions([SEED_RULE, quiz('1')], [renamed + next, login])[1]).to.deep.equal(['1'])
  })

  it('keeps the times of grants under several ids in order', () => {
    const both = `
- { id: a, event: quiz.graded, points: 1, frequency: 3, cooldown: 10d }
`
    const merged = both.replace('id: a', 'id: c, was: [a, b]')
    const times = [0, 9, 4].map((day, index) => quiz(String(index), NOW + day * DAY))
    const other = both.replace('id: a', 'id: b')
    expect(
      versions(
        [both, times[0]!, times[1]!],
        [other, times[2]!],
        [merged, quiz('x', NOW + 9 * DAY), quiz('y', NOW + 10 * DAY)],
      ),
    ).to.deep.equal([['1', '1'], ['1'], ['frequency', '1']])
  })
})

describe('every rule that matches', () => {
  it('pays, each by its own memory', () => {
    const pack = `${SEED_RULE}
- { id: also, event: quiz.graded, points: 1 }`
    inWorld(pack, ({ sendAll, balance }) => {
      expect(sendAll([quiz('1'), quiz('2')]).map(told)).to.deep.equal(['10, 1', 'frequency, 1'])
      expect(balance().points).to.equal(12)
    })
  })
})

describe('expires', () => {
  const expires = (written: string, time: string, settings = '') =>
    inWorld(
      `- { id: r, event: login, points: 1, expires: ${written} }`,
      ({ send, stores }) => {
        send(learningEvent({ event: canonicalName('login')!, time }))
        const body = stores.writer.connection.prepare('SELECT body FROM entry ORDER BY seq DESC').pluck().get()
        return JSON.parse(body as string).expires
      },
      settings,
    )
  const settings =
    'timezone: Europe/London\nterms: [{ id: autumn, from: 2026-09-01, to: 2026-12-18 }, { id: spring, from: 2027-01-11, to: 2027-03-26 }]'

  it('is the civil day on which the points lapse', () => {
    expect(expires('90d', '2026-11-23T23:30:00Z')).to.equal('2027-02-21')
    expect(expires('1d', '2026-06-01T22:30:00Z', settings)).to.equal('2026-06-02')
    expect(expires('1d', '2026-06-01T23:30:00Z', settings)).to.equal('2026-06-03')
    expect(expires('2027-07-31', '2026-11-23T09:00:00Z')).to.equal('2027-07-31')
    expect(expires('term', '2026-12-18T23:59:00Z', settings)).to.equal('2026-12-19')
  })

  it('is nothing for points without an end', () => {
    inWorld(SEED_RULE, ({ send, stores }) => {
      send(quiz('1'))
      const body = stores.writer.connection.prepare('SELECT body FROM entry ORDER BY seq DESC').pluck().get() as string
      expect(JSON.parse(body).expires).to.equal(null)
    })
  })
})
