import { expect } from 'chai'
import type { CodeBatch } from '../../sidecar/store/code.js'
import { NOW } from '../support.js'
import { append, learnerWith, type Opened, open } from './files.js'

const TODAY = '2026-11-23'
const batch = (id: string, reward = 'pool', imported = NOW): CodeBatch => ({ id, reward, imported, file: `${id}.csv` })

describe('pools of codes', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())
  const codes = () => opened.stores.codes

  function fill(of: CodeBatch, list: Readonly<Record<string, string | null>>): void {
    codes().addBatch(of)
    for (const [index, [code, expires]] of Object.entries(list).entries()) codes().add(of, index + 1, code, expires)
  }

  /** A redemption of this pool with a code. @returns its number; null: the pool was empty. */
  function redeem(reward = 'pool', day = TODAY): number | null {
    const subject = learnerWith(opened, '42')
    const { seq } = append(opened, { kind: 'redemption', subject, points: 0 })
    opened.connection
      .prepare(
        "INSERT INTO redemption (seq, id, subject, reward, state, delivery, created) VALUES (?, ?, ?, ?, 'delivered', 'codes', ?)",
      )
      .run(seq, `rdm_${seq}`, subject, reward, NOW)
    return codes().handOut(reward, seq, day) ? seq : null
  }
  const codeOf = (seq: number | null) => (seq === null ? null : codes().codeOf(seq)?.code)

  it('hold each code once, whatever the pool', () => {
    fill(batch('b1'), { A: null })
    expect(codes().poolOf('A')).to.equal('pool')
    expect(codes().poolOf('a')).to.equal(null)
    expect(() => fill(batch('b2', 'other'), { A: null })).to.throw(/UNIQUE/)
  })

  it('keep no code in clear text', () => {
    fill(batch('b1'), { 'GREEN-TEA-4711': null })
    expect(opened.connection.serialize().includes('GREEN-TEA')).to.equal(false)
  })

  it('hand out what lapses soonest, those without a date last, and nothing that has lapsed', () => {
    fill(batch('b1'), { never: null, later: '2027-01-31', today: TODAY, gone: '2026-11-22' })
    expect(codes().available('pool', TODAY)).to.equal(3)
    expect([redeem(), redeem(), redeem(), redeem()].map(codeOf)).to.deep.equal(['today', 'later', 'never', null])
    expect(codes().total('pool')).to.equal(4)
  })

  it('give nothing to another reward', () => {
    fill(batch('b1'), { A: null })
    expect(redeem('other')).to.equal(null)
  })

  it('say of a code when it lapses, to whoever holds it', () => {
    fill(batch('b1'), { A: '2027-01-31', B: null })
    const [first, second] = [redeem()!, redeem()!]
    expect(codes().codeOf(first)).to.deep.equal({ code: 'A', expires: '2027-01-31' })
    expect(codes().codeOf(second)).to.deep.equal({ code: 'B', expires: null })
    expect(codes().codeOf(999)).to.equal(null)
  })

  it('do not open a copy that was moved to another code', () => {
    fill(batch('b1'), { A: null, B: null })
    const held = redeem()!
    opened.connection.exec(
      `UPDATE code SET copy = (SELECT copy FROM code WHERE state = 'available') WHERE state = 'handed_out'`,
    )
    expect(() => codes().codeOf(held)).to.throw()
  })

  it('keep a faulty code for the claim, by its line, and never hand it out again', () => {
    fill(batch('b1'), { A: '2026-12-01', B: null })
    const seq = redeem()!
    codes().markFaulty(seq)
    expect(codes().codeOf(seq)).to.equal(null)
    expect(codes().handOut('pool', seq, TODAY)).to.equal(true)
    expect(codeOf(seq)).to.equal('B')
    expect(codes().handOut('pool', seq, TODAY)).to.equal(false)
    expect(codes().batches()[0]).to.deep.include({ available: 0, handed_out: 1, faulty: 1, faulty_lines: [1] })
  })

  it('are told by batch, oldest first, with the day on which the next one lapses', () => {
    fill(batch('b2', 'pool', NOW + 1), { C: null })
    fill(batch('b1'), { A: '2027-06-30', B: '2027-01-31' })
    const states = codes().batches()
    expect(states.map(({ id, expires }) => [id, expires])).to.deep.equal([
      ['b1', '2027-01-31'],
      ['b2', null],
    ])
    expect(codes().latestBatch('pool')).to.equal('b2')
    expect(codes().latestBatch('other')).to.equal(null)
  })

  it('lose what is withdrawn and was not handed out', () => {
    fill(batch('b1'), { A: null, B: null, C: null })
    const held = redeem()
    expect([codes().withdraw('b1'), codes().withdraw('b1'), codes().withdraw('b9')]).to.deep.equal([2, 0, null])
    expect(codeOf(held)).to.be.a('string')
    expect([codes().available('pool', TODAY), codes().total('pool')]).to.deep.equal([0, 1])
  })

  it('say how many lapse by a day and are still there', () => {
    fill(batch('b1'), { A: '2026-12-01', B: '2026-12-05', C: '2026-12-06', D: null, E: '2026-11-01' })
    fill(batch('b2', 'other'), { F: '2026-12-05' })
    redeem()
    expect(codes().lapsingBy(TODAY, '2026-12-05')).to.deep.equal([
      { reward: 'other', count: 1, expires: '2026-12-05' },
      { reward: 'pool', count: 1, expires: '2026-12-05' },
    ])
  })
})
