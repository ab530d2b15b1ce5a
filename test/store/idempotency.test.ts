import { expect } from 'chai'
import { NOW } from '../support.js'
import { type Opened, open } from './files.js'

describe('answers to calls with an idempotency key', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())
  const kept = () => opened.stores.idempotency
  const answer = { fingerprint: 'redeem gift 50', answer: '{"status":"issued"}' }

  it('are found again by caller and key, and by nothing less', () => {
    kept().keep('learner a', 'key-1', answer, NOW)
    expect(kept().answered('learner a', 'key-1')).to.deep.equal(answer)
    expect(kept().answered('learner b', 'key-1')).to.equal(null)
    expect(kept().answered('learner a', 'key-2')).to.equal(null)
  })

  it('are kept once: a second for the same key is a fault of ours', () => {
    kept().keep('learner a', 'key-1', answer, NOW)
    expect(() => kept().keep('learner a', 'key-1', answer, NOW)).to.throw(/UNIQUE/)
    kept().keep('learner b', 'key-1', answer, NOW)
  })

  it('do not hold the key itself, which may be anything', () => {
    kept().keep('learner a', 'ann@campus.example', answer, NOW)
    expect(opened.connection.serialize().includes('ann@campus')).to.equal(false)
  })

  it('are forgotten by time', () => {
    kept().keep('learner a', 'old', answer, NOW - 1)
    kept().keep('learner a', 'new', answer, NOW)
    expect(kept().deleteBefore(NOW, 10)).to.equal(1)
    expect(kept().answered('learner a', 'old')).to.equal(null)
    expect(kept().answered('learner a', 'new')).to.deep.equal(answer)
  })
})
