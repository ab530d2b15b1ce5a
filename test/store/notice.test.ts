import { expect } from 'chai'
import { NOW } from '../support.js'
import { learnerWith, type Opened, open } from './files.js'

describe('notices', () => {
  let opened: Opened
  let ann: string
  beforeEach(() => {
    opened = open()
    ann = learnerWith(opened, 'ann')
  })
  afterEach(() => opened.connection.close())
  const notices = () => opened.stores.notices
  const all = (after = 0, limit = 10) => notices().after(after, limit)

  it('are told in order, a page at a time, by the name that the LMS knows the learner by', () => {
    notices().tell(ann, 'tier_reached', { tier: 'bronze', title: 'Bronze' }, NOW)
    notices().tellAdministrators('codes_empty', { reward: 'pool' }, NOW + 1, 'codes empty pool')
    const [first, second] = all()
    expect(first).to.deep.include({
      audience: 'learner',
      userId: 'ann',
      time: NOW,
      code: 'tier_reached',
      params: { tier: 'bronze', title: 'Bronze' },
    })
    expect(second).to.deep.include({ audience: 'administrators', userId: null, code: 'codes_empty' })
    expect(all(0, 1)).to.have.length(1)
    expect(all(first!.number)).to.deep.equal([second])
  })

  it('come once for what comes once: to each learner, and to administrators', () => {
    const bob = learnerWith(opened, 'bob')
    for (let i = 0; i < 2; i++) {
      for (const subject of [ann, bob]) notices().tell(subject, 'points_lapse', { points: 1 }, NOW, 'lapse 2026-12-31')
      notices().tellAdministrators('codes_empty', { reward: 'pool' }, NOW, 'codes empty pool')
      notices().tell(ann, 'redeemed', { points: 5 }, NOW)
    }
    expect(all().map(({ code, userId }) => `${code} ${userId}`)).to.have.members([
      'points_lapse ann',
      'points_lapse bob',
      'codes_empty null',
      'redeemed ann',
      'redeemed ann',
    ])
  })

  it('are forgotten by time, and their numbers never come again', () => {
    notices().tell(ann, 'redeemed', {}, NOW)
    notices().tell(ann, 'redeemed', {}, NOW + 5)
    const last = all().at(-1)!.number
    expect(notices().deleteBefore(NOW + 5, 10)).to.equal(1)
    expect(notices().deleteBefore(NOW + 6, 10)).to.equal(1)
    notices().tell(ann, 'redeemed', {}, NOW + 7)
    expect(all(last)).to.have.length(1)
  })

  it('of a tier come once for each learner and tier', () => {
    expect([1, 2].map(() => notices().reach(ann, 'bronze', NOW))).to.deep.equal([true, false])
    expect(notices().reach(ann, 'silver', NOW)).to.equal(true)
    expect(notices().reach(learnerWith(opened, 'bob'), 'bronze', NOW)).to.equal(true)
  })

  it('that were undone with their transaction come again', () => {
    const { writer } = opened.stores
    const undone = () => {
      expect(notices().reach(ann, 'bronze', NOW)).to.equal(true)
      notices().tell(ann, 'tier_reached', { tier: 'bronze' }, NOW)
      throw new Error('undone')
    }
    const [first, second] = writer.writeAll([undone, () => notices().reach(ann, 'bronze', NOW)])
    expect(first?.status).to.equal('rejected')
    expect(second).to.deep.equal({ status: 'fulfilled', value: true })
    expect(all()).to.deep.equal([])
  })
})
