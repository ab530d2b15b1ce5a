/** `legal_hold` in rocket.yaml: who must not be forgotten, whoever asks. */
import { expect } from 'chai'
import { forget } from '../../sidecar/actions/erase.js'
import { exportLearner } from '../../sidecar/actions/export-learner.js'
import { showLearner } from '../../sidecar/actions/learner.js'
import { eraseIn, FILES, freezeIn, mergeIn, problems, REWARDS } from './rights.js'
import { inShop, refusal, type Shop } from './shop.js'

const ANN = 'ann'

/** Puts a rocket.yaml in force that holds somebody, by their subject. */
function hold(shop: Shop, user: string): void {
  const settings = `legal_hold: [{ subject: ${shop.subject(user)}, reason: case 2026/17 }]\n`
  shop.publish(REWARDS, { ...FILES, settings })
}
const withAnn = (test: (shop: Shop) => void) =>
  inShop(
    REWARDS,
    (shop) => {
      for (const user of [ANN, 'old', 'other']) shop.give(10, null, user)
      test(shop)
    },
    FILES,
  )
const refused = (shop: Shop, user: string) => refusal(() => eraseIn(shop, user))

describe('a learner under a legal hold', () => {
  it(
    'is not erased, and the refusal says why and what ends it; everybody else is',
    withAnn((shop) => {
      hold(shop, ANN)
      const { length } = shop.entries()
      expect(refused(shop, ANN).code).to.equal('legal_hold')
      expect(refused(shop, ANN).message).to.match(/^Learner ann is not erased: .* \(case 2026\/17\)\. .*rocket\.yaml/)
      expect(shop.entries()).to.have.length(length)
      expect(shop.balance(ANN)).to.equal(10)
      expect(eraseIn(shop, 'other').erased).to.equal(true)
    }),
  )

  it(
    'is held by their id in the LMS as well, whichever account it is of',
    withAnn((shop) => {
      for (const settings of ['legal_hold: [ann]\n', 'legal_hold: [{ user: ann, reason: case 2026/17 }]\n']) {
        shop.publish(REWARDS, { ...FILES, settings })
        expect(refused(shop, ANN).code).to.equal('legal_hold')
      }
      mergeIn(shop, ANN, 'other')
      expect(refused(shop, 'other').code).to.equal('legal_hold')
      expect(eraseIn(shop, 'old').erased).to.equal(true)
    }),
  )

  it(
    'is erased once it ends, and the files that named them lead to nobody',
    withAnn((shop) => {
      hold(shop, ANN)
      shop.publish(REWARDS, FILES)
      expect(eraseIn(shop, ANN).erased).to.equal(true)
      const texts = shop.opened.connection.prepare<[], string>('SELECT text FROM document').pluck().all().join()
      expect(texts).to.include('case 2026/17').and.to.not.include(ANN)
    }),
  )

  it(
    'is held under every account: neither merging theirs away nor merging another into it gets round it',
    withAnn((shop) => {
      hold(shop, ANN)
      mergeIn(shop, ANN, 'other')
      mergeIn(shop, 'old', 'other')
      expect(refused(shop, 'other').code).to.equal('legal_hold')
      // What is asked of an account that was merged away names the other, as always.
      expect(eraseIn(shop, ANN)).to.include({ erased: false, mergedInto: 'other' })
      expect(shop.balance('other')).to.equal(30)
    }),
  )

  it(
    'is held too where the account that stays is named',
    withAnn((shop) => {
      mergeIn(shop, 'old', ANN)
      hold(shop, ANN)
      expect(refused(shop, ANN).code).to.equal('legal_hold')
    }),
  )

  it(
    'can be frozen, and has a copy of what is kept',
    withAnn((shop) => {
      hold(shop, ANN)
      expect(freezeIn(shop, ANN).changed).to.equal(true)
      const { kept } = shop.at((moment) => exportLearner(moment, { userId: ANN, actor: 'it' }))
      expect(kept?.entries).to.have.length(3)
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'who was erased before, and came back with a backup, is erased again',
    withAnn((shop) => {
      hold(shop, ANN)
      const again = { actor: 'server', reason: 'erased before the restore' }
      expect(shop.at((moment) => forget(moment, shop.subject(ANN), again)).erased).to.equal(true)
      expect(shop.subject(ANN)).to.equal('')
      expect(problems(shop)).to.deep.equal([])
    }),
  )
})

describe('showing a learner', () => {
  it(
    'leads from id to subject and back, and says what holds them; of the erased there is the subject alone',
    withAnn((shop) => {
      const show = (asked: string) => shop.at((moment) => showLearner(moment, asked))
      const subject = shop.subject(ANN)
      const plain = { user_id: ANN, subject, merged_into: null, frozen: null, legal_hold: null }
      expect(show(ANN)).to.deep.equal(plain)
      expect(show(`subject:${subject}`)).to.deep.equal(plain)
      hold(shop, ANN)
      freezeIn(shop, ANN)
      expect(show(ANN)).to.deep.equal({ ...plain, frozen: 'asked for', legal_hold: 'case 2026/17' })
      mergeIn(shop, 'old', ANN)
      expect(show('old')).to.include({ user_id: 'old', subject, merged_into: ANN })
      shop.publish(REWARDS, FILES)
      eraseIn(shop, ANN)
      const nobody = { user_id: null, subject: null, merged_into: null, frozen: null, legal_hold: null }
      expect(show(`subject:${subject}`)).to.deep.equal({ ...nobody, subject })
      for (const asked of [ANN, 'nobody', 'subject:nobody']) expect(show(asked)).to.deep.equal(nobody)
    }),
  )
})
