import { expect } from 'chai'
import fc from 'fast-check'
import { erase } from '../../sidecar/actions/erase.js'
import { answerDelivery } from '../../sidecar/actions/moodle-delivery.js'
import { cancel, extend, reissue } from '../../sidecar/actions/support.js'
import { reverseToken } from '../../sidecar/actions/till.js'
import { signerFrom, signNote } from '../../sidecar/domain/note.js'
import { inFolder } from '../store/files.js'
import { NOW } from '../support.js'
import { backUp, problems, receiptOf, restored, state, takeReceipt } from './restored-shop.js'
import { APPROVED, DAY, openShop, refusal, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 50.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: mug, title: A mug, cost: 50, value: 5.00, budget: main, stock: 6, limit: { count: 9, per: month }, ${APPROVED} }
  - { id: ride, title: A ride, cost: 20, value: 1.00, budget: main, delivery: shop, ${APPROVED} }
  - { id: lab, title: The lab course, cost: 10, delivery: moodle, moodle: { badge: 17 }, ${APPROVED} }
  - { id: cinema, title: The cinema, cost: 5, delivery: codes, ${APPROVED} }
`
const CODES = 'CINE-1\nCINE-2\nCINE-3\nCINE-4\n'
const BOSS = { actor: 'boss', reason: 'asked for' }

/** A shop with codes and a learner who has points; the test gives it back after it has lost what came after a backup. */
const lossy = (test: (shop: Shop, lose: (backup: Buffer) => Shop) => void | Promise<void>) =>
  inFolder(async (folder) => {
    const shop = openShop(REWARDS)
    const shops = [shop]
    shop.give(500)
    await shop.importCodes('cinema', CODES)
    try {
      await test(shop, (backup) => {
        const after = restored(folder, backup, shop.clock.now)
        shops.push(after)
        return after
      })
    } finally {
      for (const one of shops) one.close()
    }
  })

describe('a redemption that a restore has lost', () => {
  it(
    'is written again under its id, as it was: points, money, stock, token, code',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const ids = [shop.redeem('mug', 50), shop.redeem('cinema', 5), shop.redeem('ride', 20)].map(
        (one) => one.redemption_id,
      )
      const before = state(shop)
      const token = shop.token(ids[0]!)
      const receipts = ids.map((id) => receiptOf(shop, id))
      const after = lose(backup)
      expect(after.balance()).to.equal(500)
      for (const [index, receipt] of receipts.entries()) {
        expect(takeReceipt(after, receipt)).to.deep.equal({
          redemption_id: ids[index],
          status: 'restored',
          reason: null,
        })
      }
      expect(state(after)).to.deep.equal(before)
      expect(after.balance()).to.equal(425)
      expect(after.token(ids[0]!)).to.equal(token)
      expect(after.consume(token).status).to.equal('consumed')
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'changes nothing the second time, nor where nothing was lost',
    lossy((shop, lose) => {
      const known = shop.redeem('mug', 50).redemption_id
      const backup = backUp(shop)
      const lost = shop.redeem('mug', 50).redemption_id
      const receipts = [known, lost].map((id) => receiptOf(shop, id))
      const after = lose(backup)
      expect(receipts.map((receipt) => takeReceipt(after, receipt).status)).to.deep.equal(['known', 'restored'])
      const entries = after.entries().length
      expect(receipts.map((receipt) => takeReceipt(after, receipt).status)).to.deep.equal(['known', 'known'])
      expect(after.entries()).to.have.length(entries)
      expect(takeReceipt(after, receiptOf(after, lost)).status).to.equal('known')
    }),
  )

  it(
    'is not led back by an earlier receipt that comes later',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const { redemption_id } = shop.redeem('mug', 50)
      const token = shop.token(redemption_id)
      const early = receiptOf(shop, redemption_id)
      shop.clock.now += 1
      shop.consume(token)
      const late = receiptOf(shop, redemption_id)
      const after = lose(backup)
      expect([early, late, early].map((receipt) => takeReceipt(after, receipt).status)).to.deep.equal([
        'restored',
        'restored',
        'known',
      ])
      expect(after.get(redemption_id).state).to.equal('consumed')
    }),
  )

  it(
    'is not led back where its token was used since the restore',
    lossy((shop, lose) => {
      const { redemption_id } = shop.redeem('mug', 50)
      const backup = backUp(shop)
      shop.redeem('mug', 50)
      const receipt = receiptOf(shop, redemption_id)
      const after = lose(backup)
      after.clock.now += 1
      after.consume(after.token(redemption_id))
      expect(takeReceipt(after, receipt).status).to.equal('known')
      expect(after.get(redemption_id).state).to.equal('consumed')
    }),
  )

  it(
    'is not led back where its token was replaced since the restore, or was given more time',
    lossy((shop, lose) => {
      const ids = [1, 2].map(() => shop.redeem('mug', 50).redemption_id) as [string, string]
      const old = shop.token(ids[0])
      const backup = backUp(shop)
      shop.clock.now += 1
      shop.redeem('mug', 50)
      const receipts = ids.map((id) => receiptOf(shop, id))
      const after = lose(backup)
      after.clock.now += 1
      const until = after.clock.now + 200 * DAY
      after.at((moment) => reissue(moment, ids[0], BOSS))
      after.at((moment) => extend(moment, ids[1], until, BOSS))
      expect(receipts.map((receipt) => takeReceipt(after, receipt).status)).to.deep.equal(['known', 'known'])
      expect(refusal(() => after.consume(old)).code).to.equal('token_unknown')
      expect(after.consume(after.token(ids[0])).status).to.equal('consumed')
      expect(after.get(ids[1]).expires).to.equal(until)
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'and was used before, is said where its token was replaced since: a person has to look at it',
    lossy((shop, lose) => {
      const { redemption_id } = shop.redeem('mug', 50)
      const backup = backUp(shop)
      shop.clock.now += 1
      shop.consume(shop.token(redemption_id))
      const receipt = receiptOf(shop, redemption_id)
      const after = lose(backup)
      after.clock.now += 1
      after.at((moment) => reissue(moment, redemption_id, BOSS))
      expect(refusal(() => takeReceipt(after, receipt)).message).to.match(
        /used before the restore.*nothing was written/,
      )
      expect(after.get(redemption_id).state).to.equal('issued')
    }),
  )

  it(
    'takes points below zero where they are not there again yet: what was spent was spent',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      shop.give(40, null, '43')
      shop.give(20, null, '43')
      const { redemption_id } = shop.redeem('mug', 50, '43')
      const receipt = receiptOf(shop, redemption_id)
      const after = lose(backup)
      takeReceipt(after, receipt)
      expect(after.balance('43')).to.equal(-50)
      after.give(60, null, '43')
      expect(after.balance('43')).to.equal(10)
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'goes on to the state it had, with the times and the words of its till',
    lossy((shop, lose) => {
      const { redemption_id: id } = shop.redeem('mug', 50)
      const { redemption_id: second } = shop.redeem('mug', 50)
      const [first, token] = [shop.token(id), shop.token(second)]
      const backup = backUp(shop)
      shop.clock.now += DAY
      shop.consume(first, null, 'receipt 12')
      shop.at((moment) => cancel(moment, second, BOSS))
      const before = state(shop)
      const receipts = [id, second].map((one) => receiptOf(shop, one))
      const after = lose(backup)
      after.clock.now += 3 * DAY
      for (const receipt of receipts) expect(takeReceipt(after, receipt).status).to.equal('restored')
      expect(state(after)).to.deep.equal(before)
      expect(after.get(id)).to.include({ state: 'consumed', consumed: NOW + DAY, reference: 'receipt 12' })
      expect(refusal(() => after.consume(first)).code).to.equal('token_consumed')
      expect(refusal(() => after.consume(token)).code).to.equal('state_conflict')
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'follows a token that was used, voided and replaced since the backup',
    lossy((shop, lose) => {
      const { redemption_id: voided } = shop.redeem('mug', 50)
      const { redemption_id: replaced } = shop.redeem('mug', 50)
      const old = shop.token(replaced)
      const token = shop.token(voided)
      shop.consume(token)
      const backup = backUp(shop)
      shop.at((moment) => reverseToken(moment, null, { token, reference: null, key: null }))
      shop.at((moment) => reissue(moment, replaced, BOSS))
      shop.at((moment) => extend(moment, replaced, shop.clock.now + 90 * DAY, BOSS))
      const before = state(shop)
      const receipts = [voided, replaced].map((id) => receiptOf(shop, id))
      const after = lose(backup)
      for (const receipt of receipts) takeReceipt(after, receipt)
      expect(state(after)).to.deep.equal(before)
      expect(after.get(voided).state).to.equal('issued')
      expect(refusal(() => after.consume(old)).code).to.equal('token_unknown')
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'counts its money and its limit in the month in which it was made, also once its learner is erased',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const receipt = receiptOf(shop, shop.redeem('mug', 50).redemption_id)
      const after = lose(backup)
      after.clock.now = Date.parse('2026-12-02T09:00:00Z')
      const { redemption_id } = takeReceipt(after, receipt)
      expect(after.stores.redemptions.committed('main', '2026-11')).to.equal(500)
      expect(after.stores.redemptions.committed('main', '2026-12')).to.equal(0)
      expect(after.stores.redemptions.timesOf(after.subject('42'), 'mug')).to.deep.equal([NOW])
      expect(problems(after)).to.deep.equal([])
      after.consume(after.token(redemption_id!))
      after.at((moment) => erase(moment, { userId: '42', ...BOSS }))
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'gives its money back to that month where it is cancelled later',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const { redemption_id } = shop.redeem('mug', 50)
      const receipt = receiptOf(shop, redemption_id)
      const after = lose(backup)
      after.clock.now = Date.parse('2026-12-02T09:00:00Z')
      takeReceipt(after, receipt)
      after.at((moment) => cancel(moment, redemption_id, BOSS))
      expect(after.stores.redemptions.committed('main', '2026-11')).to.equal(0)
      expect(after.balance()).to.equal(500)
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'tells its learner nothing a second time',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const { redemption_id } = shop.redeem('mug', 50)
      shop.at((moment) => cancel(moment, redemption_id, BOSS))
      const after = lose(backup)
      takeReceipt(after, receiptOf(shop, redemption_id))
      expect(after.told()).to.deep.equal([])
    }),
  )
})

describe('a code that was handed out after the backup', () => {
  it(
    'is not handed out again',
    lossy(async (shop, lose) => {
      const backup = backUp(shop)
      const given = [1, 2].map(() => shop.redeem('cinema', 5).redemption_id)
      const codes = given.map((id) => shop.stores.codes.codeOf(shop.get(id).seq)?.code)
      const receipts = given.map((id) => receiptOf(shop, id))
      const after = lose(backup)
      for (const receipt of receipts) takeReceipt(after, receipt)
      const next = [1, 2].map(() => after.redeem('cinema', 5).redemption_id)
      const all = [...given, ...next].map((id) => after.stores.codes.codeOf(after.get(id).seq)?.code)
      expect(all.slice(0, 2)).to.deep.equal(codes)
      expect(new Set(all).size).to.equal(4)
      expect(refusal(() => after.redeem('cinema', 5)).locked).to.include('out_of_stock')
    }),
  )

  it(
    'and another in place of it, which the shop refused, are both its own: neither goes out again',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const codeIn = (one: Shop, id: string) => one.stores.codes.codeOf(one.get(id).seq)?.code
      const { redemption_id } = shop.redeem('cinema', 5)
      const faulty = codeIn(shop, redemption_id)
      shop.at((moment) => reissue(moment, redemption_id, BOSS))
      const code = codeIn(shop, redemption_id)
      const after = lose(backup)
      takeReceipt(after, receiptOf(shop, redemption_id))
      expect(codeIn(after, redemption_id)).to.equal(code)
      const others = [1, 2].map(() => codeIn(after, after.redeem('cinema', 5).redemption_id))
      expect([faulty, code, ...others]).to.have.members(CODES.trim().split('\n'))
    }),
  )

  it(
    'and imported after it comes back with its redemption; its file has to be imported again for the rest',
    lossy(async (shop, lose) => {
      const backup = backUp(shop)
      for (let n = 0; n < 4; n++) shop.redeem('cinema', 5)
      await shop.importCodes('cinema', 'LATE-1\nLATE-2\n')
      const { redemption_id } = shop.redeem('cinema', 5)
      const code = shop.stores.codes.codeOf(shop.get(redemption_id).seq)!.code
      const after = lose(backup)
      const { status, reason } = takeReceipt(after, receiptOf(shop, redemption_id))
      expect(status).to.equal('restored')
      expect(reason).to.match(/codes\.csv.*import/)
      expect(after.stores.codes.codeOf(after.get(redemption_id).seq)?.code).to.equal(code)
      const { taken, refused } = await after.importCodes('cinema', 'LATE-1\nLATE-2\n')
      expect([taken, refused.length]).to.deep.equal([1, 1])
      expect(problems(after)).to.deep.equal([])
    }),
  )

  it(
    'and went to somebody else since, because redeeming went on too early, is said and not hidden',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const receipt = receiptOf(shop, shop.redeem('cinema', 5).redemption_id)
      const after = lose(backup)
      after.give(5, null, '43')
      const { redemption_id: other } = after.redeem('cinema', 5, '43')
      const entries = after.entries().length
      expect(refusal(() => takeReceipt(after, receipt)).message)
        .to.contain(other)
        .and.to.contain('second time')
      expect(after.entries()).to.have.length(entries)
      expect(problems(after)).to.deep.equal([])
    }),
  )
})

describe('a redemption on its way when a restore lost it', () => {
  it(
    'is sent to its partner again, as a message that it may have had',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const { redemption_id } = shop.redeem('ride', 20)
      const receipt = receiptOf(shop, redemption_id)
      const after = lose(backup)
      after.clock.now += DAY
      takeReceipt(after, receipt)
      const [message] = after.stores.messages.due(after.clock.now, 9)
      expect(message).to.include({
        type: 'redemption.issued',
        partner: 'shop',
        created: NOW,
        attempts: 1,
        attemptsBefore: 1,
      })
      after.at((moment) => cancel(moment, redemption_id, BOSS))
      const types = after.stores.messages.due(after.clock.now, 9).map(({ type }) => type)
      expect(types).to.deep.equal(['redemption.cancelled'])
    }),
  )

  it(
    'waits for Moodle as before, or is done or refused as Moodle said',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const [waits, done, not] = [1, 2, 3].map(() => shop.redeem('lab', 10).redemption_id) as [string, string, string]
      shop.at((moment) => answerDelivery(moment, done, { status: 'done', reason: null }))
      shop.at((moment) => answerDelivery(moment, not, { status: 'refused', reason: 'no seat' }))
      const before = state(shop)
      const receipts = [waits, done, not].map((id) => receiptOf(shop, id))
      const after = lose(backup)
      for (const receipt of receipts) takeReceipt(after, receipt)
      expect(state(after)).to.deep.equal(before)
      expect(after.stores.redemptions.forMoodle(9).map(({ id }) => id)).to.deep.equal([waits])
      expect(problems(after)).to.deep.equal([])
    }),
  )
})

describe('a receipt is refused', () => {
  it(
    'where nothing was ever restored: then nothing can be lost',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const receipt = receiptOf(shop, shop.redeem('mug', 50).redemption_id)
      expect(refusal(() => takeReceipt(shop, receipt)).message).to.contain('was never restored')
      expect(takeReceipt(lose(backup), receipt).status).to.equal('restored')
    }),
  )

  it(
    'where nobody whose key is known signed it, or it was changed',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const receipt = receiptOf(shop, shop.redeem('mug', 50).redemption_id)
      const after = lose(backup)
      const forged = signNote(receipt.slice(0, receipt.indexOf('\n\n') + 1), [
        signerFrom('ledger', Buffer.alloc(32, 8)),
      ])
      for (const wrong of [forged, receipt.replace('"points":50', '"points":5'), 'nonsense', '', `${receipt}more`])
        expect(refusal(() => takeReceipt(after, wrong)).code).to.equal('malformed')
      expect(after.balance()).to.equal(500)
    }),
  )

  it(
    'where it is signed and something else: a checkpoint is no receipt',
    lossy((shop) => {
      const { sign } = signerFrom('ledger', Buffer.alloc(32, 7))
      const text = 'ledger\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n'
      const { message } = refusal(() => takeReceipt(shop, `${text}\n${sign(text)}`))
      expect(message).to.contain('no receipt')
    }),
  )

  it(
    'where its learner was erased, before the backup or after it',
    lossy((shop, lose) => {
      const backup = backUp(shop)
      const receipt = receiptOf(shop, shop.redeem('mug', 50).redemption_id)
      const subject = shop.subject('42')
      const after = lose(backup)
      expect(refusal(() => takeReceipt(after, receipt, [subject])).message).to.contain('erased')
      after.at((moment) => erase(moment, { userId: '42', ...BOSS }))
      expect(refusal(() => takeReceipt(after, receipt)).message).to.contain('erased')
    }),
  )

  it(
    'where something else became of it here, and both stand',
    lossy((shop, lose) => {
      const { redemption_id } = shop.redeem('mug', 50)
      const backup = backUp(shop)
      shop.consume(shop.token(redemption_id))
      const receipt = receiptOf(shop, redemption_id)
      const after = lose(backup)
      after.at((moment) => cancel(moment, redemption_id, BOSS))
      expect(refusal(() => takeReceipt(after, receipt)).message).to.contain('is cancelled here, and was consumed')
    }),
  )

  it(
    'where the ledger is of another source',
    lossy((shop) => {
      const receipt = receiptOf(shop, shop.redeem('mug', 50).redemption_id)
      const other = openShop(REWARDS, { settings: 'source: another\n' })
      expect(refusal(() => takeReceipt(other, receipt)).message).to.contain('moodle')
      other.close()
    }),
  )
})

describe('whatever learners, tills and people in charge do after a backup', () => {
  const act = fc.record({
    what: fc.constantFrom('mug', 'ride', 'lab', 'cinema', 'consume', 'reverse', 'cancel', 'extend', 'reissue', 'done'),
    which: fc.nat(20),
    user: fc.constantFrom('42', '43'),
  })

  /** What is not possible just now does nothing. */
  function attempt(shop: Shop, { what, which, user }: { what: string; which: number; user: string }): void {
    const all = shop.stores.redemptions.list({}, 100)
    const one = all[which % Math.max(1, all.length)]
    const token = () => shop.token(one?.id ?? '')
    const does: Record<string, () => unknown> = {
      mug: () => shop.redeem('mug', 50, user),
      ride: () => shop.redeem('ride', 20, user),
      lab: () => shop.redeem('lab', 10, user),
      cinema: () => shop.redeem('cinema', 5, user),
      consume: () => shop.consume(token(), null, 'till'),
      cancel: () => shop.at((moment) => cancel(moment, one?.id ?? '', BOSS)),
      extend: () => shop.at((moment) => extend(moment, one?.id ?? '', (one?.expires ?? 0) + DAY, BOSS)),
      reissue: () => shop.at((moment) => reissue(moment, one?.id ?? '', BOSS)),
      done: () => shop.at((moment) => answerDelivery(moment, one?.id ?? '', { status: 'done', reason: null })),
      reverse: () => {
        const used = usedTokens.get(one?.id ?? '') ?? ''
        shop.at((moment) => reverseToken(moment, null, { token: used, reference: null, key: null }))
      },
    }
    if (what === 'consume' && one?.tokenCopy) usedTokens.set(one.id, token())
    try {
      does[what]!()
    } catch {
      // Refused as things stand.
    }
  }
  const usedTokens = new Map<string, string>()

  it('comes back by the last receipts, in any order, and the ledger verifies', async function () {
    this.timeout(60_000)
    const story = fc.record({
      before: fc.array(act, { maxLength: 8 }),
      after: fc.array(act, { minLength: 1, maxLength: 15 }),
      order: fc.infiniteStream(fc.nat()),
    })
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(story, async ({ before, after, order }) => {
        await lossy((shop, lose) => {
          shop.give(500, null, '43')
          for (const one of before) attempt(shop, one)
          const backup = backUp(shop)
          for (const one of after) {
            shop.clock.now += 3_600_000
            attempt(shop, one)
          }
          const wanted = state(shop)
          for (const one of shop.stores.redemptions.list({}, 100)) seen.add(one.state)
          const receipts = shop.stores.redemptions
            .list({}, 100)
            .map(({ id }) => [order.next().value ?? 0, receiptOf(shop, id)] as const)
            .sort(([a], [b]) => a - b)
            .map(([, receipt]) => receipt)
          const again = lose(backup)
          for (const receipt of receipts) takeReceipt(again, receipt)
          expect(state(again)).to.deep.equal(wanted)
          expect(problems(again)).to.deep.equal([])
          for (const receipt of receipts) expect(takeReceipt(again, receipt).status).to.equal('known')
        })()
      }),
      { numRuns: 60 },
    )
    expect([...seen]).to.include.members(['issued', 'delivering', 'delivered', 'consumed', 'cancelled'])
  })
})
