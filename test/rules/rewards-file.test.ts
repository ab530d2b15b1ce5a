import { expect } from 'chai'
import { formatProblem } from '../../sidecar/rules/problem.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import {
  catalogueOf,
  expectOne,
  files,
  problemsIn,
  refusesRewards,
  rewardFile,
  rewardFiles,
  rulePack,
} from './reading.js'

const WHOLE = `currency: GBP
tiers:                                       # by lifetime points: spending never demotes
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 200, requires: { badges: [badge:17] }, show: locked }
budgets:
  - { id: main, monthly: 500.00, rollover: false }
funded_only: false                           # true: nothing but institution-funded rewards can be redeemed
partners:
  - { id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }
rewards:
  - id: gift-5
    title: "£5 gift card"                    # or a map by language; likewise description, instructions, terms; image
    category: gift_card                      # a label: gift_card voucher badge course_access discount merchandise
    tier: bronze                             # at least this tier
    cost: 50                                 # points
    funding: institution                     # institution discount hybrid
    value: 5.00                              # what the institution pays; from this budget
    budget: main
    stock: 10                                # how many may ever be issued
    limit: { count: 1, per: month }          # for each learner
    requires: { rules: [submit_quiz], completion_rate: { course: PHYS101, at_least: 50 } }
    window: { from: 2026-09-01, to: 2026-12-20, days: [mon, fri], hours: "09:00-17:00" }
    show: locked                             # or hidden: not shown before it can be had
    delivery: codes                          # in_app codes moodle, or a partner's id: this decides what happens
    token_ttl: 30d
    on_expiry: refund                        # or forfeit
    cancel_within: 24h
    approved: { by: "Head of student life", on: 2026-08-20 }
    active: true
`
const DAY = 86_400_000

describe('rewards.yaml', () => {
  it('says everything that an institution offers', () => {
    const pack = '- { id: submit_quiz, event: quiz.graded, points: 10 }'
    const { configuration, problems } = readConfiguration(files(pack).set('rewards.yaml', WHOLE))
    expect(problems.map(formatProblem)).to.deep.equal([
      'rewards.yaml:19:5 warning: `stock` has no effect with `delivery: codes`: the stock is what the pool holds; leave it out',
      ...[
        [25, 'token_ttl'],
        [26, 'on_expiry'],
        [27, 'cancel_within'],
      ].map(
        ([line, key]) =>
          `rewards.yaml:${line}:5 warning: \`${key}\` has no effect with \`delivery: codes\`: what is handed out is used up ` +
          'at once',
      ),
    ])
    expect(configuration?.catalogue).to.deep.equal({
      currency: 'GBP',
      tiers: [
        { id: 'bronze', title: 'Bronze', points: 50, requires: null, show: 'locked' },
        { id: 'silver', title: 'Silver', points: 200, requires: { kind: 'badge', badge: 'badge:17' }, show: 'locked' },
      ],
      budgets: [{ id: 'main', monthlyMinor: 50_000, rollover: false }],
      partners: [
        {
          id: 'shop',
          url: 'https://shop.example/rocket',
          secretEnv: 'SHOP_SECRET',
          allowPrivate: false,
          personal: [],
        },
      ],
      rewards: [
        {
          id: 'gift-5',
          title: '£5 gift card',
          description: null,
          instructions: null,
          terms: null,
          image: null,
          category: 'gift_card',
          tier: 'bronze',
          cost: 50,
          funding: { kind: 'institution', valueMinor: 500 },
          budget: 'main',
          stock: 10,
          limit: { count: 1, per: 'month', written: 'month' },
          requires: {
            kind: 'all',
            of: [
              { kind: 'rule', rule: 'submit_quiz' },
              { kind: 'completion_rate', course: 'PHYS101', atLeast: 50 },
            ],
          },
          window: { from: '2026-09-01', to: '2026-12-20', days: [1, 5], hours: { start: 540, end: 1_020 } },
          show: 'locked',
          delivery: { kind: 'codes' },
          partner: null,
          tokenTtl: 30 * DAY,
          onExpiry: 'refund',
          cancelWithin: DAY,
          approved: { by: 'Head of student life', on: '2026-08-20' },
          active: true,
        },
      ],
      fundedOnly: false,
    })
  })

  it('may be empty, and so may each of its lists', () => {
    const nothing = { currency: null, tiers: [], budgets: [], partners: [], rewards: [], fundedOnly: false }
    expect(catalogueOf('')).to.deep.equal(nothing)
    expect(catalogueOf('# nothing yet\n')).to.deep.equal(nothing)
    expect(catalogueOf('tiers: []\nbudgets: []\npartners: []\nrewards: []')).to.deep.equal(nothing)
  })

  it('has its tiers from the lowest to the highest, in whatever order they are written', () => {
    const { tiers } = catalogueOf(
      'tiers: [{ id: gold, title: { en: Gold, de: Gold }, points: 500, show: hidden },\n' +
        ' { id: start, title: Start, points: 0 }, { id: silver, title: Silver, points: 200 }]',
    )
    expect(tiers.map(({ id, show }) => [id, show])).to.deep.equal([
      ['start', 'locked'],
      ['silver', 'locked'],
      ['gold', 'hidden'],
    ])
  })

  refusesRewards([
    ['- a', '1:1', 'rewards.yaml must be a map', 'a list'],
    ['{}', '1:1', 'rewards.yaml is empty'],
    ['reward: []', '1:1', 'no key `reward`', 'did you mean `rewards`?', 'Allowed: currency, tiers, budgets'],
    ['funded_only: yes', '1:14', 'true or false', '`yes`'],
    ['tiers: { bronze: 50 }', '1:8', '`tiers` must be a list, not a map'],
    ['tiers: [bronze]', '1:9', 'a tier must be a map'],
    ['tiers: [{ title: Bronze, points: 50 }]', '1:9', '`id` is missing'],
    ['tiers: [{ id: Bronze, title: Bronze, points: 50 }]', '1:15', 'lower-case'],
    ['tiers: [{ id: bronze, points: 50 }]', '1:9', '`title` is missing'],
    ['tiers: [{ id: bronze, title: Bronze }]', '1:9', '`points` is missing'],
    ['tiers: [{ id: bronze, title: Bronze, points: -1 }]', '1:46', 'a whole number from 0'],
    ['tiers: [{ id: bronze, title: Bronze, point: 50, points: 5 }]', '1:38', 'did you mean `points`?'],
    ['tiers: [{ id: bronze, title: Bronze, points: 5, show: no }]', '1:55', 'Allowed: locked, hidden'],
    ['tiers: [{ id: b, title: B, points: 5, requires: { tier: c } }]', '1:57', 'may not require a tier', 'ladder'],
    ['tiers: [{ id: b, title: B, points: 5, requires: { rules: [q] } }]', '1:59', 'no rule `q`'],
    [
      ['tiers:', '- { id: b, title: B, points: 5 }', '- { id: b, title: C, points: 6 }'],
      '3:5',
      '`b` already',
      'line 2',
    ],
    [
      ['tiers:', '- { id: b, title: B, points: 5 }', '- { id: c, title: C, points: 5 }'],
      '3:30',
      'in line 2',
      '5 points',
    ],
    [['currency: GBP', 'budgets: [{ id: main }]'], '2:11', '`monthly` is missing'],
    [['currency: GBP', 'budgets: [{ id: main, monthly: 0 }]'], '2:32', 'above 0', '(GBP)'],
    [['currency: GBP', 'budgets: [{ id: main, monthly: 5, rollover: all }]'], '2:45', 'true or false'],
    [['currency: GBP', 'budgets: [{ id: a, monthly: 5 }, { id: a, monthly: 6 }]'], '2:36', 'a budget `a` already'],
    ['budgets: [{ id: main, monthly: 5.00 }]', '1:32', 'no currency is set', 'add `currency` here or in rocket.yaml'],
    ['currency: gbp', '1:11', 'ISO 4217', 'did you mean `GBP`?'],
    ['rewards: [a]', '1:11', 'a reward must be a map'],
  ])

  it('needs an id, a title and a cost for each reward', () => {
    expect(problemsIn(rewardFiles('rewards: [{ active: false }]'))).to.deep.equal([
      'rewards.yaml:1:11 `id` is missing here',
      'rewards.yaml:1:11 `title` is missing here',
      'rewards.yaml:1:11 `cost` is missing here',
    ])
    const twice = '{ id: a, title: A, cost: 1, active: false }'
    expectOne(problemsIn(rewardFiles(`rewards: [${twice}, ${twice}]`)), 'rewards.yaml:1:58', 'a reward `a` already')
  })

  describe('currency', () => {
    const both = (settings: string, rewards: string) =>
      readConfiguration(
        new Map([
          ['rocket.yaml', settings],
          ['rewards.yaml', rewards],
        ]),
      )
    const BUDGET = 'budgets: [{ id: main, monthly: 5.00 }]'

    it('may stand here or in rocket.yaml, or in both', () => {
      for (const [settings, rewards] of [
        ['currency: GBP', BUDGET],
        ['timezone: UTC', `currency: GBP\n${BUDGET}`],
        ['currency: GBP', `currency: GBP\n${BUDGET}`],
      ] as const) {
        const { catalogue } = both(settings, rewards).configuration!
        expect([catalogue.currency, catalogue.budgets[0]?.monthlyMinor]).to.deep.equal(['GBP', 500])
      }
    })

    it('is one: two that differ are a mistake', () => {
      const found = both('currency: EUR', `currency: GBP\n${BUDGET}`).problems.map(formatProblem)
      expectOne(found, 'rewards.yaml:1:11', 'rocket.yaml says `EUR`', '`GBP`')
    })

    it('that is wrong or unreadable is reported once, and no amount is blamed for it', () => {
      expectOne(both('currency: gbp', BUDGET).problems.map(formatProblem), 'rocket.yaml:1:11', 'ISO 4217')
      expectOne(both('currency: GBP', `currency: POUND\n${BUDGET}`).problems.map(formatProblem), 'rewards.yaml:1:11')
      expectOne(both('timezone: [', BUDGET).problems.map(formatProblem), 'rocket.yaml:1:12', 'not YAML')
    })
  })

  it('may require rules, which are looked up in all packs', () => {
    const requiring = (rule: string) =>
      problemsIn(
        files(`${rulePack('was: [old]')}`).set(
          'rewards.yaml',
          rewardFile(`requires: { rules: [${rule}], tier: silver }`),
        ),
      )
    expect(requiring('r')).to.deep.equal([])
    expectOne(requiring('s'), 'rewards.yaml:9:23', 'no rule `s` in any pack')
    expectOne(requiring('old'), 'rewards.yaml:9:23', 'former id', 'called `r` now')
  })
})
