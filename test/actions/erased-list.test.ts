import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { erase } from '../../sidecar/actions/erase.js'
import { eraseAgain, listErased, readErasedList } from '../../sidecar/actions/erased-list.js'
import { merge } from '../../sidecar/actions/merge.js'
import { backUp, problems, restored } from './restored-shop.js'
import { APPROVED, openShop, type Shop } from './shop.js'

const REWARDS = `rewards: [{ id: mug, title: A mug, cost: 5, ${APPROVED} }]\n`
const BOSS = { actor: 'boss', reason: 'asked for it' }

describe('the list of erased learners', () => {
  let home: string
  let shop: Shop
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'rocket-erased-'))
    shop = openShop(REWARDS)
    for (const user of ['42', '43', '44']) shop.give(10, null, user)
  })
  afterEach(() => {
    shop.close()
    rmSync(home, { recursive: true })
  })

  const path = () => join(home, 'erased.txt')
  const list = (of = shop) => listErased({ stores: of.stores, config: { home } as never })
  const forget = (user: string, of = shop) => of.at((moment) => erase(moment, { userId: user, ...BOSS }))
  const bringBack = (of: Shop) => of.at((moment) => eraseAgain(moment, readErasedList(home), 'server'))
  const again = (of: Shop) => bringBack(of).erased
  const lines = () => readFileSync(path(), 'utf8').split('\n')

  it('has a line for each, by a name that leads to nobody, and the day; read by its owner alone', () => {
    list()
    expect(existsSync(path())).to.equal(false)
    const [first, second] = ['42', '43'].map((user) => shop.subject(user))
    forget('42')
    list()
    forget('43')
    list()
    list()
    expect(lines()).to.deep.equal([`${first} 2026-11-23`, `${second} 2026-11-23`, ''])
    expect(statSync(path()).mode & 0o777).to.equal(0o600)
    expect([...readErasedList(home)]).to.deep.equal([first, second])
  })

  it('is completed from the database, also after a line that a crash cut short', () => {
    const [first, second] = ['42', '43'].map((user) => shop.subject(user))
    forget('42')
    list()
    writeFileSync(path(), `${first} 2026-11-23\n${second?.slice(0, 9)}`)
    forget('43')
    list()
    expect([...readErasedList(home)]).to.deep.equal([first, second])
  })

  it('makes erased again whoever a backup brings back, and nobody else', () => {
    const backup = backUp(shop)
    for (const user of ['42', '43']) forget(user)
    list()
    const after = restored(home, backup, shop.clock.now)
    expect(again(after)).to.equal(2)
    expect(['42', '43', '44'].map((user) => after.balance(user))).to.deep.equal([0, 0, 10])
    expect(after.stores.learners.subjectOf('moodle', '42')).to.equal(null)
    expect(again(after)).to.equal(0)
    expect(problems(after)).to.deep.equal([])
    after.close()
  })

  it('erases accounts that were merged after the backup, each; and those merged before, as one', () => {
    const apart = backUp(shop)
    shop.at((moment) => merge(moment, { userId: '42', into: '43', ...BOSS }))
    const together = backUp(shop)
    forget('43')
    list()
    expect(readErasedList(home).size).to.equal(2)
    for (const [backup, count] of [
      [apart, 2],
      [together, 1],
    ] as const) {
      const after = restored(home, backup, shop.clock.now)
      expect(again(after)).to.equal(count)
      expect(after.stores.restored.erased()).to.have.length(2)
      expect(problems(after)).to.deep.equal([])
      after.close()
    }
  })

  it('passes over whom a legal hold keeps, and names them, until it ends', () => {
    const [first, second] = ['42', '43'].map((user) => shop.subject(user))
    writeFileSync(path(), `${first} 2026-11-23\n${second} 2026-11-23\n`)
    shop.publish(REWARDS, { settings: 'source: moodle\nlegal_hold: [{ user: "42", reason: a court }]\n' })
    expect(bringBack(shop)).to.deep.equal({ erased: 1, held: [first] })
    expect(['42', '43'].map((user) => shop.balance(user))).to.deep.equal([10, 0])
    shop.publish(REWARDS)
    expect(bringBack(shop)).to.deep.equal({ erased: 1, held: [] })
    expect(shop.balance('42')).to.equal(0)
  })

  it('passes over who is unknown, and lines that are none of its own', () => {
    writeFileSync(path(), `${'a'.repeat(24)} 2026-11-23\nnonsense\n\n${shop.subject('42')}\n`)
    expect([...readErasedList(home)]).to.deep.equal(['a'.repeat(24)])
    expect(again(shop)).to.equal(0)
    expect(shop.balance('42')).to.equal(10)
  })
})
