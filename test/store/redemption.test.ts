import { expect } from 'chai'
import type { State } from '../../sidecar/domain/redemption.js'
import type { NewRedemption } from '../../sidecar/store/redemption.js'
import { DAY } from '../domain/world.js'
import { NOW } from '../support.js'
import { append, learnerWith, type Opened, open } from './files.js'

describe('redemptions that are kept', () => {
  let opened: Opened
  let subject: string
  beforeEach(() => {
    opened = open()
    subject = learnerWith(opened, '42', 1_000)
  })
  afterEach(() => opened.connection.close())
  const redemptions = () => opened.stores.redemptions

  /** A redemption of 10 points and £5 with its entry. @returns its number. */
  function redeem(id: string, given: Partial<NewRedemption> = {}): number {
    const spending = { reward: 'gift', budget: 'main', amountMinor: 500, currency: 'GBP' }
    const record = { userId: '42', detail: { redemption: id, portions: [{ expires: null, points: 10 }] } }
    const { seq } = append(opened, { kind: 'redemption', subject, points: -10, spending, record })
    redemptions().add({
      seq,
      id,
      subject,
      reward: 'gift',
      state: 'issued',
      delivery: 'in_app',
      partner: null,
      created: NOW,
      expires: NOW + DAY,
      token: Buffer.from(id),
      tokenCopy: Buffer.from(`copy of ${id}`),
      ...given,
    })
    return seq
  }

  it('are found by id, number and token, with what their entry and its record say', () => {
    const seq = redeem('rdm_1')
    const found = redemptions().byId('rdm_1')
    expect(found).to.deep.include({
      seq,
      userId: '42',
      points: 10,
      budget: 'main',
      amountMinor: 500,
      currency: 'GBP',
      day: '2026-11-23',
      state: 'issued',
      consumed: null,
    })
    expect(found?.detail.portions).to.deep.equal([{ expires: null, points: 10 }])
    expect(redemptions().bySeq(seq)).to.deep.equal(found)
    expect(redemptions().byToken(Buffer.from('rdm_1'))).to.deep.equal(found)
    expect(redemptions().byToken(Buffer.from('other'))).to.equal(null)
  })

  it('share no id and no token', () => {
    redeem('rdm_1')
    expect(() => redeem('rdm_1')).to.throw(/UNIQUE/)
    expect(() => redeem('rdm_2', { token: Buffer.from('rdm_1') })).to.throw(/UNIQUE/)
    redeem('rdm_3', { token: null, tokenCopy: null })
    redeem('rdm_4', { token: null, tokenCopy: null })
  })

  it('are listed newest first, by state, reward, learner or partner, a page at a time', () => {
    const [one, two, three] = [
      redeem('rdm_1'),
      redeem('rdm_2', { state: 'delivering', delivery: 'partner', partner: 'shop' }),
      redeem('rdm_3', { reward: 'cup', state: 'consumed' }),
    ]
    redemptions().setConsumed(three, NOW, 'shop', 'r1')
    const ids = (filter: Parameters<ReturnType<typeof redemptions>['list']>[0], limit = 10) =>
      redemptions()
        .list(filter, limit)
        .map(({ seq }) => seq)
    expect(ids({})).to.deep.equal([three, two, one])
    expect(ids({}, 2)).to.deep.equal([three, two])
    expect(ids({ before: two })).to.deep.equal([one])
    expect(ids({ state: 'delivering' })).to.deep.equal([two])
    expect(ids({ reward: 'cup' })).to.deep.equal([three])
    expect(ids({ partner: 'shop' }), 'delivered to it, or consumed by it').to.deep.equal([three, two])
    expect(ids({ partner: 'shop', state: 'consumed' })).to.deep.equal([three])
    expect(ids({ subject: 'nobody' })).to.deep.equal([])
  })

  it('count in a limit until they are refunded', () => {
    const [one] = [redeem('rdm_1', { created: NOW }), redeem('rdm_2', { created: NOW + 5 })]
    expect(redemptions().timesOf(subject, 'gift')).to.have.members([NOW, NOW + 5])
    redemptions().setRefunded(one)
    expect(redemptions().timesOf(subject, 'gift')).to.deep.equal([NOW + 5])
    expect(redemptions().timesOf(subject, 'cup')).to.deep.equal([])
  })

  it('lapse from one instant up to another, not included', () => {
    for (const [index, expires] of [NOW, NOW + 1, NOW + 2, null].entries()) redeem(`rdm_${index}`, { expires })
    const lapsing = (from: number, to: number, state: State = 'issued') =>
      redemptions()
        .lapsing(state, from, to, 10)
        .map(({ id }) => id)
    expect(lapsing(NOW, NOW + 2)).to.deep.equal(['rdm_0', 'rdm_1'])
    expect(lapsing(NOW + 1, NOW + 3)).to.deep.equal(['rdm_1', 'rdm_2'])
    expect(lapsing(0, NOW + 9, 'delivered')).to.deep.equal([])
    expect(redemptions().lapsing('issued', 0, NOW + 9, 1)).to.have.length(1)
  })

  it('that lapsed at a partner are those delivered whose token can still be seen', () => {
    const at = { delivery: 'partner', partner: 'shop' } as const
    const seen = redeem('rdm_1', { ...at, state: 'delivered' })
    redeem('rdm_2', { ...at, state: 'delivered', tokenCopy: null })
    redeem('rdm_3', { ...at, state: 'delivering' })
    redeem('rdm_4', { ...at, state: 'delivered', expires: NOW + 2 * DAY })
    expect(
      redemptions()
        .lapsedAtPartners(NOW + DAY + 1, 10)
        .map(({ seq }) => seq),
    ).to.deep.equal([seen])
  })

  it('never make stock or a budget’s month negative', () => {
    redemptions().countIssued('gift', 1)
    redemptions().countIssued('gift', -1)
    expect(redemptions().issued('gift')).to.equal(0)
    expect(() => redemptions().countIssued('gift', -1)).to.throw(/CHECK/)
    redemptions().commit('main', '2026-11', 500, 'GBP')
    redemptions().commit('main', '2026-12', 100, 'GBP')
    redemptions().commit('main', '2026-11', -500, 'GBP')
    expect(['2026-11', '2026-12', '2027-01'].map((month) => redemptions().committed('main', month))).to.deep.equal([
      0, 100, 0,
    ])
    expect(() => redemptions().commit('main', '2026-11', -1, 'GBP')).to.throw(/CHECK/)
  })
  it('know the currency in which a budget has committed money', () => {
    expect(redemptions().otherCurrency('main', 'GBP')).to.equal(null)
    redemptions().commit('main', '2026-11', 500, 'GBP')
    expect(redemptions().otherCurrency('main', 'GBP')).to.equal(null)
    expect(redemptions().otherCurrency('main', 'EUR')).to.equal('GBP')
    expect(redemptions().otherCurrency('main', null)).to.equal('GBP')
    expect(redemptions().otherCurrency('side', 'EUR')).to.equal(null)
  })
})
