/** What people are told has its sentence in Moodle's language file, where it can be translated, and no sentence is left over. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { CHECK_IDS, CHECKS } from '../../sidecar/domain/check.js'
import { type ReasonCode, reason, reasonCodes } from '../../sidecar/domain/reason.js'
import { FEATURE_IDS, FEATURES, WEEK_RULES } from '../../sidecar/domain/week-feature.js'
import { BRIDGE } from './php.js'

const source = (path: string): string => readFileSync(join(BRIDGE, 'local_rocket', path), 'utf8')
const strings = new Map(
  [...source('lang/en/local_rocket.php').matchAll(/^\$string\['(\w+)'\] = '([^']*)';$/gm)].map(
    ([, name, text]) => [name!, text!] as const,
  ),
)
const namedBy = (prefix: string): string[] =>
  [...strings.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
const named = namedBy('reason_')
/** A reason may have a second sentence: for what never comes again, where there is none of it, or one. */
const codeOf = (name: string): string => name.replace(/_(over|none|one)$/, '')

describe('the language file of the bridge', () => {
  it('has a sentence for every reason, and no other', () => {
    expect(reasonCodes).to.include('granted')
    expect([...new Set(named.map(codeOf))].sort()).to.deep.equal([...reasonCodes].sort())
  })

  it('has the usual sentence wherever it has a second one', () => {
    expect(named).to.include.members(named.map(codeOf))
  })

  it('says of what is set aside, and of what a person decided, what the sidecar says', () => {
    const held = reasonCodes.filter((code) => code.startsWith('held_') && code !== 'held_blacklist')
    const cases: [ReasonCode, string, Record<string, string | number | null>][] = [
      ...held.map((code): [ReasonCode, string, { observed: number }] => [code, code, { observed: 7 }]),
      ['held_blacklist', 'held_blacklist', { because: 'filler text' }],
      ['held_blacklist', 'held_blacklist_none', { because: null }],
      ['not_qualifying', 'not_qualifying', { because: 'filler text' }],
      ['not_qualifying', 'not_qualifying_none', { because: null }],
      ['few_words', 'few_words', { words: 3, at: 5 }],
      ['few_words', 'few_words_none', { words: 0, at: 5 }],
      ['hold_made', 'hold_made', { points: 5 }],
      ['flag_confirmed', 'flag_confirmed', { points: 5, why: 'copied' }],
      ['hold_released', 'hold_released', { points: 5 }],
      ['hold_lapsed', 'hold_lapsed', { points: 1 }],
      ['hold_confirmed', 'hold_confirmed', { points: 5, why: 'copied' }],
      ['appeal_received', 'appeal_received', { points: 5 }],
      ['appeal_made', 'appeal_made', { points: 1, review: 17 }],
      ['review_waiting', 'review_waiting', { count: 2 }],
      ['review_waiting', 'review_waiting_one', { count: 1 }],
    ]
    for (const [code, name, params] of cases) {
      const { points, ...others } = params
      const one = points === 1
      const said = one
        ? { points: '1 point', pointswere: '1 point was' }
        : { points: '5 points', pointswere: '5 points were' }
      const values: Record<string, unknown> = points === undefined ? others : { ...others, ...said }
      const text = strings.get(`reason_${name}`)!.replace(/\{\$a->(\w+)\}/g, (_, key) => String(values[key]))
      expect(text).to.equal(reason(code, params, { when: String }).text)
    }
  })

  it('names every check, and says what it counts', () => {
    expect(namedBy('checkname_')).to.have.members(CHECK_IDS)
    expect(namedBy('checkcounts_')).to.have.members(CHECK_IDS)
    for (const id of CHECK_IDS) expect(strings.get(`checkcounts_${id}`)).to.equal(CHECKS[id].counts)
  })

  it('says every feature of a week, and by which of them each rule goes', () => {
    expect(namedBy('feature_')).to.have.members(FEATURE_IDS)
    for (const id of FEATURE_IDS)
      expect(strings.get(`feature_${id}`)!.replace('{$a}', '1,234')).to.equal(FEATURES[id].says('1,234'))
    const [, table] = /WEEK_RULES = \[(.*?)\];/s.exec(source('classes/evidence.php'))!
    const rules = [...table!.matchAll(/'(\w+)' => '(\w+)'/g)].map(([, id, feature]) => [id, feature])
    expect(rules).to.deep.equal(WEEK_RULES.map(({ id, feature }) => [id, feature]))
  })
})
