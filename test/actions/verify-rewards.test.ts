/** What `ledger verify` finds of rewards: every table beside the entries, changed by who owns the file. */
import { expect } from 'chai'
import { erase } from '../../sidecar/actions/erase.js'
import { deliver } from '../../sidecar/actions/redemption.js'
import { cancel, extend, reissue } from '../../sidecar/actions/support.js'
import { reverseToken } from '../../sidecar/actions/till.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { RewardsCheck } from '../../sidecar/actions/verify-rewards.js'
import type { Body } from '../../sidecar/domain/entry.js'
import { termsHash } from '../../sidecar/domain/reward.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import type { RewardClaims } from '../../sidecar/store/audit-rewards.js'
import { inFolder } from '../store/files.js'
import { learningEvent, NOW } from '../support.js'
import { backUp, problems, receiptOf, restored, takeReceipt } from './restored-shop.js'
import { APPROVED, DAY, openShop, type Shop } from './shop.js'

/** Tables in which nothing is. */
const NO_CLAIMS: RewardClaims = {
  lots: new Map(),
  redemptions: new Map(),
  issued: new Map(),
  committed: new Map(),
  batches: new Map(),
  strays: [],
}
const asked = { actor: 'it', reason: 'test' }

/** A shop in which everything happened once: used, reversed, cancelled, lapsed, refunded in two portions, a faulty code. */
async function busyShop(): Promise<Shop> {
  const shop = openShop(
    `
currency: GBP
budgets: [{ id: main, monthly: 100.00, rollover: true }]
rewards:
  - { id: mug, title: A mug, cost: 10, value: 4.00, budget: main, stock: 5, token_ttl: 2d, ${APPROVED} }
  - { id: pen, title: A pen, cost: 5, token_ttl: 2d, on_expiry: forfeit, ${APPROVED} }
  - { id: code, title: A code, cost: 3, delivery: codes, ${APPROVED} }
`,
    { rules: '- { id: quiz, event: quiz.graded, points: 12, expires: 2026-12-31 }' },
  )
  shop.send(learningEvent({ data: { score: 85 } }))
  shop.give(100)
  const used = shop.redeem('mug', 10).redemption_id
  const token = shop.token(used)
  shop.consume(token, { partner: 'shop' }, 'till 1')
  shop.at((moment) => reverseToken(moment, { partner: 'shop' }, { token, reference: null, key: null }))
  shop.consume(token, null, 'till 2')
  // Its points lapse on two days: two refunds.
  const cancelled = shop.redeem('mug', 10).redemption_id
  shop.at((moment) => cancel(moment, cancelled, asked))
  shop.redeem('pen', 5)
  shop.redeem('mug', 10)
  const extended = shop.redeem('mug', 10).redemption_id
  shop.at((moment) => extend(moment, extended, shop.clock.now + 9 * DAY, asked))
  await shop.importCodes('code', 'one\ntwo\nthree')
  const faulty = shop.redeem('code', 3).redemption_id
  shop.at((moment) => reissue(moment, faulty, asked))
  shop.clock.now += 3 * DAY
  await shop.expire()
  shop.send(learningEvent({ time: shop.clock.now, data: { score: 85 } }))
  return shop
}

describe('ledger verify of rewards', () => {
  let shop: Shop
  before(async () => {
    shop = await busyShop()
    shop.opened.connection.pragma('foreign_keys = OFF')
  })
  after(() => shop.close())

  const problems = () => verifyLedger(shop.opened.connection, { quick: false }).problems.map(({ message }) => message)
  /** What is found after a change, which is put back. */
  function changed(sql: string): string[] {
    const { connection } = shop.opened
    connection.exec('SAVEPOINT change')
    try {
      expect(connection.prepare(sql).run().changes, sql).to.be.greaterThan(0)
      return problems()
    } finally {
      connection.exec('ROLLBACK TO change; RELEASE change')
    }
  }

  it('finds nothing wrong with what really happened', () => {
    expect(problems()).to.deep.equal([])
    const states = shop.stores.redemptions.list({}, 100).map(({ state }) => state)
    expect(states).to.have.members(['consumed', 'cancelled', 'expired', 'expired', 'issued', 'delivered'])
  })

  const CHANGES: readonly [what: string, sql: string, message: RegExp][] = [
    ['more points left in a lot', 'UPDATE lot SET points_left = points_left + 1', /lapsing points/],
    ['a lot that is gone', 'DELETE FROM lot', /lapsing points/],
    ['a later day for a lot', "UPDATE lot SET expires = '2027-12-31'", /lapsing points/],
    ['a used token made fresh', "UPDATE redemption SET state = 'issued' WHERE state = 'consumed'", /entries under it/],
    [
      'another who used it',
      "UPDATE redemption SET consumed_by = 'friend' WHERE state = 'consumed'",
      /entries under it/,
    ],
    ['another till', "UPDATE redemption SET reference = 'till 3' WHERE state = 'consumed'", /entries under it/],
    ['a refund that is forgotten', 'UPDATE redemption SET refunded = 0 WHERE refunded = 1', /entries under it/],
    ['a token that lives longer', 'UPDATE redemption SET expires = expires + 1', /entries under it/],
    ['another partner', "UPDATE redemption SET partner = 'canteen'", /entries under it/],
    ['another way', "UPDATE redemption SET delivery = 'moodle' WHERE reward = 'pen'", /entries under it/],
    ['an earlier time', 'UPDATE redemption SET created = 0', /entries under it/],
    ['a later use', "UPDATE redemption SET consumed = consumed + 1 WHERE state = 'consumed'", /entries under it/],
    ['a redemption of another reward', "UPDATE redemption SET reward = 'pen' WHERE reward = 'mug'", /entries under it/],
    ['a redemption of another learner', "UPDATE redemption SET subject = 'x' WHERE reward = 'pen'", /entries under it/],
    ['a redemption that is gone', "DELETE FROM redemption WHERE reward = 'pen'", /gone from the table/],
    [
      'a code twice in one hand',
      "UPDATE code SET redemption = (SELECT max(seq) FROM redemption), state = 'handed_out'",
      /holds 3 codes/,
    ],
    ['a code taken away', "UPDATE code SET redemption = NULL, state = 'available'", /holds 0 codes/],
    ['more stock', "UPDATE issued SET count = count - 1 WHERE reward = 'mug'", /kept as issued/],
    ['a sum that is gone', "DELETE FROM issued WHERE reward = 'pen'", /kept as issued/],
    ['more money', 'UPDATE committed SET amount_minor = amount_minor - 100', /kept as committed/],
    ['money of another month', "INSERT INTO committed VALUES ('main', '2026-10', 5, 'GBP')", /kept as committed/],
  ]
  for (const [what, sql, message] of CHANGES) {
    it(`finds ${what}`, () => expect(changed(sql).join('\n')).to.match(message))
  }
})

describe('ledger verify of the redemptions of somebody erased', () => {
  const FILE = `
currency: GBP
budgets: [{ id: main, monthly: 9.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: mug, title: A mug, cost: 10, value: 4.00, budget: main, stock: 1, ${APPROVED} }
  - { id: pen, title: A pen, cost: 5, ${APPROVED} }
  - { id: ride, title: A ride, cost: 5, delivery: shop, ${APPROVED} }
`
  const forget = (shop: Shop, userId = '42') => shop.at((moment) => erase(moment, { userId, ...asked }))
  /** One used, one open, one at its partner. */
  function erasedShop(): { shop: Shop; used: string; atPartner: string } {
    const shop = openShop(FILE)
    shop.give(100)
    const used = shop.token(shop.redeem('mug', 10).redemption_id)
    shop.consume(used)
    shop.redeem('pen', 5)
    const ride = shop.redeem('ride', 5).redemption_id
    const atPartner = shop.token(ride)
    shop.at((moment) => deliver(moment, shop.get(ride), { by: 'shop' }))
    forget(shop)
    return { shop, used, atPartner }
  }
  const messages = (shop: Shop) => problems(shop).map(({ message }) => message)

  it('goes by how they stood when they were erased, which the erasure says and which names nobody', () => {
    const { shop } = erasedShop()
    const made = shop.entries().flatMap(({ kind }, index) => (kind === 'redemption' ? [index + 1] : []))
    const said = shop.opened.connection
      .prepare(
        "SELECT data -> '$.detail.redemptions' FROM private_record JOIN entry USING (seq) WHERE kind = 'erasure'",
      )
      .pluck()
      .get() as string
    const [day, states] = ['2026-11-23', ['consumed', 'cancelled', 'delivered']]
    const stood = (JSON.parse(said) as { kept: string }[]).map(({ kept, ...rest }) => {
      // Over all that is left of it, so that nothing of that can be changed unseen.
      expect(kept).to.match(/^[0-9a-f]{64}$/)
      return rest
    })
    expect(stood).to.have.deep.members(made.map((seq, index) => ({ seq, state: states[index], day })))
    expect(messages(shop)).to.deep.equal([])
    shop.close()
  })

  it('finds a token of theirs that was used and is made fresh, and one that is used again', () => {
    const { shop, used } = erasedShop()
    const fresh = "UPDATE redemption SET state = 'issued', consumed = NULL, consumed_by = NULL WHERE state = 'consumed'"
    shop.opened.connection.exec(fresh)
    expect(messages(shop).join()).to.match(/what is kept of its redemption is not what the entries under it say/)
    shop.consume(used)
    expect(messages(shop).join()).to.match(/a redemption that is consumed cannot become consumed/)
    shop.close()
  })

  it('finds a redemption of theirs that counts for another month', () => {
    const { shop } = erasedShop()
    shop.opened.connection.exec("UPDATE redemption SET day = '2026-10-01' WHERE reward = 'mug'")
    expect(messages(shop).join()).to.match(/it says of redemption \d+ what is not so/)
    shop.close()
  })

  it('follows what becomes of them later: a token that its partner has can still be used', () => {
    const { shop, atPartner } = erasedShop()
    shop.consume(atPartner, { partner: 'shop' }, 'till 7')
    expect(messages(shop)).to.deep.equal([])
    const { connection } = shop.opened
    for (const change of ["state = 'delivered'", "reference = 'till 8'", 'consumed = consumed + 1']) {
      connection.exec(`SAVEPOINT change; UPDATE redemption SET ${change} WHERE reference = 'till 7'`)
      expect(messages(shop), change).to.have.length(1)
      connection.exec('ROLLBACK TO change; RELEASE change')
    }
    shop.close()
  })

  it('takes them as they are where their erasure is from before it said how they stood', () => {
    const said: string[] = []
    const row = { seq: 2, id: 'r', subject: 'a', reward: 'mug', state: 'issued', refunded: 0, expires: null } as const
    const more = { consumedBy: null, reference: null, codes: 0, delivery: 'in_app', partner: null, created: 0 } as const
    const unsaid = { digest: null, token: null, terms: null }
    const redemptions = new Map([[2, { ...row, ...more, consumed: null, day: null, ...unsaid }]])
    const claims = { ...NO_CLAIMS, redemptions, issued: new Map([['mug', 1]]) }
    const check = new RewardsCheck(
      claims,
      () => FILE,
      (subject) => subject,
      (_, message) => void said.push(message),
    )
    const none = {
      amountMinor: null,
      budget: null,
      currency: null,
      expires: null,
      held: 0,
      priv: '',
      ref: null,
      ruleId: null,
    }
    const body: Body = {
      ...none,
      day: '2026-11-23',
      kind: 'redemption',
      points: 0,
      reward: 'mug',
      source: 'x',
      subject: 'a',
    }
    check.entry(2, body, null, 0)
    const erasure = (detail: Record<string, unknown>) => ({ at: new Date(NOW).toISOString(), source: 'x', detail })
    check.erase(3, 'a', erasure({ records: 1 }))
    said.length = 0
    check.finish()
    expect(said).to.deep.equal([])
    check.erase(3, 'a', erasure({ records: 1, redemptions: [] }))
    check.finish()
    expect(said.join(), 'one that leaves it out').to.match(/not what the entries under it say/)
  })

  it(
    'finds nothing wrong with one that a receipt brought back beyond its stock, and whose learner is erased then',
    inFolder((folder) => {
      const shop = openShop(FILE)
      for (const user of ['42', '43']) shop.give(100, null, user)
      const backup = backUp(shop)
      const receipt = receiptOf(shop, shop.redeem('mug', 10).redemption_id)
      const after = restored(folder, backup, shop.clock.now)
      after.redeem('mug', 10, '43')
      takeReceipt(after, receipt)
      expect(messages(after)).to.deep.equal([])
      forget(after)
      expect(messages(after)).to.deep.equal([])
      for (const one of [shop, after]) one.close()
    }),
  )
})

/** Entries that Rocket itself would not have written, one after another: what the check says of each. */
function judged(rewards: string, entries: readonly (Partial<Body> & { detail?: object })[]): string[] {
  const said: string[] = []
  const texts = new Map([
    ['rewards', rewards],
    ['rules', '[]'],
  ])
  const check = new RewardsCheck(
    NO_CLAIMS,
    (hash) => texts.get(hash),
    (subject) => subject,
    (_, message) => void said.push(message),
  )
  const none = {
    amountMinor: null,
    budget: null,
    currency: null,
    expires: null,
    held: 0,
    points: 0,
    priv: '',
    ref: null,
    reward: null,
  }
  const base: Body = { ...none, day: '2026-11-23', kind: 'grant', ruleId: null, source: 'moodle', subject: 'a' }
  const files = { 'rewards.yaml': 'rewards', 'rules/a.yaml': 'rules' }
  const all = [{ kind: 'configuration', subject: null, detail: { files } }, ...entries]
  for (const [index, { detail, ...given }] of all.entries()) {
    const record = { at: new Date(NOW).toISOString(), source: 'moodle', detail: detail as Record<string, unknown> }
    check.entry(index + 1, { ...base, ...given }, record, 100)
  }
  return said
}

describe('a ledger that Rocket would not have written', () => {
  const FILE = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
rewards: [{ id: mug, title: A mug, cost: 10, value: 4.00, budget: main, stock: 3, ${APPROVED} }]
`
  const [mug] = readConfiguration(new Map([['rewards.yaml', FILE]])).configuration!.catalogue.rewards
  const approval = { kind: 'approval', subject: null, detail: { reward: 'mug', terms: termsHash(mug!, 'GBP') } }
  const spent = { reward: 'mug', budget: 'main', amountMinor: 400 }
  const redemption = (id: string, day = '2026-11-23') => ({
    ...spent,
    kind: 'redemption',
    points: -10,
    day,
    detail: { redemption: id, state: 'issued' },
  })
  const follow = (kind: string, ref: number, state: string, more: Partial<Body> = {}) => ({
    kind,
    ref,
    reward: 'mug',
    detail: { state },
    ...more,
  })

  it('is fine as long as nothing is overdone', () => {
    const months = ['2026-10-31', '2026-11-01', '2026-11-30']
    const entries = [approval, ...months.map((day, index) => redemption(`${index}`, day))]
    expect(judged(FILE, entries)).to.deep.equal([])
  })

  it('is caught where a budget is overdrawn, stock passed, a price never approved', () => {
    const many = (count: number, day?: string) =>
      Array.from({ length: count }, (_, index) => redemption(`${index}`, day))
    expect(judged(FILE, [approval, ...many(3)])).to.deep.equal(['it overdraws the budget main for 2026-11'])
    const spread = ['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'].map((day) => redemption(day, day))
    expect(judged(FILE, [approval, ...spread])).to.deep.equal(['it passes the stock of mug (3)'])
    expect(judged(FILE, many(1))).to.deep.equal(['it redeems mug, whose terms nobody had approved'])
    const other = [{ ...redemption('x'), reward: 'cup' }]
    expect(judged(FILE, other)).to.deep.equal(['it redeems cup, a reward that was not in force'])
  })

  it('is caught where a state follows that cannot, or for somebody else', () => {
    const following = (...more: (Partial<Body> & { detail?: object })[]) =>
      judged(FILE, [approval, redemption('r'), ...more])
    expect(following(follow('consumption', 3, 'consumed'))).to.deep.equal([])
    const twice = following(follow('consumption', 3, 'consumed'), follow('consumption', 3, 'consumed'))
    expect(twice).to.deep.equal([
      'a redemption that is consumed cannot become consumed by an entry of kind consumption',
    ])
    const kind = following(follow('consumption', 3, 'cancelled'))
    expect(kind).to.deep.equal(['a redemption that is issued cannot become cancelled by an entry of kind consumption'])
    const stranger = following(follow('refund', 3, 'cancelled', { subject: 'b', points: 10 }))
    expect(stranger).to.deep.equal(['it answers no redemption of this learner'])
    expect(following(follow('refund', 2, 'cancelled'))).to.deep.equal(['it answers no redemption of this learner'])
  })

  it('lets a refund free stock and money of the month that had committed them', () => {
    const refund = follow('refund', 3, 'cancelled', {
      day: '2026-12-05',
      points: 10,
      budget: 'main',
      amountMinor: -400,
    })
    const november = [redemption('a'), redemption('b')]
    const freed = [approval, ...november, refund, redemption('late', '2026-11-30')]
    expect(judged(FILE, freed)).to.deep.equal([])
    expect(judged(FILE, freed.toSpliced(3, 1))).to.deep.equal(['it overdraws the budget main for 2026-11'])
  })
})
