import { expect } from 'chai'
import { expectOne, files, problemsIn, rulePack, rulesOf } from './reading.js'

const problems = (text: string) => problemsIn(files(text))

describe('YAML', () => {
  it('that is broken is refused at its place, with a hint where there is one', () => {
    expectOne(problems('- id: [a'), 'rules/a.yaml:1:9', 'not YAML')
    expectOne(problems('- id: a\n\t- b'), 'rules/a.yaml:2:1', 'not YAML', 'Tabs')
    expectOne(problems('- id: @a'), 'rules/a.yaml:1:7', 'not YAML', 'quotes')
    expectOne(problems('- a\n---\n- b'), 'rules/a.yaml:2:1', 'not YAML', 'multiple documents')
  })

  it('in one file that is broken hides no mistake of another', () => {
    const found = problemsIn(files('- [', 'timezon: UTC').set('rules/b.yaml', '- 3'))
    expect(found.map((line) => line.split(' ')[0])).to.deep.equal([
      'rocket.yaml:1:1',
      'rules/a.yaml:1:4',
      'rules/b.yaml:1:3',
    ])
  })

  it('keeps its place after a byte order mark and Windows line ends', () => {
    expectOne(problems('\uFEFFhello'), 'rules/a.yaml:1:1', 'a list of rules')
    expectOne(problems(`${rulePack('active: 3')}`.replaceAll('\n', '\r\n')), 'rules/a.yaml:4:11', '`active`')
  })

  it('may share values by anchors', () => {
    const [first, second] = rulesOf(
      '- { id: a, event: login, points: 1, conditions: &late { late: false } }\n' +
        '- { id: b, event: login, points: 1, conditions: *late }',
    )
    expect(second?.conditions).to.deep.equal(first?.conditions)
    const wrong = rulePack('conditions: &c { score: ">=x" }', 'unless: *c')
    expectOne(problems(wrong), 'rules/a.yaml:4:27', 'after >= comes a number')
  })

  it('is refused where aliases multiply, or bite their own tail', () => {
    const laughs = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? '- &l0 [x, x, x, x, x, x, x, x, x, x]' : `- &l${level} [${`*l${level - 1}, `.repeat(10)}]`,
    ).join('\n')
    expect(problems(laughs).join('\n')).to.contain('repeat more than 10000 values')
    expect(problems('- &a [*a]').join('\n')).to.contain('no anchor above is called `&a`')
  })

  it('has no tags, directives or merge keys', () => {
    expectOne(problems('- id: !!str a'), 'rules/a.yaml:1:7', 'tags such as !!str are not used')
    expectOne(problems('- !rule\n  id: a'), 'rules/a.yaml:1:3', 'tags such as !rule')
    expectOne(problems('%YAML 1.1\n---\n- a'), 'rules/a.yaml:1:1', 'directives')
    const merged = problems(`- &a { id: a, event: login, points: 1 }\n- <<: *a\n  id: b`)
    expect(merged[0]).to.contain('rules/a.yaml:2:3 merge keys')
    expect(rulesOf(rulePack('description: "!important"', 'title: |', '  !x')).length).to.equal(1)
  })

  it('has plain words as keys', () => {
    expectOne(problems('- ? [a]\n  : 1'), 'rules/a.yaml:1:5', 'a key must be a plain word')
    expectOne(problems('- : 1'), 'rules/a.yaml:1:3', 'a key must be a plain word')
    expect(problems('- { __proto__: 1 }').join('\n')).to.contain('a rule has no key `__proto__`')
  })

  it('holds no characters that nobody sees', () => {
    expectOne(problems('- id: a\n  title: a\u0000b'), 'rules/a.yaml:2:11', 'no UTF-8 text file')
    expectOne(problems('- id: a\ud800'), 'rules/a.yaml:1:8', 'no UTF-8 text file')
    expectOne(problems(rulePack('title: "a\\0"')), 'rules/a.yaml:4:10', 'invisible character')
    expectOne(problems(rulePack('title: "\\ud800"')), 'rules/a.yaml:4:10', 'invisible character')
  })

  it('may be neither huge nor deep', () => {
    expectOne(problems(`# ${'x'.repeat(1_048_576)}`), 'rules/a.yaml:1:1', 'larger than 1 MiB')
    for (const opening of ['[', '{a: ', '- ', '? ']) {
      const found = problems(opening.repeat(100_000))
      expect(found).to.have.length(1)
      expect(found[0]).to.match(/^rules\/a\.yaml:1:[0-9]+ lists and maps are nested too deeply/)
    }
  })

  it('with very many keys is read in good time', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `  k${index}: 1`).join('\n')
    const started = Date.now()
    expect(problems(`${rulePack()}\n${keys}`)).to.have.length(20_000)
    expect(Date.now() - started).to.be.below(10_000)
  })
})
