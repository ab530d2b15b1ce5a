import { expect } from 'chai'
import { append, learnerWith, type Opened, open } from './files.js'

const [SOON, LATER] = ['2026-12-31', '2027-07-31'] as const

describe('lots that are kept', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())
  const lots = () => opened.stores.ledger.lots
  const grant = (subject: string, points: number, expires: string | null) =>
    append(opened, { subject, points, expires })
  const rows = () => opened.connection.prepare('SELECT count(*) FROM lot').pluck().get()

  it('are each learner’s own, soonest to lapse first', () => {
    const [ann, bob] = [learnerWith(opened, 'ann'), learnerWith(opened, 'bob')]
    const [later, soon] = [grant(ann, 10, LATER), grant(ann, 20, SOON)]
    grant(bob, 5, SOON)
    append(opened, { subject: ann, kind: 'redemption', points: -25 })
    expect(lots().of(ann)).to.deep.equal([{ seq: later.seq, expires: LATER, left: 5 }])
    expect(lots().of(bob)).to.have.length(1)
    expect(soon.seq).to.be.above(later.seq)
  })

  it('that are used up leave no row, and points without a date never have one', () => {
    const ann = learnerWith(opened, 'ann', 100, 50)
    expect(rows()).to.equal(0)
    grant(ann, 10, SOON)
    expect(rows()).to.equal(1)
    append(opened, { subject: ann, kind: 'expiry', points: -10, expires: SOON })
    expect(rows()).to.equal(0)
  })

  it('are undone with the transaction they were written in', () => {
    const ann = learnerWith(opened, 'ann')
    grant(ann, 10, SOON)
    const { stores } = opened
    expect(() =>
      stores.writer.write(() => {
        stores.ledger.lots.follow(ann, 10, { seq: 2, kind: 'redemption', points: -10, expires: null, ref: null })
        expect(lots().of(ann)).to.deep.equal([])
        throw new Error('undone')
      }),
    ).to.throw('undone')
    expect(lots().of(ann)).to.have.nested.property('[0].left', 10)
  })

  it('are due by day, a few learners at a time', () => {
    const learners = ['ann', 'bob', 'cy'].map((user) => learnerWith(opened, user))
    for (const subject of learners) grant(subject, 1, SOON)
    grant(learners[0]!, 1, SOON)
    expect(lots().due('2026-12-30', 10)).to.deep.equal([])
    expect(lots().due(SOON, 10)).to.have.members(learners)
    // The most lots that are looked at: of the same day, those of one learner stand together.
    expect(lots().due(SOON, 2).length).to.be.within(1, 2)
  })

  it('that lapse after one day and up to another are summed by learner and day', () => {
    const [ann, bob] = [learnerWith(opened, 'ann'), learnerWith(opened, 'bob')]
    for (const [subject, points, expires] of [
      [ann, 3, SOON],
      [ann, 4, SOON],
      [ann, 5, LATER],
      [bob, 6, SOON],
    ] as const) {
      grant(subject, points, expires)
    }
    const soon = [
      { subject: ann, points: 7 },
      { subject: bob, points: 6 },
    ].sort((a, b) => (a.subject < b.subject ? -1 : 1))
    expect(lots().lapsingOn(SOON, '', 10)).to.deep.equal(soon)
    expect(lots().lapsingOn(SOON, '', 1)).to.deep.equal(soon.slice(0, 1))
    expect(lots().lapsingOn(SOON, soon[0]!.subject, 10)).to.deep.equal(soon.slice(1))
    expect(lots().lapsingOn('2027-07-30', '', 10)).to.deep.equal([])
    expect(lots().lapsingOn(LATER, '', 10)).to.deep.equal([{ subject: ann, points: 5 }])
  })

  it('with points that never lapse and debts are what the institution owes', () => {
    const [ann, bob] = [learnerWith(opened, 'ann', 10), learnerWith(opened, 'bob')]
    grant(ann, 3, '2026-12-01')
    grant(ann, 4, SOON)
    grant(ann, 5, LATER)
    append(opened, { subject: bob, kind: 'adjustment', points: -8 })
    expect(lots().outstanding()).to.deep.equal({
      months: [
        { month: '2026-12', points: 7 },
        { month: '2027-07', points: 5 },
      ],
      undated: 10,
      owed: 8,
    })
  })
})
