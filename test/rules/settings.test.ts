import { expect } from 'chai'
import { DEFAULT_BLACKLIST } from '../../sidecar/rules/blacklist.js'
import { DEFAULT_CHECKS } from '../../sidecar/rules/checks.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { JOB_NAMES } from '../../sidecar/rules/settings.js'
import { expectOne, problemsIn, settingsOf } from './reading.js'

const problems = (text: string) => problemsIn(new Map([['rocket.yaml', text]]))

describe('rocket.yaml', () => {
  const DEFAULTS = {
    source: 'moodle',
    timezone: 'UTC',
    timezoneNamed: false,
    weekStarts: 1,
    terms: [],
    currency: null,
    customEvents: [],
    jobs: {},
    retention: { events: 120, decisions: 90, backups: 30 },
    legalHold: [],
    auditContact: null,
    blacklist: DEFAULT_BLACKLIST,
    checks: DEFAULT_CHECKS,
    review: { releaseAfter: 1_209_600_000 },
    secondOpinion: null,
  }

  it('may be missing or empty', () => {
    expect(settingsOf('')).to.deep.equal(DEFAULTS)
    expect(settingsOf('# nothing\n')).to.deep.equal(DEFAULTS)
    expect(problemsIn(new Map())).to.deep.equal([])
  })

  it('holds learners by their id as well, and warns that the id stays', () => {
    for (const [hold, reason] of [
      ['42', 'legal hold'],
      ['{ user: "42", reason: case 2026/17 }', 'case 2026/17'],
    ]) {
      const files = new Map([['rocket.yaml', `legal_hold: [${hold}]\n`]])
      const { configuration } = readConfiguration(files)
      expect(configuration?.settings.legalHold).to.deep.equal([{ user: '42', subject: null, reason }])
      expect(problemsIn(files).join()).to.contain('warning: the ledger keeps this file for ever, and the id `42` in it')
    }
    expect(problems('legal_hold: [{ user: 42, subject: 8bbe33c8d5a36908349625f7, reason: r }]\n').join()).to.contain(
      'keep one of them',
    )
  })

  it('says everything about the institution', () => {
    const text = `
source: campus-1.moodle
timezone: Europe/London
week_starts: sunday
terms:
  - { id: spring, from: 2027-01-11, to: 2027-03-26 }
  - { id: 2026-autumn, from: 2026-09-21, to: 2027-01-10 }
currency: GBP
custom_events: [custom.lecture_visit, custom.gym.visit]
retention: { events: 26w, decisions: 30d, backups: 2w }
jobs: { verify: "30 3 * * *", retention: "0 4 * * sun" }
legal_hold:
  - { subject: 8bbe33c8d5a36908349625f7, reason: case 2026/17 }
  - { subject: 123456789012345678901234, reason: case 2026/18 }
audit_contact: audit@uni.example.org
blacklist: [{ id: imported, origins: [backfill] }]
checks: { burst: on }
review: { release_after: 1w }
second_opinion: { url: "http://127.0.0.1:11434/v1", model: m }
`
    expect(settingsOf(text)).to.deep.equal({
      source: 'campus-1.moodle',
      timezone: 'Europe/London',
      timezoneNamed: true,
      weekStarts: 7,
      terms: [
        { id: '2026-autumn', from: '2026-09-21', to: '2027-01-10' },
        { id: 'spring', from: '2027-01-11', to: '2027-03-26' },
      ],
      currency: 'GBP',
      customEvents: ['custom.lecture_visit', 'custom.gym.visit'],
      jobs: { verify: '30 3 * * *', retention: '0 4 * * sun' },
      retention: { events: 182, decisions: 30, backups: 14 },
      legalHold: [
        { user: null, subject: '8bbe33c8d5a36908349625f7', reason: 'case 2026/17' },
        { user: null, subject: '123456789012345678901234', reason: 'case 2026/18' },
      ],
      auditContact: 'audit@uni.example.org',
      blacklist: [{ ...DEFAULT_BLACKLIST[0], id: 'imported', origins: ['backfill'] }],
      checks: { ...DEFAULT_CHECKS, burst: { state: 'on', at: 60 } },
      review: { releaseAfter: 604_800_000 },
      secondOpinion: { url: 'http://127.0.0.1:11434/v1', model: 'm', keyEnv: null },
    })
  })

  const cases: readonly [text: string, place: string, ...words: string[]][] = [
    ['- a', '1:1', 'rocket.yaml must be a map', 'a list'],
    ['{}', '1:1', 'rocket.yaml is empty'],
    ['timezon: UTC', '1:1', 'no key `timezon`', 'did you mean `timezone`?', 'Allowed: source, timezone, week_starts'],
    ['source: a\nceilings: []', '2:1', 'no key `ceilings`'],
    ['source: My Moodle', '1:9', '`source` must be a name', 'lower-case'],
    ['source:', '1:1', '`source` must be a name, not nothing'],
    ['timezone: Europe/Londn', '1:11', 'did you mean `Europe/London`?'],
    ['timezone: +01:00', '1:11', 'IANA'],
    ['timezone: [UTC]', '1:11', '`timezone` must be a name, not a list'],
    ['week_starts: mo', '1:14', 'did you mean `mon`?', 'Allowed: mon, tue'],
    ['currency: gbp', '1:11', 'did you mean `GBP`?'],
    ['currency: POUND', '1:11', 'ISO 4217'],
    ['custom_events: custom.a', '1:16', '`custom_events` must be a list'],
    ['custom_events: [library]', '1:17', 'such as custom.lecture_visit'],
    ['custom_events: [custom.A]', '1:17', 'lower-case'],
    ['retention: 120d', '1:12', 'retention must be a map'],
    ['retention: { events: 120 }', '1:22', 'such as 120d', '`120`'],
    ['retention: { events: 36h }', '1:22', 'number of days'],
    ['retention: { exports: 30d }', '1:14', 'no key `exports`', 'Allowed: events, decisions, backups'],
    ['jobs: { verfy: "* * * * *" }', '1:9', 'did you mean `verify`?', `Allowed: ${JOB_NAMES.join(', ')}`],
    ['jobs: { verify: daily }', '1:17', 'not a cron expression'],
    ['jobs: { verify: "99 * * * *" }', '1:17', 'such as "30 3 * * *"'],
    ['jobs: { verify: "0-999999999 * * * *" }', '1:17', 'not a cron expression'],
    ['legal_hold: [{ reason: r }]', '1:14', 'either `user` or `subject`'],
    ['legal_hold: [[42]]', '1:14', 'a legal hold must be a map'],
    ['legal_hold: [{ subject: "42", reason: r }]', '1:25', '24 hex digits, not `42`', 'learner show'],
    ['legal_hold: [{ subject: 8BBE33C8D5A36908349625F7, reason: r }]', '1:25', '24 hex digits'],
    ['legal_hold: [{ subject: 8bbe33c8d5a36908349625f7 }]', '1:14', '`reason` is missing'],
    ['audit_contact: the auditor', '1:16', 'an e-mail address'],
    ['audit_contact: a@b', '1:16', 'such as audit@example.org'],
    ['terms: { id: a }', '1:8', '`terms` must be a list'],
    ['terms: [{ from: 2026-01-01, to: 2026-02-01 }]', '1:9', '`id` is missing'],
    ['terms: [{ id: a, from: 2026-01-01 }]', '1:9', '`to` is missing'],
    ['terms: [{ id: a, from: 2026-01-01, to: 2026-02-30 }]', '1:40', 'a day that exists'],
    ['terms: [{ id: a, from: 2026-02-01, to: 2026-01-01 }]', '1:36', 'before it begins on 2026-02-01'],
    ['terms: [{ id: a, form: 1, from: 2026-02-01, to: 2026-03-01 }]', '1:18', 'did you mean `from`?'],
  ]
  for (const [text, place, ...words] of cases) {
    it(`refuses ${text.replaceAll('\n', ' ⏎ ')}`, () => expectOne(problems(text), `rocket.yaml:${place}`, ...words))
  }

  it('refuses terms that overlap or share an id, wherever they stand', () => {
    const terms = (...written: string[]) => problems(['terms:', ...written.map((term) => `  - { ${term} }`)].join('\n'))
    const year = 'id: year, from: 2026-01-01, to: 2026-12-31'
    expectOne(terms(year, 'id: year, from: 2027-01-01, to: 2027-02-01'), 'rocket.yaml:3:5', '`year` already', 'line 2')
    const inside = terms('id: b, from: 2026-08-01, to: 2026-09-01', 'id: a, from: 2026-02-01, to: 2026-03-01', year)
    expect(inside).to.have.length(2)
    expect(inside[0]).to.contain('rocket.yaml:2:5 the term `b` overlaps `year` (2026-01-01 to 2026-12-31)')
    expect(inside[1]).to.contain('rocket.yaml:3:5 the term `a` overlaps `year`')
    expectOne(terms(year, 'id: next, from: 2026-12-31, to: 2027-02-01'), 'rocket.yaml:3:5', 'overlaps `year`')
  })

  it('holds nothing against a rule where it cannot be read itself', () => {
    const pack = '- { id: r, event: custom.a, points: 1, expires: term }'
    for (const text of ['timezone: [', '- a', 'terms: x\ncustom_events: y']) {
      const found = problemsIn(
        new Map([
          ['rocket.yaml', text],
          ['rules/a.yaml', pack],
        ]),
      )
      expect(found.filter((line) => line.startsWith('rules'))).to.deep.equal([])
      expect(found).to.not.deep.equal([])
    }
  })
})
