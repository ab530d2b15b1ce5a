import { expect } from 'chai'
import { CHECK_IDS, CHECKS } from '../../sidecar/domain/check.js'
import { Civil } from '../../sidecar/domain/civil.js'
import { type Reason, type ReasonCode, reason } from '../../sidecar/domain/reason.js'
import { FEATURE_IDS, FEATURES, WEEK_RULES } from '../../sidecar/domain/week-feature.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { blocksOf, codesIn, firstColumn, page, tableOf } from './pages.js'

describe('fair-play.md', () => {
  const text = page('fair-play.md')
  const settings = blocksOf(text).flatMap(({ info, text: yaml }) => (info === 'yaml settings' ? [yaml] : []))

  it('has every check as it is, in its order', () => {
    expect(tableOf(text, 'check | kind')).to.deep.equal(
      CHECK_IDS.map((id) => {
        const { kind, state, at, least, most, counts } = CHECKS[id]
        return [`\`${id}\``, kind, state, String(at), `${least}–${most}`, counts]
      }),
    )
  })

  it('has every number of a week, and every rule over them', () => {
    expect(tableOf(text, 'number | family')).to.deep.equal(
      FEATURE_IDS.map((id) => {
        const { family, timing, title } = FEATURES[id]
        return [`\`${id}\``, family, timing ? 'yes' : 'no', title]
      }),
    )
    expect(tableOf(text, 'rule | fires from')).to.deep.equal(
      WEEK_RULES.map(({ id, feature, at, beside }) => [
        `\`${id}\``,
        `\`${feature}\` ${at}`,
        beside.map(([other, least]) => `\`${other}\` ${least}`).join(', ') || '–',
      ]),
    )
  })

  it('shows the blacklist in examples that load, and that keep what holds without it', () => {
    const lists = settings.filter((yaml) => yaml.startsWith('blacklist:'))
    expect(lists).to.have.length.greaterThan(3)
    const used = new Set<string>()
    for (const yaml of lists) {
      const { configuration, problems } = readConfiguration(new Map([['rocket.yaml', yaml]]))
      expect(problems, yaml).to.deep.equal([])
      const [first, ...others] = configuration!.settings.blacklist
      expect([first?.id, first?.origins], yaml).to.deep.equal(['restored', ['restore']])
      for (const { id, outcome, because, ...criteria } of others) {
        for (const [key, value] of Object.entries(criteria)) {
          if (Array.isArray(value) ? value.length > 0 : value !== null) used.add(key)
        }
      }
    }
    expect([...used].sort()).to.include.members([
      'addresses',
      'cohorts',
      'patterns',
      'origins',
      'minimumWords',
      'subjects',
    ])
  })

  it('has every reason with its parameters, and a sentence as Rocket says it', () => {
    const rows = tableOf(text, 'says | parameters')
    expect(firstColumn(rows)).to.deep.equal(Object.keys(SAMPLES))
    for (const [name, parameters, sentence] of rows) {
      const code = codesIn(name)[0] as ReasonCode
      const params = SAMPLES[code] ?? {}
      expect(codesIn(parameters), code).to.deep.equal(Object.keys(params))
      expect(sentence).to.equal(reason(code, params, wording).text)
    }
  })

  it('says by itself what the reader takes for a default', () => {
    const { review } = readConfiguration(new Map([['rocket.yaml', '']])).configuration!.settings
    const days = /`review\.release_after` \((\d+) days\)/.exec(text)?.[1]
    expect(Number(days) * 86_400_000).to.equal(review.releaseAfter)
  })

  it('names the three kinds of item, and both decisions', () => {
    const rows = tableOf(text, 'kind | is')
    expect(rows.flatMap(([kind]) => codesIn(kind))).to.deep.equal(['hold', 'flag', 'week'])
  })
})

const wording = new Civil('Europe/London', 1, [])
const SAMPLES: Readonly<Partial<Record<ReasonCode, Reason['params']>>> = {
  not_qualifying: { because: 'filler text earns nothing' },
  few_words: { at: 5, words: 3 },
  held_blacklist: { because: null },
  held_rapid_answers: { observed: 40 },
  held_same_text: { observed: 1 },
  held_near_copy: { observed: 90 },
  held_same_file: { observed: 1 },
  held_quick_attempts: { observed: 4 },
  held_many_attempts: { observed: 8 },
  held_quick_posts: { observed: 4 },
  held_burst: { observed: 60 },
  held_regular_clicks: { observed: 8 },
  held_reply_ring: { observed: 4 },
  held_deleted_after_earning: { observed: 3 },
  hold_made: { points: 10 },
  flag_confirmed: { points: 10, why: 'the same text as in another post of yours' },
  hold_released: { points: 10 },
  hold_lapsed: { points: 10 },
  hold_confirmed: { points: 10, why: 'the same text as in another post of yours' },
  appeal_received: { points: 10 },
  appeal_made: { points: 10, review: 17 },
  review_waiting: { count: 3 },
}
