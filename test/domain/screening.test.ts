import { expect } from 'chai'
import fc from 'fast-check'
import { CHECK_IDS, CHECKS, type CheckId, type CheckPolicy } from '../../sidecar/domain/check.js'
import type { BlacklistEntry } from '../../sidecar/domain/configuration.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { equalGaps, type History, type Past, type Screening, screen } from '../../sidecar/domain/screening.js'
import { learningEvent, NOW } from '../support.js'
import { DAY, HOUR, MINUTE } from './world.js'

const QUIZ = '\\mod_quiz\\event\\attempt_submitted'
const POST = '\\mod_forum\\event\\post_created'
const ASSIGNMENT = '\\mod_assign\\event\\assessable_submitted'
const SECOND = 1_000

const NOTHING_BEFORE: History = {
  times: () => [],
  sharing: () => [],
  deeds: () => [],
  exchange: () => null,
  deleted: () => [],
}

const all = (state: CheckPolicy['state']) =>
  Object.fromEntries(CHECK_IDS.map((id) => [id, { state, at: CHECKS[id].at }])) as Record<CheckId, CheckPolicy>

interface Given {
  readonly event?: Partial<LearningEvent>
  readonly history?: Partial<History>
  readonly exempt?: boolean
  readonly checks?: Record<CheckId, CheckPolicy>
  readonly blacklist?: readonly BlacklistEntry[]
}

/** Checks that found something in any of the tests. */
const seen = new Set<CheckId>()

function look({ event = {}, history = {}, exempt = false, checks = all('on'), blacklist = [] }: Given): Screening {
  const whole = learningEvent({ event: QUIZ, object: 'quiz_attempts:9', activity: 'quiz:3', data: {}, ...event })
  const before = { ...NOTHING_BEFORE, ...history }
  const screening = screen({ event: whole, subject: 'f'.repeat(24), exempt, blacklist, checks, history: before })
  for (const { check } of screening.found) seen.add(check)
  return screening
}

const found = (given: Given): string[] => look(given).found.map(({ check, observed }) => `${check} ${observed}`)

/** Deeds of the learner so long before now, each about an object of its own. */
const past = (...ago: number[]): Past[] =>
  ago.map((long, n) => ({ id: `e${n}`, time: NOW - long, object: `o:${n}`, activity: 'quiz:3', other: null }))

describe('too little to earn', () => {
  const words = (data: LearningEvent['data']) => found({ event: { event: POST, data } })

  it('is a text of fewer than five words', () => {
    expect(words({ words: 4 })).to.deep.equal(['few_words 4'])
    expect(words({ words: 5 })).to.deep.equal([])
    expect(words({ words: 0 })).to.deep.equal(['few_words 0'])
  })

  it('is nothing at all handed in, and not a file with a short note', () => {
    expect(found({ event: { event: ASSIGNMENT, data: { files: 0, words: 0 } } })).to.deep.equal(['few_words 0'])
    expect(found({ event: { event: ASSIGNMENT, data: { files: 1, words: 2 } } })).to.deep.equal([])
  })

  it('is not said of what nobody counted: a recording, a portfolio, a file in the cloud', () => {
    expect(words({})).to.deep.equal([])
    expect(found({ event: { event: ASSIGNMENT, data: { files: 0 } } })).to.deep.equal([])
  })

  it('does not qualify, rather than being held', () => {
    const { refused, foundBy } = look({ event: { event: POST, data: { words: 1 } } })
    expect(refused).to.deep.equal({ code: 'few_words', params: { at: 5, words: 1 } })
    expect(foundBy).to.equal(null)
  })
})

describe('a pattern', () => {
  it('in shadow is counted and holds nothing', () => {
    const { found, shadow, holds, foundBy } = look({
      event: { data: { items: 10, rapid_items: 10 } },
      checks: all('shadow'),
    })
    expect([found, holds, foundBy]).to.deep.equal([[], [], null])
    expect(shadow.map(({ check }) => check)).to.deep.equal(['rapid_answers'])
  })

  it('that is off is not looked for', () => {
    const { found, shadow } = look({ event: { data: { items: 10, rapid_items: 10 } }, checks: all('off') })
    expect([found, shadow]).to.deep.equal([[], []])
  })

  it('that is on holds, and says what was found and from which value on', () => {
    const screening = look({ event: { data: { items: 10, rapid_items: 3 } } })
    expect(screening.refused).to.equal(null)
    expect(screening.foundBy).to.equal('rapid_answers')
    expect(screening.holds).to.deep.equal([{ code: 'held_rapid_answers', params: { observed: 30 } }])
    expect(screening.found).to.deep.equal([
      { check: 'rapid_answers', version: 1, threshold: 20, observed: 30, events: [], others: [] },
    ])
  })

  it('of timing is not held against who is exempt; others are', () => {
    const event = { data: { items: 10, rapid_items: 10, similarity: 95 } }
    expect(found({ event })).to.deep.equal(['rapid_answers 100', 'near_copy 95'])
    expect(found({ event, exempt: true })).to.deep.equal(['near_copy 95'])
  })
})

describe('rapid answers', () => {
  it('are a fifth of the questions or more', () => {
    expect(found({ event: { data: { items: 15, rapid_items: 3 } } })).to.deep.equal(['rapid_answers 20'])
    expect(found({ event: { data: { items: 20, rapid_items: 3 } } })).to.deep.equal([])
    // In a short quiz one or two say nothing.
    expect(found({ event: { data: { items: 4, rapid_items: 2 } } })).to.deep.equal([])
    expect(found({ event: { data: { items: 0, rapid_items: 0 } } })).to.deep.equal([])
    expect(found({ event: { data: {} } })).to.deep.equal([])
  })
})

describe('the same again', () => {
  const other: Past = { id: 'x', time: NOW - DAY, object: 'forum_posts:1', activity: 'quiz:3', other: 'a'.repeat(24) }
  const sharing = (...before: Past[]) => ({ sharing: () => before })

  it('is a text that was there before, whoever wrote it', () => {
    const event = { event: POST, data: { words: 9, text_hash: 'h' } }
    expect(found({ event, history: sharing(...past(HOUR)) })).to.deep.equal(['same_text 1'])
    const [finding] = look({ event, history: sharing(other) }).found
    expect(finding).to.include({ check: 'same_text', observed: 1 })
    expect(finding?.others).to.deep.equal(['a'.repeat(24)])
    // Ids of another's events say who they are.
    expect(finding?.events).to.deep.equal([])
    expect(found({ event })).to.deep.equal([])
  })

  it('is a file that was handed in before', () => {
    const event = { event: ASSIGNMENT, data: { files: 1, file_hash: 'f' } }
    const elsewhere = past(HOUR, DAY).map((one) => ({ ...one, activity: 'assign:8' }))
    expect(found({ event, history: sharing(...elsewhere) })).to.deep.equal(['same_file 2'])
  })

  it('is not an earlier form of the same work: an attempt that is reopened, a post to several groups at once', () => {
    const handIn = { event: ASSIGNMENT, data: { files: 1, file_hash: 'f' } }
    expect(found({ event: handIn, history: sharing(...past(HOUR, DAY)) })).to.deep.equal([])
    const text = { event: POST, data: { words: 9, text_hash: 'h' } }
    expect(found({ event: text, history: sharing(...past(0, SECOND)) })).to.deep.equal([])
  })

  it('is not what comes later: who wrote it first is never held for the copy', () => {
    const text = { event: POST, data: { words: 9, text_hash: 'h' } }
    expect(found({ event: text, history: sharing({ ...other, time: NOW + HOUR }) })).to.deep.equal([])
  })

  it('is nearly another post', () => {
    expect(found({ event: { event: POST, data: { similarity: 80 } } })).to.deep.equal(['near_copy 80'])
    expect(found({ event: { event: POST, data: { similarity: 79.9 } } })).to.deep.equal([])
  })
})

describe('attempts at a quiz', () => {
  const deeds = (...before: Past[]) => ({ deeds: () => before })

  it('are quick where four within a day follow each other in less than two minutes', () => {
    const minutes = (...ago: number[]) => deeds(...past(...ago.map((minute) => minute * MINUTE)))
    expect(found({ history: minutes(4, 3, 2, 1) })).to.deep.equal(['quick_attempts 4'])
    expect(found({ history: minutes(3, 2, 1) })).to.deep.equal([])
    expect(found({ history: minutes(12, 9, 6, 3) })).to.deep.equal([])
  })

  it('are many from the eighth within seven days', () => {
    const hours = (count: number) => deeds(...past(...Array.from({ length: count }, (_, n) => (n + 1) * 5 * HOUR)))
    expect(found({ history: hours(7) })).to.deep.equal(['many_attempts 8'])
    expect(found({ history: hours(6) })).to.deep.equal([])
  })

  it('are not the attempt itself, reported once more', () => {
    // The attempt itself was reported before it was graded.
    const itself = { id: 'submitted', time: NOW - MINUTE, object: 'quiz_attempts:9', activity: 'quiz:3', other: null }
    expect(found({ history: deeds(itself) })).to.deep.equal([])
  })
})

describe('posts', () => {
  it('are quick where four within a day follow each other in less than a minute', () => {
    const event = { event: POST, object: 'forum_posts:9', data: { words: 20 } }
    const seconds = (...ago: number[]) => ({ deeds: () => past(...ago.map((second) => second * SECOND)) })
    expect(found({ event, history: seconds(200, 150, 100, 50) })).to.deep.equal(['quick_posts 4'])
    expect(found({ event, history: seconds(300, 200, 100) })).to.deep.equal([])
  })
})

describe('a burst', () => {
  const times = (count: number, apart: number) => ({
    times: () => Array.from({ length: count }, (_, n) => NOW - (count - n) * apart + (n % 3) * 700),
  })

  it('is sixty activities within ten minutes', () => {
    expect(found({ history: times(59, 5 * SECOND) })).to.include('burst 60')
    expect(found({ history: times(58, 5 * SECOND) })).to.not.include('burst 59')
    expect(found({ history: times(63, 30 * SECOND) })).to.not.include('burst')
  })
})

describe('clockwork', () => {
  const at = (...seconds: number[]) => seconds.map((second) => NOW + second * SECOND)

  it('is eight activities at the same distance, to the second', () => {
    expect(equalGaps(at(0, 17, 34, 51, 68, 85, 102, 119))).to.equal(8)
    // Moodle's clock has whole seconds, so that one more or less is the same distance.
    expect(equalGaps(at(0, 17, 35, 52, 69, 86, 103, 120))).to.equal(8)
    expect(equalGaps(at(0, 16, 35, 52, 69, 86, 103, 120))).to.equal(6)
    const times = () => at(-119, -102, -85, -68, -51, -34, -17)
    expect(found({ history: { times }, event: { time: NOW + 1 } })).to.deep.equal(['regular_clicks 8'])
  })

  it('is not a person who ticks boxes one after the other', () => {
    expect(equalGaps(at(0, 4, 8, 12, 16, 20, 24, 28, 32))).to.equal(0)
  })

  it('is not to be told of times to the minute', () => {
    expect(equalGaps(at(0, 60, 120, 180, 240, 300, 360, 420))).to.equal(0)
  })

  it('is not a double click', () => {
    expect(equalGaps(at(1, 1, 1, 1, 1, 1, 1, 1, 1))).to.be.lessThan(2)
  })

  it('never makes more of a run than there are times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1 }), (seconds) => {
        const times = at(...seconds.sort((a, b) => a - b))
        expect(equalGaps(times)).to.be.within(0, times.length)
      }),
    )
  })
})

describe('a ring', () => {
  const event = { event: POST, data: { words: 20, reply_to: 'forum_posts:4' } }
  const exchange = (to: number, from: number) => ({
    exchange: () => ({ peer: 'b'.repeat(24), to, from, events: ['e1'] }),
  })

  it('is four answers to and four fro', () => {
    const [finding] = look({ event, history: exchange(4, 6) }).found
    expect(finding).to.deep.include({ check: 'reply_ring', observed: 4, others: ['b'.repeat(24)] })
    expect(found({ event, history: exchange(9, 3) })).to.deep.equal([])
  })

  it('is told to its learner without the other', () => {
    const { holds } = look({ event, history: exchange(4, 6) })
    expect(JSON.stringify(holds)).to.not.include('b'.repeat(24))
  })
})

describe('deleting after earning', () => {
  it('is three things of seven days, deleted after they had earned', () => {
    expect(found({ history: { deleted: () => past(HOUR, DAY, 2 * DAY) } })).to.deep.equal(['deleted_after_earning 3'])
    expect(found({ history: { deleted: () => past(HOUR, DAY) } })).to.deep.equal([])
  })
})

describe('the blacklist', () => {
  const entry = (outcome: BlacklistEntry['outcome'], because: string | null = null): BlacklistEntry => ({
    id: 'testers',
    ...{ users: ['42'], subjects: [], cohorts: [], roles: [], addresses: [], patterns: [], events: [] },
    ...{ objects: [], courses: [], origins: [], minimumWords: null, minimumSeconds: null },
    outcome,
    because,
  })

  it('comes first, and says what the institution wrote', () => {
    const { refused } = look({
      blacklist: [entry('not_qualifying', 'accounts for testing')],
      event: { data: { words: 1 } },
    })
    expect(refused).to.deep.equal({ code: 'not_qualifying', params: { because: 'accounts for testing' } })
  })

  it('can hold instead, and then names itself', () => {
    const { refused, holds, foundBy } = look({ blacklist: [entry('hold')] })
    expect([refused, foundBy]).to.deep.equal([null, 'blacklist:testers'])
    expect(holds).to.deep.equal([{ code: 'held_blacklist', params: { because: null } }])
  })

  it('does not keep checks from counting', () => {
    const { found } = look({ blacklist: [entry('hold')], event: { data: { similarity: 100 } } })
    expect(found.map(({ check }) => check)).to.deep.equal(['near_copy'])
  })
})

describe('what others do for a learner', () => {
  it('is not held against them by clock or conduct', () => {
    const times = () => Array.from({ length: 60 }, (_, n) => NOW - n * 2 * SECOND)
    expect(found({ history: { times } })).to.include('burst 61')
    for (const event of [{ actor: '9' }, { origin: 'cli' }, { origin: 'restore' }]) {
      expect(found({ history: { times }, event })).to.deep.equal([])
    }
  })
})

describe('the list of checks', () => {
  it('holds none that was not seen to find something above', () => {
    expect([...seen].sort()).to.deep.equal([...CHECK_IDS].sort())
  })
})
