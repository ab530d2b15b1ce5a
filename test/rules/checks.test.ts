import { expect } from 'chai'
import { CHECK_IDS, CHECKS, type CheckId, type CheckPolicy } from '../../sidecar/domain/check.js'
import { expectOne, problemsIn, settingsOf } from './reading.js'

const problems = (text: string) => problemsIn(new Map([['rocket.yaml', text]]))

const policies = (given: Partial<Record<CheckId, CheckPolicy>> = {}) => ({
  ...Object.fromEntries(CHECK_IDS.map((id) => [id, { state: CHECKS[id].state, at: CHECKS[id].at }])),
  ...given,
})

describe('checks', () => {
  const checks = (text: string) => settingsOf(text).checks

  it('are what they are by themselves: floors on, all else in shadow', () => {
    expect(checks('')).to.deep.equal(policies())
    for (const id of CHECK_IDS) {
      expect(checks('')[id].state, id).to.equal(CHECKS[id].kind === 'floor' ? 'on' : 'shadow')
      expect(CHECKS[id].at, id).to.be.within(CHECKS[id].least, CHECKS[id].most)
    }
  })

  it('are what the file says, each by a state alone, a threshold alone, or both', () => {
    const text = `
checks:
  few_words: off
  same_text: on
  burst: { state: on, at: 40 }
  quick_posts: { at: 6 }
  near_copy: { state: "off" }
`
    expect(checks(text)).to.deep.equal(
      policies({
        few_words: { state: 'off', at: 5 },
        same_text: { state: 'on', at: 1 },
        burst: { state: 'on', at: 40 },
        quick_posts: { state: 'shadow', at: 6 },
        near_copy: { state: 'off', at: 80 },
      }),
    )
  })

  it('take every threshold from the least to the most of their own', () => {
    for (const id of CHECK_IDS) {
      const { least, most } = CHECKS[id]
      for (const at of [least, most]) expect(checks(`checks: { ${id}: { at: ${at} } }`)[id].at).to.equal(at)
      for (const at of [least - 1, most + 1]) {
        const bounds = `a whole number from ${least} to ${most.toLocaleString('en-GB')}, not \`${at}\``
        expectOne(problems(`checks: { ${id}: { at: ${at} } }`), `rocket.yaml:1:${19 + id.length}`, bounds)
      }
    }
  })

  const cases: readonly [text: string, place: string, ...words: string[]][] = [
    ['checks: on', '1:9', 'checks must be a map', 'not `on`'],
    ['checks: {}', '1:9', 'checks is empty'],
    ['checks: { bursts: on }', '1:11', 'no key `bursts`', 'did you mean `burst`?', 'Allowed: few_words, rapid_answers'],
    ['checks: { burst: onn }', '1:18', '`burst` cannot be `onn`; did you mean `on`?', 'Allowed: on, shadow, off'],
    ['checks: { burst: true }', '1:18', '`burst` cannot be `true`', 'Allowed: on, shadow, off'],
    ['checks: { burst: 40 }', '1:18', '`burst` cannot be `40`'],
    ['checks: { burst: [on] }', '1:18', 'the check `burst` must be a map', 'a list'],
    ['checks: { burst: { state: hold } }', '1:27', '`state` cannot be `hold`', 'Allowed: on, shadow, off'],
    ['checks: { burst: { threshold: 40 } }', '1:20', 'the check `burst` has no key `threshold`', 'Allowed: state, at'],
    ['checks: { near_copy: { at: 80.5 } }', '1:28', 'a whole number from 10 to 100'],
    ['checks: { near_copy: { at: "80" } }', '1:28', 'write it without quotes'],
  ]
  for (const [text, place, ...words] of cases) {
    it(`says what is wrong with ${text}`, () => expectOne(problems(text), `rocket.yaml:${place}`, ...words))
  }
})

describe('review', () => {
  it('releases a hold after two weeks, or what the file says', () => {
    expect(settingsOf('').review).to.deep.equal({ releaseAfter: 14 * 86_400_000 })
    expect(settingsOf('review: { release_after: 3d }').review).to.deep.equal({ releaseAfter: 3 * 86_400_000 })
    expect(settingsOf('review: { release_after: 12h }').review).to.deep.equal({ releaseAfter: 12 * 3_600_000 })
  })

  const cases: readonly [text: string, place: string, ...words: string[]][] = [
    ['review: 14d', '1:9', 'review must be a map'],
    ['review: { release: 14d }', '1:11', 'no key `release`', 'Allowed: release_after'],
    ['review: { release_after: 14 }', '1:26', 'a length of time such as', 'not `14`'],
    ['review: { release_after: never }', '1:26', 'not `never`'],
    ['review: { release_after: 0d }', '1:26', 'not `0d`'],
  ]
  for (const [text, place, ...words] of cases) {
    it(`says what is wrong with ${text}`, () => expectOne(problems(text), `rocket.yaml:${place}`, ...words))
  }
})

describe('second_opinion', () => {
  const opinion = (text: string) => settingsOf(`second_opinion: ${text}`).secondOpinion

  it('is asked of nobody unless the file says of whom', () => {
    expect(settingsOf('').secondOpinion).to.equal(null)
  })

  it('is asked of a model of the institution’s own, with a key or without', () => {
    expect(opinion('{ url: "http://127.0.0.1:11434/v1/", model: llama3.1 }')).to.deep.equal({
      url: 'http://127.0.0.1:11434/v1',
      model: 'llama3.1',
      keyEnv: null,
    })
    expect(opinion('{ url: https://ai.example.ac.uk/v1, model: "qwen2.5:7b", key_env: OPINION_KEY }')).to.deep.equal({
      url: 'https://ai.example.ac.uk/v1',
      model: 'qwen2.5:7b',
      keyEnv: 'OPINION_KEY',
    })
  })

  const MODEL = 'model: m'
  const cases: readonly [text: string, place: string, ...words: string[]][] = [
    ['http://127.0.0.1:11434/v1', '1:17', 'second_opinion must be a map'],
    [`{ ${MODEL} }`, '1:17', '`url` is missing'],
    ['{ url: "http://127.0.0.1:11434/v1" }', '1:17', '`model` is missing'],
    [`{ url: localhost, ${MODEL} }`, '1:24', 'an address such as http://127.0.0.1:11434/v1', 'not `localhost`'],
    [`{ url: "ftp://a/v1", ${MODEL} }`, '1:24', 'an address such as'],
    [`{ url: "https://k:s@a/v1", ${MODEL} }`, '1:24', 'must not hold a name or a password', 'key_env'],
    [`{ url: "https://a/v1?key=s", ${MODEL} }`, '1:24', 'nothing with ? or #'],
    [
      `{ url: "https://a/v1", ${MODEL}, key_env: sk-123 }`,
      '1:59',
      'the name of an environment variable',
      'never stands in a file',
    ],
    [`{ url: "https://a/v1", ${MODEL}, key: sk }`, '1:50', 'no key `key`', 'Allowed: url, model, key_env'],
  ]
  for (const [text, place, ...words] of cases) {
    it(`says what is wrong with ${text}`, () =>
      expectOne(problems(`second_opinion: ${text}`), `rocket.yaml:${place}`, ...words))
  }
})
