import { expect } from 'chai'
import { expectOne, files, problemsIn, refuses, ruleOf, rulePack } from './reading.js'

const DAY = 86_400_000

describe('frequency, cooldown and per', () => {
  const frequency = (...lines: string[]) => ruleOf(rulePack(...lines)).frequency

  it('are grants in every window of a length', () => {
    expect(frequency('frequency: 3', 'cooldown: 12h')).to.deep.equal({
      count: 3,
      milliseconds: DAY / 2,
      per: 'learner',
    })
  })
  it('mean one grant where only the cooldown is given', () => {
    expect(frequency('cooldown: 30s')).to.deep.equal({ count: 1, milliseconds: 30_000, per: 'learner' })
  })
  it('mean ever where there is no cooldown', () => {
    expect(frequency('frequency: 2', 'per: object')).to.deep.equal({ count: 2, milliseconds: null, per: 'object' })
  })
  it('mean no limit where neither is given', () => expect(frequency()).to.equal(null))

  refuses([
    ['frequency: 0', '4:14', '`frequency` must be a whole number from 1'],
    ['frequency: 1.5', '4:14', 'a whole number'],
    ['frequency: often', '4:14', '`often`'],
    ['cooldown: 7', '4:13', 'such as 30s, 15m, 12h, 7d or 4w', '`7`'],
    ['cooldown: 0d', '4:13', 'a length of time'],
    ['cooldown: 7 days', '4:13', '`7 days`'],
    ['per: course', '4:3', 'neither'],
    [['cooldown: 7d', 'per: lerner'], '5:8', 'did you mean `learner`?', 'Allowed: learner, course, activity, object'],
  ])
})

describe('caps', () => {
  const caps = (written: string) => ruleOf(rulePack(`caps: ${written}`)).caps

  it('limit points or grants in a civil period or a length', () => {
    expect(caps('[{ points: 50, per: day }, { grants: 3, per: 48h }]')).to.deep.equal([
      { unit: 'points', limit: 50, per: 'day', written: 'day' },
      { unit: 'grants', limit: 3, per: 2 * DAY, written: '48h' },
    ])
    for (const per of ['week', 'month', 'term', 'ever']) {
      expect(caps(`[{ points: 5, per: ${per} }]`)).to.deep.equal([{ unit: 'points', limit: 5, per, written: per }])
    }
  })

  it('by term need terms', () => {
    const pack = rulePack('caps: [{ points: 5, per: term }]')
    for (const settings of ['', 'terms: []']) {
      expectOne(problemsIn(files(pack, settings)), 'rules/a.yaml:4:28', 'add `terms` to rocket.yaml')
    }
    const broken = problemsIn(files(pack, 'terms: soon'))
    expectOne(broken, 'rocket.yaml:1:8', '`terms` must be a list')
  })

  refuses([
    ['caps: { points: 5, per: day }', '4:9', '`caps` must be a list', 'a map'],
    ['caps: []', '4:9', 'empty list'],
    ['caps: [{}]', '4:10', 'a cap is empty'],
    ['caps: [{ points: 5 }]', '4:10', '`per` is missing'],
    ['caps: [{ per: day }]', '4:10', 'exactly one'],
    ['caps: [{ points: 5, grants: 5, per: day }]', '4:10', 'exactly one'],
    ['caps: [{ points: 0, per: day }]', '4:20', '`points` must be a whole number'],
    ['caps: [{ grants: x, per: day }]', '4:20', '`grants` must be a whole number'],
    ['caps: [{ grants: 1, per: weak }]', '4:28', 'did you mean `week`?', 'Allowed: day, week, month, term, ever, or a'],
    ['caps: [{ grants: 1, per: day, max: 1 }]', '4:33', 'a cap has no key `max`', 'Allowed: points, grants, per'],
  ])
})

describe('window', () => {
  const window = (written: string) => ruleOf(rulePack(`window: ${written}`)).window

  it('is days, hours and a first and last day', () => {
    const written = '{ from: 2026-09-01, to: 2026-12-20, days: [fri, monday, mon], hours: "09:00-17:30" }'
    expect(window(written)).to.deep.equal({
      from: '2026-09-01',
      to: '2026-12-20',
      days: [1, 5],
      hours: { start: 540, end: 1_050 },
    })
  })

  it('may have hours that cross midnight or end with the day', () => {
    expect(window('{ hours: 22:00-06:00 }')?.hours).to.deep.equal({ start: 1_320, end: 360 })
    expect(window('{ hours: 18:00-24:00 }')?.hours).to.deep.equal({ start: 1_080, end: 1_440 })
    expect(window('{ from: 2026-09-01, to: 2026-09-01 }')).to.deep.include({ days: null, hours: null })
  })

  refuses([
    ['window: {}', '4:11', 'a window is empty'],
    ['window: { until: 2026-01-01 }', '4:13', 'a window has no key `until`', 'Allowed: from, to, days, hours'],
    ['window: { from: 2026-02-29 }', '4:19', 'a day that exists', '`2026-02-29`'],
    ['window: { to: 1/2/2026 }', '4:17', 'YYYY-MM-DD'],
    ['window: { from: 2026-05-02, to: 2026-05-01 }', '4:31', 'before it begins on 2026-05-02'],
    ['window: { days: mon }', '4:19', '`days` must be a list'],
    ['window: { days: [] }', '4:19', 'empty list'],
    ['window: { days: [mon, tues] }', '4:25', 'did you mean `tue`?', 'Allowed: mon, tue'],
    ['window: { hours: 9-17 }', '4:20', 'such as "09:00-17:00"', '`9-17`'],
    ['window: { hours: "24:00-06:00" }', '4:20', 'two times of day'],
    ['window: { hours: "09:60-17:00" }', '4:20', 'two times of day'],
    ['window: { hours: "09:00-24:01" }', '4:20', 'two times of day'],
    ['window: { hours: "09:00-09:00" }', '4:20', 'end when they begin', 'leave `hours` out'],
  ])
})
