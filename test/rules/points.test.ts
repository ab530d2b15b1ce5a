import { expect } from 'chai'
import { expectOne, files, problemsIn, ruleOf } from './reading.js'

const points = (written: string) => ruleOf(`- { id: r, event: forum.post, points: ${written} }`).points
const problems = (written: string) => problemsIn(files(`- { id: r, event: forum.post, points: ${written} }`))

describe('points', () => {
  it('are a whole number', () => {
    expect(points('10')).to.deep.equal({ kind: 'fixed', points: 10 })
    expect(points('1000000')).to.deep.equal({ kind: 'fixed', points: 1_000_000 })
    for (const wrong of ['0', '-5', '1.5', '1000001', '.nan', '.inf', '99999999999999999999', 'ten', 'true', '']) {
      expectOne(
        problems(wrong),
        wrong ? 'rules/a.yaml:1:39' : 'rules/a.yaml:1:31',
        'a whole number from 1 to 1,000,000',
      )
    }
    expectOne(problems('"10"'), 'rules/a.yaml:1:39', 'write it without quotes')
    expectOne(problems('[10]'), 'rules/a.yaml:1:39', 'a whole number, bands', 'a list')
  })

  it('are bands, in the order written', () => {
    expect(points('{ by: score, bands: { ">=90": 15, ">=80": 10, 79: 1 } }')).to.deep.equal({
      kind: 'bands',
      by: 'score',
      bands: [
        { test: { op: '>=', value: 90 }, written: '>=90', points: 15 },
        { test: { op: '>=', value: 80 }, written: '>=80', points: 10 },
        { test: { op: '=', value: 79 }, written: '79', points: 1 },
      ],
    })
    expectOne(problems('{ by: score }'), 'rules/a.yaml:1:39', '`bands` is missing')
    expectOne(problems('{ bands: { ">1": 1 } }'), 'rules/a.yaml:1:39', '`by` is missing')
    expectOne(problems('{ by: score, bands: {} }'), 'rules/a.yaml:1:59', '`bands` is empty')
    expectOne(problems('{ by: score, bands: [1] }'), 'rules/a.yaml:1:59', '`bands` must be a map')
    expectOne(problems('{ by: score, bands: { ">=x": 1 } }'), 'rules/a.yaml:1:61', 'after >= comes a number')
    expectOne(problems('{ by: score, bands: { ">=9": 0 } }'), 'rules/a.yaml:1:68', 'a whole number from 1')
    expectOne(problems('{ by: scor, bands: { ">=9": 1 } }'), 'rules/a.yaml:1:45', 'warning', 'did you mean `score`?')
    expectOne(problems('{ by: score, band: 1, bands: { ">9": 1 } }'), 'rules/a.yaml:1:52', 'did you mean `bands`?')
    expectOne(problems('{}'), 'rules/a.yaml:1:39', 'is empty')
  })

  it('warn of a band that an earlier one covers', () => {
    const bands = (written: string) => problems(`{ by: score, bands: { ${written} } }`)
    expectOne(bands('">=80": 1, ">=90": 2'), 'rules/a.yaml:1:72', 'warning', '`>=90` is never reached')
    expectOne(bands('">80": 1, "81..90": 2'), 'rules/a.yaml:1:71', 'warning', '`>80` above it takes all of it')
    expectOne(bands('"<50": 1, "0..49": 2'), 'rules/a.yaml:1:71', '`<50` above it takes all of it')
    expectOne(bands('">=80": 1, 80: 2'), 'rules/a.yaml:1:72', '`80` is never reached')
    for (const reached of ['">80": 1, ">=80": 2', '"80..90": 1, "85..95": 2', '"<50": 1, "<=50": 2', 'a: 1, ">3": 2']) {
      expect(bands(reached)).to.deep.equal([])
    }
  })

  it('are a rate, with or without a most', () => {
    expect(points('{ per: 100, of: words, points: 1, max: 5 }')).to.deep.equal({
      kind: 'rate',
      per: 100,
      of: 'words',
      points: 1,
      max: 5,
    })
    expect(points('{ per: 100, of: words, points: 1 }')).to.deep.include({ max: null })
    expectOne(problems('{ per: 0, of: words, points: 1 }'), 'rules/a.yaml:1:46', '`per` must be a whole number from 1')
    expectOne(problems('{ per: 1, points: 1 }'), 'rules/a.yaml:1:39', '`of` is missing')
    expectOne(problems('{ of: words, points: 1 }'), 'rules/a.yaml:1:39', '`per` is missing')
    expectOne(problems('{ per: 1, of: words }'), 'rules/a.yaml:1:39', '`points` is missing')
    expectOne(problems('{ per: 1, of: word, points: 1 }'), 'rules/a.yaml:1:53', 'warning', 'did you mean `words`?')
    expectOne(problems('{ per: 1, of: words, points: 1, max: 0 }'), 'rules/a.yaml:1:76', '`max` must be a whole number')
    expectOne(problems('{ per: 1, of: words, points: 1, mx: 2 }'), 'rules/a.yaml:1:71', 'did you mean `max`?')
  })
})
