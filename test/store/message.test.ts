import { expect } from 'chai'
import { DAY, HOUR } from '../domain/world.js'
import { NOW } from '../support.js'
import { append, learnerWith, type Opened, open } from './files.js'

describe('the outbox', () => {
  let opened: Opened
  let subject: string
  beforeEach(() => {
    opened = open()
    subject = learnerWith(opened, '42')
  })
  afterEach(() => opened.connection.close())
  const messages = () => opened.stores.messages

  /** A redemption that this partner is told of. @returns its number. */
  function redeem(partner = 'shop', now = NOW): number {
    const { seq } = append(opened, { kind: 'redemption', subject, points: 0 })
    opened.connection
      .prepare(
        "INSERT INTO redemption (seq, id, subject, reward, state, delivery, created) VALUES (?, ?, ?, 'r', 'delivering', 'partner', ?)",
      )
      .run(seq, `rdm_${seq}`, subject, now)
    messages().add(seq, partner, 'redemption.issued', now)
    return seq
  }
  const numberOf = (seq: number) => messages().ofRedemption(seq)[0]!.number
  const due = (now: number, ofEach = 10) =>
    messages()
      .due(now, ofEach)
      .map(({ redemption }) => redemption)

  it('has each message once, and is due at once', () => {
    const seq = redeem()
    messages().add(seq, 'shop', 'redemption.issued', NOW + 1)
    messages().add(seq, 'shop', 'redemption.cancelled', NOW + 2)
    expect(
      messages()
        .ofRedemption(seq)
        .map(({ type, created }) => [type, created]),
    ).to.deep.equal([
      ['redemption.issued', NOW],
      ['redemption.cancelled', NOW + 2],
    ])
    expect(due(NOW - 1)).to.deep.equal([])
    expect(due(NOW)).to.deep.equal([seq])
  })

  it('gives the longest waiting first, and of each partner only so many, so that none waits for another', () => {
    const slow = [redeem('shop', NOW), redeem('shop', NOW + 1), redeem('shop', NOW + 2)]
    const other = redeem('canteen', NOW + 5)
    expect(due(NOW + 9, 2)).to.deep.equal([slow[0], slow[1], other])
    expect(due(NOW + 9)).to.deep.equal([...slow, other])
  })

  it('counts an attempt before it is made, and is due again as was said', () => {
    const seq = redeem()
    messages().begin(numberOf(seq), NOW + HOUR)
    expect(due(NOW + HOUR - 1)).to.deep.equal([])
    expect(messages().pending(numberOf(seq))).to.include({ attempts: 1, state: 'pending', outcome: null })
    messages().postpone(numberOf(seq), NOW + DAY, 'It answered 500.')
    expect(due(NOW + HOUR)).to.deep.equal([])
    expect(messages().pending(numberOf(seq))).to.include({ attempts: 1, outcome: 'It answered 500.' })
    expect(due(NOW + DAY)).to.deep.equal([seq])
  })

  it('forgets nothing that is done, given up or dropped, and sends none of it', () => {
    const [done, dead, dropped] = [redeem(), redeem(), redeem()]
    messages().settle(numberOf(done), 'done', 'accepted')
    messages().settle(numberOf(dead), 'dead', 'It answered 500.')
    messages().drop(dropped, 'redemption.issued')
    expect(due(NOW)).to.deep.equal([])
    expect([done, dead, dropped].map((seq) => messages().ofRedemption(seq)[0]?.state)).to.deep.equal([
      'done',
      'dead',
      'dropped',
    ])
    expect(messages().pending(numberOf(done))).to.equal(null)
    expect(messages().counts()).to.deep.equal([{ partner: 'shop', pending: 0, retried: 0, dead: 1 }])
  })

  it('drops nothing that is done: it was told', () => {
    const seq = redeem()
    messages().settle(numberOf(seq), 'done', 'accepted')
    messages().drop(seq, 'redemption.issued')
    expect(messages().ofRedemption(seq)[0]?.state).to.equal('done')
  })

  it('begins anew with what was given up, and with nothing else', () => {
    const [dead, done, dropped] = [redeem(), redeem(), redeem()]
    messages().begin(numberOf(dead), NOW)
    messages().settle(numberOf(dead), 'dead', 'It answered 500.')
    messages().settle(numberOf(done), 'done', 'accepted')
    messages().drop(dropped, 'redemption.issued')
    expect([dead, done, dropped].map((seq) => messages().replay(seq, NOW + DAY))).to.deep.equal([1, 0, 0])
    expect(messages().pending(numberOf(dead))).to.include({ attempts: 1, attemptsBefore: 1, next: NOW + DAY })
  })

  it('sends a closed partner nothing until it is open again; the others are not held up', () => {
    const [shop, canteen] = [redeem('shop'), redeem('canteen')]
    messages().close('shop', NOW, 'It answered 410.')
    messages().close('shop', NOW + 1, 'Again.')
    expect(due(NOW)).to.deep.equal([canteen])
    expect(messages().isClosed('shop')).to.equal(true)
    expect(messages().closed()).to.deep.equal([{ partner: 'shop', since: NOW, why: 'It answered 410.' }])
    expect([messages().open('shop'), messages().open('shop')]).to.deep.equal([true, false])
    expect(due(NOW)).to.deep.equal([shop, canteen])
  })
})
