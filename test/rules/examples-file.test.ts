import { expect } from 'chai'
import { readExamples } from '../../sidecar/rules/examples-file.js'
import { formatProblem } from '../../sidecar/rules/problem.js'
import { expectOne } from './reading.js'

const FILE = 'rules/quiz.examples.yaml'
const read = (text: string) => {
  const { examples, problems } = readExamples(FILE, text)
  return { examples, problems: problems.map(formatProblem) }
}

/** The events of one example, an event a line from line 3 on. */
const events = (...lines: string[]) =>
  read(['- title: T', '  events:', ...lines.map((line) => `    - { ${line} }`)].join('\n'))
const NAMED = 'event: quiz.graded, time: 2026-11-02T09:00:00Z'

describe('a file of examples', () => {
  it('tells what is known, what happens and what to expect', () => {
    const { examples, problems } = read(`
- title: A pass earns ten points, once a week
  facts:
    badges: [badge:17, Safety first]
    completed: [course:7, activity:quiz:123]
    completion_rate: { course:7: 60, PHYS101: 12.5 }
    lifetime: 120
  events:
    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, course: 7, activity: quiz:123, object: quiz_attempts:1,
        data: { score: 85 }, expect: 10 }
    - { event: quiz.graded, time: 2026-11-05T10:00:00+01:00, object: quiz_attempts:2, data: { score: 90 },
        expect: { submit_quiz: frequency } }
`)
    expect(problems).to.deep.equal([])
    expect(examples).to.have.length(1)
    const [example] = examples
    expect(example?.title).to.equal('A pass earns ten points, once a week')
    expect(example?.facts).to.deep.equal({
      badges: ['badge:17', 'Safety first'],
      completed: ['course:7', 'activity:quiz:123'],
      completionRate: new Map([
        ['course:7', 60],
        ['PHYS101', 12.5],
      ]),
      lifetime: 120,
    })
    const [first, second] = example?.events ?? []
    expect(first?.event).to.deep.equal({
      id: 'example-1-event-1',
      event: '\\mod_quiz\\event\\attempt_graded',
      time: Date.UTC(2026, 10, 2, 9),
      user: 'learner',
      actor: null,
      course: '7',
      courseIdnumber: null,
      activity: 'quiz:123',
      object: 'quiz_attempts:1',
      origin: null,
      data: { score: 85 },
      factsOnly: false,
    })
    expect(first?.expect).to.deep.equal({
      kind: 'event',
      outcome: { kind: 'points', points: 10 },
      place: { line: 10, column: 38 },
    })
    expect(second?.event).to.include({ id: 'example-1-event-2', time: Date.UTC(2026, 10, 5, 9), course: null })
    expect(second?.expect).to.deep.equal({
      kind: 'rules',
      rules: [{ rule: 'submit_quiz', outcome: { kind: 'reason', code: 'frequency' }, place: { line: 12, column: 19 } }],
      place: { line: 12, column: 17 },
    })
  })

  it('may be empty, and gives no example at all where one has a mistake', () => {
    expect(read('')).to.deep.equal({ examples: [], problems: [] })
    const { examples, problems } = read(`- { title: A }\n- { title: B, events: [{ ${NAMED}, expect: 1 }] }`)
    expect(examples).to.deep.equal([])
    expectOne(problems, `${FILE}:1:3`, '`events` is missing')
  })

  it('takes every field of an event', () => {
    const line =
      `${NAMED}, id: again, user: 42, actor: 2, course_idnumber: PHYS101, origin: web, facts_only: true, ` +
      'data: { passed: true, module: quiz, attempt: 2 }, expect: requires'
    expect(events(line).examples[0]?.events[0]?.event).to.deep.include({
      id: 'again',
      user: '42',
      actor: '2',
      courseIdnumber: 'PHYS101',
      origin: 'web',
      factsOnly: true,
      data: { passed: true, module: 'quiz', attempt: 2 },
    })
  })

  it('expects points, held points or a reason, of the event or of each rule', () => {
    const outcome = (written: string) => {
      const { examples, problems } = events(`${NAMED}, expect: ${written}`)
      expect(problems).to.deep.equal([])
      const found = examples[0]?.events[0]?.expect
      return found?.kind === 'rules' ? found.rules.map(({ outcome }) => outcome) : found?.outcome
    }
    expect(outcome('-10')).to.deep.equal({ kind: 'points', points: -10 })
    expect(outcome('0')).to.deep.equal({ kind: 'points', points: 0 })
    expect(outcome('{ held: 10 }')).to.deep.equal({ kind: 'held', points: 10 })
    expect(outcome('waiting_for_grade')).to.deep.equal({ kind: 'reason', code: 'waiting_for_grade' })
    expect(outcome('{ a: 5, b: { held: 3 }, c: no_points }')).to.deep.equal([
      { kind: 'points', points: 5 },
      { kind: 'held', points: 3 },
      { kind: 'reason', code: 'no_points' },
    ])
  })

  it('needs an expectation somewhere, not everywhere', () => {
    expect(events(NAMED, `${NAMED}, expect: 1`).examples[0]?.events[0]?.expect).to.equal(null)
    expectOne(events(NAMED).problems, `${FILE}:2:3`, 'at least one `expect`')
  })

  it('says what is wrong with its form', () => {
    const cases: readonly [text: string, place: string, ...words: string[]][] = [
      ['a: 1', '1:1', 'must be a list'],
      ['[]', '1:1', 'empty list'],
      ['- 3', '1:3', 'an example must be a map'],
      [`- { events: [{ ${NAMED}, expect: 1 }] }`, '1:3', '`title` is missing'],
      ['- { title: A, events: [] }', '1:23', '`events` is an empty list'],
      [`- { title: A, event: 1, events: [{ ${NAMED}, expect: 1 }] }`, '1:15', 'did you mean `events`?'],
      [`- { title: A, facts: { badge: 1 }, events: [{ ${NAMED}, expect: 1 }] }`, '1:24', 'did you mean `badges`?'],
      [`- { title: A, facts: { lifetime: -1 }, events: [{ ${NAMED}, expect: 1 }] }`, '1:34', 'a whole number from 0'],
      [`- { title: A, facts: { badges: x }, events: [{ ${NAMED}, expect: 1 }] }`, '1:32', 'must be a list'],
      [`- { title: A, facts: { completed: [activity:7] }, events: [{ ${NAMED}, expect: 1 }] }`, '1:36', 'quiz:123'],
      [`- { title: A, facts: { completion_rate: { X: 101 } }, events: [{ ${NAMED}, expect: 1 }] }`, '1:46', '0 to 100'],
      ['- [', '1:4', 'not YAML'],
    ]
    for (const [text, place, ...words] of cases) expectOne(read(text).problems, `${FILE}:${place}`, ...words)
  })

  it('says what is wrong with an event', () => {
    const time = 'time: 2026-11-02T09:00:00Z'
    const cases: readonly [line: string, place: string, ...words: string[]][] = [
      [`${time}, expect: 1`, '3:7', '`event` is missing'],
      ['event: login, expect: 1', '3:7', '`time` is missing'],
      [`event: quiz.gradd, ${time}, expect: 1`, '3:16', 'did you mean `quiz.graded`?'],
      ['event: login, time: 2026-11-31T09:00:00Z, expect: 1', '3:29', 'such as 2026-11-02T09:00:00Z'],
      ['event: login, time: 2026-11-02T24:00:00Z, expect: 1', '3:29', 'a date and time'],
      ['event: login, time: 2026-11-02, expect: 1', '3:29', 'a date and time', '`2026-11-02`'],
      [`event: login, ${time}, user: "", expect: 1`, '3:57', '`user` must be a name'],
      [`event: login, ${time}, activity: 7, expect: 1`, '3:61', 'such as quiz:123'],
      [`event: login, ${time}, object: x, expect: 1`, '3:59', 'such as quiz_attempts:991'],
      [`event: login, ${time}, facts_only: 1, expect: 1`, '3:63', 'true or false'],
      [`event: login, ${time}, usr: 1, expect: 1`, '3:51', 'did you mean `user`?'],
      [`event: login, ${time}, data: {}, expect: 1`, '3:57', '`data` is empty'],
      [`event: login, ${time}, data: { scor: 1 }, expect: 1`, '3:59', 'warning', 'did you mean `score`?'],
      [`event: login, ${time}, data: { "a b": 1 }, expect: 1`, '3:59', 'lower-case letters'],
      [`event: login, ${time}, data: { score: .nan }, expect: 1`, '3:66', 'must be a number, true, false'],
      [`event: login, ${time}, data: { score: [1] }, expect: 1`, '3:66', 'a list'],
      [`event: activity.uncompleted, ${time}, expect: 1`, '3:9', 'does not mean activity.uncompleted', 'state'],
    ]
    for (const [line, place, ...words] of cases) expectOne(events(line).problems, `${FILE}:${place}`, ...words)
    expect(events(`event: custom.visit, ${time}, data: { floor: 2 }, expect: 1`).problems).to.deep.equal([])
    expect(events(`event: activity.uncompleted, ${time}, data: { state: 0 }, expect: 1`).problems).to.deep.equal([])
  })

  it('says what is wrong with an expectation', () => {
    const cases: readonly [written: string, column: number, ...words: string[]][] = [
      ['1.5', 65, 'a whole number'],
      ['', 57, '`expect` must be a whole number'],
      ['[1]', 65, 'a list'],
      ['frequenzy', 65, 'did you mean `frequency`?', 'Allowed: points, {held: N}, granted'],
      ['{}', 65, '`expect` is empty'],
      ['{ held: lots }', 73, '`held` must be a whole number'],
      ['{ Quiz: 1 }', 67, 'the id of a rule'],
      ['{ quiz: true }', 73, '`quiz` must be a whole number'],
      ['{ quiz: { held: 1, kept: 2 } }', 84, 'no key `kept`'],
    ]
    for (const [written, column, ...words] of cases) {
      expectOne(events(`${NAMED}, expect: ${written}`).problems, `${FILE}:3:${column}`, ...words)
    }
  })
})
