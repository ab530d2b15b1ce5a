import { expect } from 'chai'
import { Civil } from '../../sidecar/domain/civil.js'
import { alone, type Reason, type ReasonCode, reason, reasonCodes } from '../../sidecar/domain/reason.js'
import { PERSONAL_FIELDS, type Reward, termsHash } from '../../sidecar/domain/reward.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { allowedKeys, blocksOf, codesIn, firstColumn, page, rewardsFiles, rewardWith, tableOf } from './pages.js'

const rewardOf = (keys: string): Reward => {
  const { configuration, problems } = readConfiguration(rewardsFiles(rewardWith(keys)))
  expect(problems.filter(({ severity }) => severity === 'error')).to.deep.equal([])
  return configuration!.catalogue.rewards[0]!
}

describe('rewards.md', () => {
  const text = page('rewards.md')
  const flowing = text.replace(/\s+/g, ' ')

  const KEYS: readonly [of: string, heading: string, written: string][] = [
    ['the file', 'key of the file | ', 'zzz: 1'],
    ['a tier', 'key of a tier | ', 'tiers: [{ zzz: 1 }]'],
    ['a budget', 'key of a budget | ', 'budgets: [{ zzz: 1 }]'],
    ['a partner', 'key of a partner | ', 'partners: [{ zzz: 1 }]'],
    ['a reward', 'key of a reward | ', 'rewards: [{ zzz: 1 }]'],
  ]
  for (const [of, heading, written] of KEYS) {
    it(`describes every key of ${of}, and no other`, () => {
      expect(firstColumn(tableOf(text, heading)).sort()).to.deep.equal(allowedKeys('rewards.yaml', written).sort())
    })
  }

  it('shows most of it in its first block', () => {
    const shown = [...(blocksOf(text)[0]?.text ?? '').matchAll(/^([a-z_]+):/gm)].map(({ 1: key }) => key)
    expect(shown).to.deep.equal(['currency', 'tiers', 'budgets', 'rewards'])
  })

  it('says the defaults that the reader takes', () => {
    const { funding, delivery, show, tokenTtl, onExpiry, active } = rewardOf('cost: 50')
    const said = new Map(tableOf(text, 'key of a reward').map(([key, , without]) => [codesIn(key)[0], without]))
    expect(said.get('funding')).to.equal(`\`${funding.kind}\``)
    expect(said.get('delivery')).to.equal(`\`${delivery.kind}\``)
    expect(said.get('show')).to.equal(`\`${show}\``)
    expect(said.get('token_ttl')).to.equal(`\`${tokenTtl / 86_400_000}d\``)
    expect(said.get('on_expiry')).to.equal(`\`${onExpiry}\``)
    expect(said.get('active')).to.equal(`\`${active}\``)
  })

  it('names every category that is known, and every personal field', () => {
    const { problems } = readConfiguration(rewardsFiles(rewardWith('category: zzz')))
    const known = problems[0]?.message.split('Known: ')[1]?.split(', ') ?? []
    const row = tableOf(text, 'key of a reward').find(([key]) => key === '`category`')
    expect(codesIn(row?.[1])).to.deep.equal(known)
    const personal = tableOf(text, 'key of a partner').find(([key]) => key === '`personal`')
    expect(codesIn(personal?.[1])).to.deep.equal([...PERSONAL_FIELDS])
  })

  it('says of each key whether a new approval is needed when it changes', () => {
    const before = 'cost: 50\nvalue: 5.00\nbudget: main\n'
    const hash = (keys: string) => termsHash(rewardOf(keys), 'GBP')
    const changed: Readonly<Record<string, string>> = {
      cost: before.replace('50', '60'),
      value: before.replace('5.00', '6.00'),
      funding: 'funding: discount\ndiscount: { percent: 5 }\ncost: 50\n',
      stock: `${before}stock: 5\n`,
      limit: `${before}limit: { count: 1, per: month }\n`,
      delivery: `${before}delivery: codes\n`,
      partner: `${before}partner: canteen\n`,
      title: `${before}title: Another\n`,
      window: `${before}window: { days: [fri] }\n`,
      requires: `${before}requires: { points: 5 }\n`,
      tier: `${before}tier: silver\n`,
      description: `${before}description: More words\n`,
    }
    const needs = Object.keys(changed).filter((key) => hash(changed[key]!) !== hash(before))
    const [, listed = ''] = /is given for ([^.]*)\./.exec(flowing) ?? []
    expect(codesIn(listed).filter((key) => key in changed)).to.have.members(needs)
    expect(termsHash(rewardOf(before), 'EUR')).to.not.equal(hash(before))
    expect(codesIn(listed)).to.include('currency')
  })

  it('has, with rules.md and fair-play.md, every code with its parameters and a sentence as Rocket says it', () => {
    const rows = ['reason', 'notice', 'alert'].flatMap((heading) => tableOf(text, `${heading} | parameters`))
    const ofRules = firstColumn(tableOf(page('rules.md'), 'code'))
    const ofFairPlay = firstColumn(tableOf(page('fair-play.md'), 'says'))
    expect([...ofRules, ...ofFairPlay, ...firstColumn(rows)].sort()).to.deep.equal([...reasonCodes].sort())
    for (const [name, parameters, sentence] of rows) {
      const code = codesIn(name)[0] as ReasonCode
      const params = SAMPLES[code] ?? {}
      expect(codesIn(parameters), code).to.deep.equal(Object.keys(params))
      const said = reason(code, params, wording)
      expect([said.text, alone(said).text]).to.include(sentence)
    }
  })
})

const wording = new Civil('Europe/London', 1, [])
const gift = { reward: 'gift-5', title: '£5 gift card' }
const redemption = 'rdm_0123456789abcdef01234567'
const SAMPLES: Readonly<Partial<Record<ReasonCode, Reason['params']>>> = {
  needs_balance: { points: 12 },
  not_active: {},
  not_approved: {},
  not_funded: {},
  reward_window: { opens: '2026-11-06T09:00:00.000Z' },
  limit_reached: { count: 1, per: 'month', again: '2026-12-01T00:00:00.000Z' },
  out_of_stock: {},
  budget_used_up: { again: '2026-12-01' },
  partner_closed: {},
  redeeming_paused: {},
  tier_reached: { tier: 'silver', title: 'Silver' },
  redeemed: { ...gift, points: 50, redemption },
  delivered: { ...gift, redemption },
  refused: { ...gift, points: 50, redemption },
  cancelled: { ...gift, points: 50, redemption },
  token_lapses: { ...gift, expires: '2026-12-04T10:00:00.000Z', redemption },
  token_lapsed: { ...gift, points: 50, redemption },
  token_replaced: { ...gift, redemption },
  points_lapse: { points: 20, expires: '2027-07-31' },
  budget_short: { budget: 'main', month: '2026-11', reward: 'gift-5' },
  budget_warning: { budget: 'main', percent: 80, month: '2026-11' },
  codes_low: { reward: 'gift-5', left: 4, of: 20 },
  codes_empty: { reward: 'gift-5' },
  codes_lapse: { reward: 'gift-5', count: 3, expires: '2026-12-31' },
  delivery_stuck: { redemption, partner: 'shop', why: 'it answered 500' },
  ledger_renamed: { origin: 'rocket/moodle/2b', former: 'rocket/moodle/1a', why: 'restored' },
  partner_gone: { partner: 'shop' },
}
