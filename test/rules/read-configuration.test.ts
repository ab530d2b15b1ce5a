import { expect } from 'chai'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { problemsIn } from './reading.js'

const PACK = String.raw`- id: Quiz
  event: quiz.gradd
  conditions:
    score: ">=abc"
    words: "80..20"
    scor: 1
  points: ten
  frequency: 0
  cooldown: 7 days
  poitns: 3
- id: essay
  event: core\event\quiz_attempt_submited
  points: { by: score, bands: { ">=80": 10, ">=90": 15 } }
  caps: [{ points: 5, grants: 1, per: day }]
  window: { hours: "09:00-09:00" }
  requires: { rules: [esay], tier: gold }
  expires: term
  active: yes
`

const REWARDS = `tiers: [{ id: silver, title: Silver, points: 200 },
  { id: silver, title: Silver, points: 300 }]
rewards: [{ id: a, title: A, tier: silvr, cost: 5, active: false }]
`

describe('readConfiguration', () => {
  it('reports every mistake of every file at once, in the order in which they stand', () => {
    const files = new Map([
      ['rules/a.yaml', PACK],
      ['rewards.yaml', REWARDS],
      ['rocket.yaml', 'timezon: UTC\ncurrency: gbp'],
    ])
    expect(readConfiguration(files).configuration).to.equal(null)
    expect(problemsIn(files).map((line) => line.replace(/ Allowed: .*/, ''))).to.deep.equal([
      'rewards.yaml:2:5 there is a tier `silver` already, in line 1; rename one',
      'rewards.yaml:3:36 there is no tier `silvr` in rewards.yaml; did you mean `silver`?',
      'rocket.yaml:1:1 rocket.yaml has no key `timezon`; did you mean `timezone`?',
      'rocket.yaml:2:11 `gbp` is not an ISO 4217 currency code such as GBP or EUR; did you mean `GBP`?',
      'rules/a.yaml:1:7 `id` must be an id of up to 64 lower-case letters, digits, `_` and `-`, beginning with a letter ' +
        'or digit, not `Quiz`',
      'rules/a.yaml:2:10 there is no event `quiz.gradd`; did you mean `quiz.graded`?',
      'rules/a.yaml:4:12 after >= comes a number, not `abc`',
      'rules/a.yaml:5:12 the range `80..20` runs backwards; write "20..80"',
      'rules/a.yaml:6:5 warning: nobody sends `scor`; did you mean `score`?',
      'rules/a.yaml:7:11 `points` must be a whole number from 1 to 1,000,000, not `ten`',
      'rules/a.yaml:8:14 `frequency` must be a whole number from 1 to 1,000,000, not `0`',
      'rules/a.yaml:9:13 `cooldown` must be a length of time such as 30s, 15m, 12h, 7d or 4w, not `7 days`',
      'rules/a.yaml:10:3 a rule has no key `poitns`; did you mean `points`?',
      'rules/a.yaml:12:10 warning: Rocket does not know the event `\\core\\event\\quiz_attempt_submited`; it listens all ' +
        'the same; did you mean `\\mod_quiz\\event\\attempt_submitted`?',
      'rules/a.yaml:13:45 warning: the band `>=90` is never reached: `>=80` above it takes all of it',
      'rules/a.yaml:14:10 a cap limits either points or grants: give exactly one of the two, such as {points: 50, per: ' +
        'day}',
      'rules/a.yaml:15:20 these hours end when they begin; for the whole day leave `hours` out',
      'rules/a.yaml:16:23 there is no rule `esay` in any pack; did you mean `essay`?',
      'rules/a.yaml:16:36 there is no tier `gold` in rewards.yaml.',
      'rules/a.yaml:17:12 `term` needs the institution’s terms: add `terms` to rocket.yaml, or choose another period',
      'rules/a.yaml:18:11 `active` must be true or false, not `yes`',
    ])
  })

  it('takes a configuration that has only warnings', () => {
    const files = new Map([['rules/a.yaml', '- { id: a, event: \\local_x\\event\\done, points: 1 }']])
    const { configuration, problems } = readConfiguration(files)
    expect(problems.map(({ severity }) => severity)).to.deep.equal(['warning'])
    expect(configuration?.rules).to.have.length(1)
  })

  it('offers nothing without a rewards.yaml', () => {
    const { configuration } = readConfiguration(new Map([['rocket.yaml', 'currency: EUR']]))
    const nothing = { tiers: [], budgets: [], partners: [], rewards: [], fundedOnly: false }
    expect(configuration?.catalogue).to.deep.equal({ currency: 'EUR', ...nothing })
  })

  it('refuses a file that nobody would read, and blames no rule that refers to one in it', () => {
    const files = new Map([
      ['quiz.yaml', '- { id: quiz, event: quiz.gradd, points: 1 }'],
      ['rocket.yml', 'timezone: UTC'],
      ['rewards.yml', 'tiers: []'],
      ['rules/a.yaml', '- { id: a, event: login, points: 1, requires: { rules: [quiz] } }'],
    ])
    expect(readConfiguration(files).configuration).to.equal(null)
    expect(problemsIn(files)).to.deep.equal([
      'quiz.yaml:1:1 rule packs belong in rules/: move it there',
      'rewards.yml:1:1 rewards are read from rewards.yaml only: rename it',
      'rocket.yml:1:1 the settings are read from rocket.yaml only: rename it',
    ])
  })

  it('does not depend on the order in which the files are given', () => {
    const files: [string, string][] = [
      ['rules/b.yaml', '- { id: x, event: login, points: 1 }'],
      ['rules/a.yaml', '- { id: x, event: login, points: 2 }'],
      ['rocket.yaml', 'week_starts: monday'],
    ]
    expect(readConfiguration(new Map(files))).to.deep.equal(readConfiguration(new Map(files.toReversed())))
  })
})
