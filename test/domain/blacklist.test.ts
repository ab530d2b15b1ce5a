import { expect } from 'chai'
import fc from 'fast-check'
import { blacklisted, patternKey, screenOf, wordsIn } from '../../sidecar/domain/blacklist.js'
import type { BlacklistEntry } from '../../sidecar/domain/configuration.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { learningEvent } from '../support.js'

type Event = Parameters<typeof learningEvent>[0]

const POST = '\\mod_forum\\event\\post_created'
const COMPLETION = '\\core\\event\\course_module_completion_updated'
const WHOSE = { userId: '42', subject: '8bbe33c8d5a36908349625f7' }

const NOTHING: BlacklistEntry = {
  id: 'entry',
  ...{ users: [], subjects: [], cohorts: [], roles: [], addresses: [], patterns: [] },
  ...{ events: [], objects: [], courses: [], origins: [], minimumWords: null, minimumSeconds: null },
  outcome: 'not_qualifying',
  because: null,
}

const entry = (given: Partial<BlacklistEntry>): BlacklistEntry => ({ ...NOTHING, ...given })
const fits = (given: Partial<BlacklistEntry>, event: LearningEvent): boolean =>
  blacklisted(event, [entry(given)], WHOSE) !== null
const screened = (screen: string): Event => ({ data: { screen } })

/** What an entry asks for, an event that fits, and events that do not. */
const CASES: readonly [title: string, Partial<BlacklistEntry>, fitting: readonly Event[], others: readonly Event[]][] =
  [
    [
      'an event',
      { events: [{ classes: [POST], alias: 'forum.post' }] },
      [{ event: POST }],
      [{ event: '\\mod_forum\\event\\discussion_created' }],
    ],
    [
      'an event that its alias narrows',
      { events: [{ classes: [COMPLETION], alias: 'activity.completed' }] },
      [{ event: COMPLETION, data: { state: 1 } }],
      [{ event: COMPLETION, data: { state: 0 } }],
    ],
    [
      'an object',
      { objects: ['forum_posts:31'] },
      [{ object: 'forum_posts:31' }],
      [{ object: 'forum_posts:3' }, { object: null }, { object: null, activity: 'forum_posts:31' }],
    ],
    [
      'an activity',
      { objects: ['activity:quiz:123'] },
      [{ activity: 'quiz:123' }],
      // Moodle has an object of that name too, with another number: the instance in the table `quiz`.
      [{ activity: 'quiz:12' }, { activity: null }, { activity: null, object: 'quiz:123' }],
    ],
    [
      'a course by its number',
      { courses: ['course:7'] },
      [{ course: '7' }],
      [{ course: '70' }, { course: null }, { course: '8', courseIdnumber: '7' }],
    ],
    [
      'a course by its ID number',
      { courses: ['PHYS101'] },
      [{ courseIdnumber: 'PHYS101' }],
      [{ courseIdnumber: 'PHYS10' }, { courseIdnumber: null }],
    ],
    ['an origin', { origins: ['restore'] }, [{ origin: 'restore' }], [{ origin: 'web' }, { origin: null }]],
    [
      'members of a cohort',
      { cohorts: ['first'] },
      [screened('cohort:first'), screened('cohort:staff cohort:first role:student')],
      [screened('cohort:first years'), screened('cohort:the first'), screened('role:first'), { data: {} }],
    ],
    [
      'members of a cohort whose name holds spaces',
      { cohorts: ['first years'] },
      [screened('role:student cohort:first years pattern:d12a5b3a'), screened('cohort:first years')],
      [screened('cohort:first'), screened('cohort:first cohort:years')],
    ],
    [
      'holders of a role',
      { roles: ['teacher'] },
      [screened('cohort:a role:teacher')],
      [screened('role:editingteacher'), screened('cohort:teacher'), { data: {} }],
    ],
    [
      'an address',
      { addresses: ['192.0.2.0/24'] },
      [screened('address:192.0.2.0/24')],
      [screened('address:192.0.2.0/2'), screened('address:10.192.0.2.0/24'), { data: { ip_hash: '192.0.2.0/24' } }],
    ],
    [
      'a pattern in a text',
      { patterns: ['*lorem ipsum*'] },
      [screened('pattern:d12a5b3a'), screened('pattern:00000000 pattern:d12a5b3a')],
      [screened('pattern:d12a5b3b'), screened('pattern:0'), screened('pattern:*lorem ipsum*'), { data: {} }],
    ],
    [
      'too few words',
      { minimumWords: 10 },
      [{ data: { words: 9 } }, { data: { words: 0, files: 0 } }],
      [{ data: { words: 10 } }, { data: { words: 0, files: 1 } }, { data: { files: 0 } }, { data: {} }],
    ],
    [
      'too little time',
      { minimumSeconds: 60 },
      [{ data: { duration_seconds: 59.5 } }, { data: { duration_seconds: 0 } }],
      [{ data: { duration_seconds: 60 } }, { data: { seconds_since_last: 1 } }, { data: {} }],
    ],
  ]

describe('the blacklist', () => {
  for (const [title, given, fitting, others] of CASES) {
    it(`finds ${title}`, () => {
      for (const event of fitting) expect(fits(given, learningEvent(event)), JSON.stringify(event)).to.equal(true)
    })
    it(`finds ${title}, and nothing else`, () => {
      for (const event of others) expect(fits(given, learningEvent(event)), JSON.stringify(event)).to.equal(false)
    })
  }

  it('finds a learner by their id or by their subject', () => {
    const event = learningEvent()
    const other = '123456789012345678901234'
    expect(fits({ users: ['41', '42'] }, event)).to.equal(true)
    expect(fits({ subjects: [WHOSE.subject] }, event)).to.equal(true)
    // Both lists say who is meant: one of them is enough.
    expect(fits({ users: ['42'], subjects: [other] }, event)).to.equal(true)
    expect(fits({ users: ['4'], subjects: [other] }, event)).to.equal(false)
    expect(fits({ users: [WHOSE.subject] }, event)).to.equal(false)
    expect(fits({ subjects: ['42'] }, event)).to.equal(false)
  })

  it('asks for all criteria of an entry, and for one of each list', () => {
    const given = { courses: ['course:7', 'course:8'], origins: ['ws', 'cli'] }
    expect(fits(given, learningEvent({ course: '8', origin: 'cli' }))).to.equal(true)
    expect(fits(given, learningEvent({ course: '8', origin: 'web' }))).to.equal(false)
    expect(fits(given, learningEvent({ course: '9', origin: 'cli' }))).to.equal(false)
  })

  it('goes by the first entry that fits', () => {
    const [web, seven, eight] = [
      entry({ id: 'web', origins: ['web'] }),
      entry({ id: 'seven', courses: ['course:7'], outcome: 'hold' }),
      entry({ id: 'eight', courses: ['course:8'] }),
    ]
    const found = (entries: BlacklistEntry[], event: Event) => blacklisted(learningEvent(event), entries, WHOSE)?.id
    expect(found([web, seven, eight], { course: '7', origin: 'web' })).to.equal('web')
    expect(found([seven, web, eight], { course: '7', origin: 'web' })).to.equal('seven')
    expect(found([web, seven, eight], { course: '8', origin: 'ws' })).to.equal('eight')
    expect(found([web, seven, eight], { course: '9', origin: 'ws' })).to.equal(undefined)
    expect(found([], {})).to.equal(undefined)
  })

  it('understands whatever it asks for, as the sender says it back', () => {
    const name = fc.stringMatching(/^[a-z0-9*.]{1,8}( [a-z0-9]{1,4}){0,2}$/)
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(names, names, names, fc.nat(), (cohorts, roles, patterns, pick) => {
        const entries = [entry({ cohorts }), entry({ roles }), entry({ patterns })]
        const asked = screenOf(entries)
        const all = [
          ...asked.cohorts.map((one) => [`cohort:${one}`, 0] as const),
          ...asked.roles.map((one) => [`role:${one}`, 1] as const),
          ...asked.patterns.map((one) => [`pattern:${patternKey(one)}`, 2] as const),
        ]
        const said = [all[pick % all.length]!, all[(pick * 7 + 3) % all.length]!]
        const event = learningEvent({ data: { screen: said.map(([one]) => one).join(' ') } })
        for (const [index, one] of entries.entries()) {
          const expected = said.some(([, kind]) => kind === index)
          expect(blacklisted(event, [one], WHOSE) !== null).to.equal(expected)
        }
      }),
    )
  })
})

describe('what the sender is to look for', () => {
  it('is in the order of nothing but itself, each once', () => {
    const one = entry({ patterns: ['*b*', '*a*'], cohorts: ['x'], addresses: ['192.0.2.0/24'] })
    const two = entry({ patterns: ['*a*'], roles: ['teacher'], cohorts: ['w'] })
    const expected = {
      patterns: ['*a*', '*b*'],
      cohorts: ['w', 'x'],
      roles: ['teacher'],
      addressRanges: ['192.0.2.0/24'],
    }
    expect(screenOf([one, two])).to.deep.equal(expected)
    expect(screenOf([two, one])).to.deep.equal(expected)
    expect(screenOf([NOTHING])).to.deep.equal({ patterns: [], cohorts: [], roles: [], addressRanges: [] })
  })
})

describe('the words of a text', () => {
  it('are counted only where all of it was counted', () => {
    const words = (data: LearningEvent['data']) => wordsIn(learningEvent({ data }))
    expect(words({ words: 3 })).to.equal(3)
    expect(words({ words: 3, files: 0 })).to.equal(3)
    // Handed in by another plugin: a recording, a portfolio.
    expect(words({ files: 0 })).to.equal(null)
    expect(words({ words: 3, files: 2 })).to.equal(null)
    expect(words({ words: 'three' })).to.equal(null)
    expect(words({})).to.equal(null)
  })
})
