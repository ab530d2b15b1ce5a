import { expect } from 'chai'
import type { BlacklistEntry } from '../../sidecar/domain/configuration.js'
import { expectOne, files, problemsIn, rulePack, settingsOf } from './reading.js'

const NOTHING = {
  ...{ users: [], subjects: [], cohorts: [], roles: [], addresses: [], patterns: [] },
  ...{ events: [], objects: [], courses: [], origins: [], minimumWords: null, minimumSeconds: null },
  outcome: 'not_qualifying',
  because: null,
}

const read = (text: string): readonly BlacklistEntry[] => settingsOf(text).blacklist
const problems = (text: string) => problemsIn(new Map([['rocket.yaml', text]]))

describe('blacklist', () => {
  it('holds what a restored course brings along where the file says nothing, and nothing where it is empty', () => {
    expect(read('source: a')).to.deep.equal([{ ...NOTHING, id: 'restored', origins: ['restore'] }])
    expect(read('blacklist: []')).to.deep.equal([])
  })

  it('is what is written, in its order, in place of that; `because` without the full stop of the sentence that it ends', () => {
    const text = `
blacklist:
  - id: staff
    cohorts: [first years, 007]
    roles: [editingteacher]
    because: Staff earn nothing...
  - id: lab
    address_ranges: [192.0.2.0/24, 198.51.100.7, "2001:db8::/32", "::1"]
    outcome: hold
  - id: filler
    events: [forum.post, custom.essay]
    patterns: ["*lorem ipsum*", "ok"]
    minimum_words: 20
    because: { en: Filler text earns nothing., de: Fülltext bringt nichts. }
  - id: practice
    objects: [activity:quiz:123, forum_posts:31]
    courses: [course:7, PHYS101]
    origins: [ws, cli]
    minimum_seconds: 30
    outcome: hold
  - { id: person, subjects: [8bbe33c8d5a36908349625f7] }
custom_events: [custom.essay]
`
    expect(read(text)).to.deep.equal([
      {
        ...NOTHING,
        id: 'staff',
        cohorts: ['first years', '007'],
        roles: ['editingteacher'],
        because: 'Staff earn nothing',
      },
      {
        ...NOTHING,
        id: 'lab',
        addresses: ['192.0.2.0/24', '198.51.100.7', '2001:db8::/32', '::1'],
        outcome: 'hold',
      },
      {
        ...NOTHING,
        id: 'filler',
        events: [
          {
            classes: ['\\mod_forum\\event\\post_created', '\\mod_forum\\event\\discussion_created'],
            alias: 'forum.post',
          },
          { classes: ['custom.essay'], alias: null },
        ],
        patterns: ['*lorem ipsum*', 'ok'],
        minimumWords: 20,
        because: { en: 'Filler text earns nothing', de: 'Fülltext bringt nichts' },
      },
      {
        ...NOTHING,
        id: 'practice',
        objects: ['activity:quiz:123', 'forum_posts:31'],
        courses: ['course:7', 'PHYS101'],
        origins: ['ws', 'cli'],
        minimumSeconds: 30,
        outcome: 'hold',
      },
      { ...NOTHING, id: 'person', subjects: ['8bbe33c8d5a36908349625f7'] },
    ])
  })

  const cases: readonly [text: string, place: string, ...words: string[]][] = [
    ['{ id: a, origins: [web] }', '1:12', '`blacklist` must be a list, not a map'],
    ['[restore]', '1:13', 'a blacklist entry must be a map', 'not `restore`'],
    ['[{ origins: [web] }]', '1:13', '`id` is missing'],
    ['[{ id: Staff, origins: [web] }]', '1:19', '`id` must be an id', 'lower-case'],
    ['[{ id: a, origins: [web] }, { id: a, origins: [ws] }]', '1:42', 'a blacklist entry `a` already', 'in line 1'],
    [
      '[{ id: a }]',
      '1:13',
      'would fit everything that anybody does',
      'one of users, subjects, cohorts',
      'minimum_seconds',
    ],
    ['[{ id: a, outcome: hold, because: x }]', '1:13', 'would fit everything'],
    [
      '[{ id: a, cohort: [x], origins: [web] }]',
      '1:22',
      'no key `cohort`',
      'did you mean `cohorts`?',
      'Allowed: id, users',
    ],
    [
      '[{ id: a, origins: [web], outcome: not-qualifying }]',
      '1:47',
      'did you mean `not_qualifying`?',
      'Allowed: not_qualifying, hold',
    ],
    ['[{ id: a, origins: [] }]', '1:31', '`origins` is an empty list'],
    ['[{ id: a, origins: restore }]', '1:31', '`origins` must be a list', 'put it in [ ]'],
    [
      '[{ id: a, origins: [restroe] }]',
      '1:32',
      'warning: Moodle sends no origin `restroe`; did you mean `restore`?',
      'It sends web, ws, cli, restore, sweep, backfill, facts',
    ],
    [
      '[{ id: a, users: [42] }]',
      '1:30',
      'warning: the ledger keeps this file for ever, and the id `42` in it',
      'learner show 42',
    ],
    ['[{ id: a, subjects: [42] }]', '1:33', '24 hex digits, not `42`', 'learner show'],
    ['[{ id: a, cohorts: [true] }]', '1:32', 'must be a name, not `true`'],
    ['[{ id: a, roles: [editing teacher] }]', '1:30', 'the short name of a role such as editingteacher'],
    [
      '[{ id: a, address_ranges: [192.0.2.256] }]',
      '1:39',
      'an address or a range of them such as 192.0.2.0/24',
      'not `192.0.2.256`',
    ],
    ['[{ id: a, address_ranges: [192.0.2.0/33] }]', '1:39', '192.0.2.0/33'],
    ['[{ id: a, address_ranges: ["2001:db8::/129"] }]', '1:39', '2001:db8::/129'],
    ['[{ id: a, address_ranges: ["2001:db8:::"] }]', '1:39', '2001:db8:::'],
    ['[{ id: a, address_ranges: [campus] }]', '1:39', 'campus'],
    ['[{ id: a, events: [forum.pst] }]', '1:31', 'there is no event `forum.pst`; did you mean `forum.post`?'],
    ['[{ id: a, events: [custom.essay] }]', '1:31', '`custom.essay` is not declared'],
    ['[{ id: a, events: [\\local_x\\event\\y_made] }]', '1:31', 'warning: Rocket does not know the event'],
    [
      '[{ id: a, objects: [quiz] }]',
      '1:32',
      'an activity such as activity:quiz:123 or an object such as forum_posts:31',
    ],
    ['[{ id: a, objects: [activity:123] }]', '1:32', '`activity:123`', 'such as activity:quiz:123'],
    ['[{ id: a, courses: [course:a b] }]', '1:32', 'such as course:7, or its ID number'],
    ['[{ id: a, minimum_words: 0 }]', '1:37', 'a whole number from 1 to 10,000, not `0`'],
    ['[{ id: a, minimum_words: ten }]', '1:37', 'a whole number', 'not `ten`'],
    ['[{ id: a, minimum_seconds: 30s }]', '1:39', 'a whole number from 1 to 86,400, not `30s`'],
    ['[{ id: a, minimum_seconds: 0.5 }]', '1:39', 'a whole number'],
    ['[{ id: a, origins: [web], because: 5 }]', '1:47', '`because` must be text', 'in quotes'],
  ]
  for (const [text, place, ...words] of cases) {
    it(`says what is wrong with ${text}`, () =>
      expectOne(problems(`blacklist: ${text}\n`), `rocket.yaml:${place}`, ...words))
  }

  it('takes `activity:` for the beginning of an activity, never for a table', () => {
    expect(read('blacklist: [{ id: a, objects: [activity:quiz:1] }]')[0]?.objects).to.deep.equal(['activity:quiz:1'])
  })

  it('blames nobody for an event where custom_events cannot be read', () => {
    const text = 'custom_events: custom.a\nblacklist: [{ id: a, events: [custom.b] }]\n'
    expectOne(problems(text), 'rocket.yaml:1:16', '`custom_events` must be a list')
  })

  it('is checked with the rules: a mistake in it keeps them all from being live', () => {
    expectOne(problemsIn(files(rulePack(), 'blacklist: [{ id: a }]\n')), 'rocket.yaml:1:13', 'would fit everything')
  })
})
