import { expect } from 'chai'
import type { Opinion, Verdict } from '../../sidecar/domain/opinion.js'
import { OPINED_RANK } from '../../sidecar/store/opinion.js'
import { DAY } from '../domain/world.js'
import { NOW } from '../support.js'
import { type Opened, open } from './files.js'

const FOUND = JSON.stringify({ found: [{ check: 'burst', version: 1, threshold: 60, observed: 61 }] })
const ASKED = { model: 'small', prompt_sha256: 'ab', asked_at: new Date(NOW).toISOString() }
const judged = (verdict: Verdict): Opinion => ({ ...ASKED, verdict, evidence_feature_ids: ['burst'], note: '' })
const failed = (attempts: number): Opinion => ({ ...ASKED, failed: 'it answered 500', attempts })

interface Row {
  readonly kind: 'hold' | 'flag' | 'week'
  readonly opened: number
  readonly appealed: number | null
  readonly rank: number
  readonly state: string
  readonly evidence: string
}

describe('opinions', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())
  const opinions = () => opened.stores.opinions

  /** @returns the number of an item in the queue. */
  function add(given: Partial<Row> = {}): number {
    const row = { kind: 'hold', opened: NOW, appealed: null, rank: 0, state: 'open', evidence: FOUND, ...given }
    const { lastInsertRowid } = opened.connection
      .prepare(
        `INSERT INTO review (kind, subject, found_by, opened, appealed, rank, state, evidence)
         VALUES (@kind, 'someone', 'burst', @opened, @appealed, @rank, @state, @evidence)`,
      )
      .run(row)
    return Number(lastInsertRowid)
  }
  const without = (before = NOW, limit = 10) =>
    opinions()
      .openWithout(limit, before)
      .map(({ id }) => id)
  const kept = (id: number): unknown =>
    JSON.parse(opened.connection.prepare<[number], string>('SELECT opinion FROM review WHERE id = ?').pluck().get(id)!)
  const order = () =>
    opened.connection
      .prepare<[], number>(`SELECT id FROM review ORDER BY appealed IS NULL, ${OPINED_RANK} DESC, opened, id`)
      .pluck()
      .all()

  it('are wanted for what waits: appeals first, then by rank, then the oldest', () => {
    const young = add({ opened: NOW + 1 })
    const old = add()
    const high = add({ rank: 9 })
    const appealed = add({ appealed: NOW, rank: -9 })
    expect(without()).to.deep.equal([appealed, high, old, young])
    expect(without(NOW, 2)).to.deep.equal([appealed, high])
    expect(opinions().openWithout(1, NOW)).to.deep.equal([
      { id: appealed, kind: 'hold', evidence: JSON.parse(FOUND), attempts: 0 },
    ])
  })

  it('are not wanted for what is decided, or where there is nothing to tell', () => {
    for (const state of ['released', 'confirmed', 'lapsed', 'withdrawn']) add({ state })
    for (const evidence of ['{}', '{"found":[]}', '{"found":"all"}']) add({ evidence })
    expect(without()).to.deep.equal([])
  })

  it('are wanted for any week: something was rare in it, also where no rule fired', () => {
    const week = add({ kind: 'week', evidence: '{"found":[],"sentences":[]}' })
    expect(without()).to.deep.equal([week])
  })

  it('are kept once', () => {
    const id = add()
    opinions().keep(id, judged('unclear'))
    expect(kept(id)).to.deep.equal(judged('unclear'))
    expect(without(NOW + 100 * DAY)).to.deep.equal([])
  })

  it('that failed are wanted again from an instant on, three times in all', () => {
    const id = add()
    opinions().keep(id, failed(1))
    expect(without(NOW - 1)).to.deep.equal([])
    expect(opinions().openWithout(10, NOW)).to.have.nested.property('[0].attempts', 1)
    opinions().keep(id, failed(2))
    expect(without()).to.deep.equal([id])
    opinions().keep(id, failed(3))
    expect(without(NOW + 100 * DAY)).to.deep.equal([])
  })

  it('are not kept of what was decided meanwhile', () => {
    const id = add({ state: 'released' })
    opinions().keep(id, judged('looks_abusive'))
    expect(opened.connection.prepare('SELECT opinion FROM review').pluck().get()).to.equal(null)
  })

  it('move an item by so much among its like, never past an appeal, and leave its rank', () => {
    const [top, plain, good, bad, vain] = [4, 0, 2, 0, 1].map((rank) => add({ rank }))
    const [appealed, suspect] = [-50, -52].map((rank) => add({ rank, appealed: NOW }))
    expect(order()).to.deep.equal([appealed, suspect, top, good, vain, plain, bad])
    opinions().keep(good!, judged('looks_genuine'))
    opinions().keep(bad!, judged('looks_abusive'))
    opinions().keep(plain!, judged('unclear'))
    opinions().keep(vain!, failed(1))
    opinions().keep(suspect!, judged('looks_abusive'))
    expect(order()).to.deep.equal([suspect, appealed, bad, top, vain, plain, good])
    const ranks = opened.connection.prepare<[], number>('SELECT rank FROM review ORDER BY id').pluck().all()
    expect(ranks).to.deep.equal([4, 0, 2, 0, 1, -50, -52])
  })
})
