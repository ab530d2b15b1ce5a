import { expect } from 'chai'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { expectOne, files, problemsIn, refuses, ruleOf, rulePack, rulesOf } from './reading.js'

const SEED = `- id: submit_quiz
  event: core\\event\\quiz_attempt_submitted      # an alias of quiz.graded
  conditions:
    score: ">=80"
  points: 10
  frequency: 1                                   # at most 1 grant to a learner…
  cooldown: 7d                                   # …in any 7 days (without a cooldown: ever)
`

describe('a rule', () => {
  it('of the seed loads as it stands', () => {
    const { version, listens, ...rest } = ruleOf(SEED)
    expect(version).to.match(/^[0-9a-f]{12}$/)
    expect(listens).to.have.length(1)
    expect(listens[0]?.alias).to.equal('quiz.graded')
    expect(listens[0]?.classes).to.include('\\mod_quiz\\event\\attempt_submitted')
    expect(rest).to.deep.equal({
      id: 'submit_quiz',
      was: [],
      conditions: { kind: 'test', field: 'score', test: { op: '>=', value: 80 }, written: '>=80' },
      unless: null,
      points: { kind: 'fixed', points: 10 },
      frequency: { count: 1, milliseconds: 7 * 86_400_000, per: 'learner' },
      oncePer: null,
      caps: [],
      window: null,
      requires: null,
      revokeOn: [],
      expires: null,
      review: null,
      active: true,
      title: null,
      description: null,
    })
  })

  it('stands in a list; an empty file is an empty pack', () => {
    expect(rulesOf('')).to.deep.equal([])
    expect(rulesOf('# nothing yet\n')).to.deep.equal([])
    expect(rulesOf('[]')).to.deep.equal([])
    expectOne(problemsIn(files('rules:\n  - id: a')), 'rules/a.yaml:1:1', 'a list of rules', 'dash')
    expectOne(problemsIn(files('hello')), 'rules/a.yaml:1:1', 'a list of rules')
    expectOne(problemsIn(files('- hello')), 'rules/a.yaml:1:3', 'a rule must be a map')
    expectOne(problemsIn(files('- {}')), 'rules/a.yaml:1:3', 'a rule is empty')
  })

  it('needs an id, an event and points', () => {
    expect(problemsIn(files('- title: Nothing else'))).to.deep.equal([
      'rules/a.yaml:1:3 `id` is missing here',
      'rules/a.yaml:1:3 `event` is missing here',
      'rules/a.yaml:1:3 `points` is missing here',
    ])
  })

  it('comes from any number of packs, in the order of their names', () => {
    const { configuration } = readConfiguration(
      new Map([
        ['rules/b.yaml', rulePack().replace('id: r', 'id: second')],
        ['rules/a.yaml', rulePack().replace('id: r', 'id: first')],
        ['rules/a.examples.yaml', 'not: [read, here'],
      ]),
    )
    expect(configuration?.rules.map(({ id }) => id)).to.deep.equal(['first', 'second'])
  })

  refuses([
    ['poitns: 3', '4:3', '`poitns`', 'did you mean `points`?', 'Allowed: id, was, event'],
    ['2: 3', '4:3', 'no key `2`'],
    ['points: 5', '4:3', '`points` stands twice', 'line 3'],
    ['active: yes', '4:11', '`active` must be true or false', '`yes`'],
    ['active:', '4:3', '`active` must be true or false', 'nothing'],
    ['review: maybe', '4:11', 'Allowed: hold, flag'],
    ['review: holt', '4:11', 'did you mean `hold`?'],
    ['once_per: learner', '4:13', 'Allowed: course, activity, object'],
    [`title: ${'x'.repeat(2_001)}`, '4:10', '`title` is longer than 2,000 characters'],
    ['title: 7', '4:10', '`title` must be text', 'quotes'],
    ['title: ""', '4:10', '`title` must be text'],
    ['title: { english: Hello }', '4:12', 'language code', 'pt_br'],
    ['title: { en: "" }', '4:16', '`en` must be text'],
    ['description: [a]', '4:16', '`description` must be text', 'a list'],
    ['expires: soon', '4:12', 'such as 90d', '`soon`'],
    ['expires: 2027-02-30', '4:12', 'such as 2027-07-31'],
  ])

  it('reads the remaining keys', () => {
    const written = ['active: false', 'review: hold', 'once_per: object', 'title: { en: Quiz, pt_br: Teste }']
    const rule = ruleOf(rulePack(...written, 'description: Pass the quiz'))
    expect(rule).to.include({ active: false, review: 'hold', oncePer: 'object', description: 'Pass the quiz' })
    expect(rule.title).to.deep.equal({ en: 'Quiz', pt_br: 'Teste' })
  })

  it('lets points expire after a time, on a day or with the term', () => {
    expect(ruleOf(rulePack('expires: 90d')).expires).to.deep.equal({ kind: 'after', milliseconds: 90 * 86_400_000 })
    expect(ruleOf(rulePack('expires: 2027-07-31')).expires).to.deep.equal({ kind: 'on', day: '2027-07-31' })
    expect(ruleOf(rulePack('expires: term')).expires).to.deep.equal({ kind: 'term' })
    expectOne(problemsIn(files(rulePack('expires: term'), '')), 'rules/a.yaml:4:12', 'add `terms` to rocket.yaml')
  })
})

describe('the id of a rule', () => {
  const ids = (...written: string[]) =>
    problemsIn(files(written.map((line) => `- { id: ${line}, event: login, points: 1 }`).join('\n')))

  it('is lower case, and a number keeps its zeros', () => {
    expect(ids('a', 'b-2_c', '007')).to.deep.equal([])
    expectOne(ids('Quiz'), 'rules/a.yaml:1:9', 'lower-case', '`Quiz`')
    expectOne(ids('_a'), 'rules/a.yaml:1:9', 'beginning with a letter or digit')
    expectOne(ids('a'.repeat(65)), 'rules/a.yaml:1:9', 'up to 64')
    expectOne(ids('[a]'), 'rules/a.yaml:1:9', '`id` must be a name, not a list')
    expectOne(ids('true'), 'rules/a.yaml:1:9', 'must be a name')
  })

  it('is unique over all packs, and the message names both places', () => {
    const packs = new Map([
      ['rules/a.yaml', '- { id: x, event: login, points: 1 }'],
      ['rules/b.yaml', '\n- { id: x, event: login, points: 1 }'],
    ])
    expectOne(problemsIn(packs), 'rules/b.yaml:2:9', '`x` is taken at rules/a.yaml:1:9')
  })

  it('is unique among former ids too', () => {
    expect(ruleOf('- { id: x, was: [y, z], event: login, points: 1 }').was).to.deep.equal(['y', 'z'])
    expectOne(ids('x, was: [y]', 'y'), 'rules/a.yaml:2:9', '`y` is taken at rules/a.yaml:1:18')
    expectOne(ids('x, was: [x]'), 'rules/a.yaml:1:18', '`x` is taken at rules/a.yaml:1:9')
    expectOne(ids('x, was: [z]', 'y, was: [z]'), 'rules/a.yaml:2:18', '`z` is taken at rules/a.yaml:1:18')
    expectOne(ids('x, was: y'), 'rules/a.yaml:1:17', '`was` must be a list')
    expectOne(ids('x, was: []'), 'rules/a.yaml:1:17', 'empty list')
    expectOne(ids('x, was: [Y]'), 'rules/a.yaml:1:18', 'an item of `was` must be an id')
  })
})

describe('the version of a rule', () => {
  const version = (pack: string) => ruleOf(pack).version

  it('depends on the order of bands, of which the first that fits pays', () => {
    const bands = (order: string) =>
      version(`- { id: x, event: quiz.graded, points: { by: score, bands: { ${order} } } }`)
    expect(bands('">=50": 5, "<90": 10')).to.not.equal(bands('"<90": 10, ">=50": 5'))
  })

  it('is the hash of what it says', () => {
    // sha256 of {"event":"login","id":"x","points":1}
    expect(version('- { id: x, event: login, points: 1 }')).to.equal('a0dd9bb86c8f')
  })

  it('does not change with layout, comments, quotes or the order of keys', () => {
    const written = version('- { id: x, event: login, points: 1 }')
    expect(version('# hello\n- points: 1   # one\n  event: "login"\n\n  id: x\n')).to.equal(written)
  })

  it('changes with every value', () => {
    const written = version('- { id: x, event: login, points: 1 }')
    for (const other of ['points: 2', 'points: 1, active: true', 'points: 1, title: X']) {
      expect(version(`- { id: x, event: login, ${other} }`)).to.not.equal(written)
    }
  })
})
