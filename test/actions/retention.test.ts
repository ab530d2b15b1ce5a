import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { erase } from '../../sidecar/actions/erase.js'
import { keepRecipe } from '../../sidecar/actions/exports.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { applyRetention } from '../../sidecar/actions/retention.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { learningEvent, openRocket, SEED_RULE, type TestRocket } from '../support.js'

const DAY = 86_400_000

describe('retention', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(SEED_RULE, 'retention: { events: 20d, decisions: 10d }\n')
  })
  afterEach(() => rocket.close())

  const send = (id: string) => {
    const { stores, rules } = rocket.context
    const event = learningEvent({
      id,
      user: id,
      object: `quiz_attempts:${id}`,
      data: { score: 90 },
      time: rocket.clock.now,
    })
    return stores.writer.write(() => ingest(stores, rules.current(), event, rocket.clock.now))
  }
  const kept = () =>
    rocket.context.reader
      .prepare<[], [string, number]>(`SELECT body ->> '$.id', decisions IS NOT NULL FROM event ORDER BY number`)
      .raw()
      .all()
      .map(([id, decided]) => id + (decided ? '+' : ''))

  it('forgets decisions, then events, and never an id, a point or an entry', async () => {
    for (const id of ['a', 'b', 'c']) {
      send(id)
      rocket.clock.now += 5 * DAY
    }
    expect(kept()).to.deep.equal(['a+', 'b+', 'c+'])
    expect(await applyRetention(rocket.context)).to.equal('deleted 0 events, the decisions about 1, and 0 notices')
    expect(kept()).to.deep.equal(['a', 'b+', 'c+'])
    rocket.clock.now += 10 * DAY
    expect(await applyRetention(rocket.context)).to.equal('deleted 1 events, the decisions about 2, and 0 notices')
    expect(kept()).to.deep.equal(['b', 'c'])
    rocket.clock.now += 400 * DAY
    await applyRetention(rocket.context)
    expect(kept()).to.deep.equal([])
    for (const id of ['a', 'b', 'c']) expect(send(id)).to.include({ status: 'duplicate', points: 0 })
    const { ok, entries } = verifyLedger(rocket.context.reader, { quick: false })
    expect({ ok, entries }).to.deep.equal({ ok: true, entries: 4 })
  })

  it('goes in steps, and once more where events come after all were forgotten', async () => {
    const { stores, rules } = rocket.context
    stores.writer.write(() => {
      for (let i = 0; i < 2_300; i++) {
        const event = learningEvent({ user: `${i % 7}`, data: { score: 1 }, time: rocket.clock.now })
        ingest(stores, rules.current(), event, rocket.clock.now)
      }
    })
    rocket.clock.now += 21 * DAY
    expect(await applyRetention(rocket.context)).to.equal(
      'deleted 2300 events, the decisions about 2300, and 0 notices',
    )
    send('z')
    rocket.clock.now += 11 * DAY
    expect(await applyRetention(rocket.context)).to.equal('deleted 0 events, the decisions about 1, and 0 notices')
  })

  it('forgets notices and answers to calls as long after as events, and tells nobody anew of a tier', async () => {
    const { stores } = rocket.context
    const { notices, idempotency, learners } = stores
    const subject = stores.writer.write(() => learners.enrol('moodle', '42'))
    stores.writer.write(() => {
      notices.reach(subject, 'bronze', rocket.clock.now)
      notices.tell(subject, 'tier_reached', { tier: 'bronze', title: 'Bronze' }, rocket.clock.now)
      idempotency.keep('learner', 'key', { fingerprint: 'redeem', answer: '{}' }, rocket.clock.now)
    })
    rocket.clock.now += 20 * DAY
    expect(await applyRetention(rocket.context)).to.include('and 0 notices')
    rocket.clock.now += 1
    expect(await applyRetention(rocket.context)).to.include('and 1 notices')
    expect(notices.after(0, 10)).to.deep.equal([])
    // A retry may come later than an institution keeps its events.
    expect(idempotency.answered('learner', 'key')).not.to.equal(null)
    rocket.clock.now += 10 * DAY
    await applyRetention(rocket.context)
    expect(idempotency.answered('learner', 'key')).to.equal(null)
    expect(stores.writer.write(() => notices.reach(subject, 'bronze', rocket.clock.now))).to.equal(false)
  })

  it('leaves of each day older than a month the last checkpoint', async () => {
    const { stores, notary, reader } = rocket.context
    notary.keys.begin()
    const start = rocket.clock.now
    for (const [index, hours] of [0, 1, 2, 24, 25, 40 * 24].entries()) {
      rocket.clock.now = start + hours * 3_600_000
      send(`c${index}`)
      notary.keep(notary.newest()!)
    }
    const hours = () =>
      reader
        .prepare<[], number>('SELECT time FROM checkpoint ORDER BY time')
        .pluck()
        .all()
        .map((time) => (time - start) / 3_600_000)
    expect(hours()).to.deep.equal([0, 1, 2, 24, 25, 40 * 24])
    await applyRetention(rocket.context)
    expect(hours()).to.deep.equal([2, 25, 40 * 24])
    expect(stores.checkpoints.newest()?.time).to.equal(rocket.clock.now)
  })

  it('mends exports that an erasure did not reach, and says how many, not which', async () => {
    const folder = join(rocket.home, 'exports')
    mkdirSync(folder)
    send('a')
    for (const name of ['a.csv', 'b.csv']) writeFileSync(join(folder, name), [...rocket.context.view.csv({})].join(''))
    keepRecipe(rocket.home, join(folder, 'a.csv'), { format: 'csv', filter: {} })
    const { stores, rules } = rocket.context
    const asked = { userId: 'a', actor: 'it', reason: 'asked' }
    stores.writer.write(() => erase({ stores, rules, now: rocket.clock.now }, asked))
    expect(await applyRetention(rocket.context)).to.equal(
      'deleted 0 events, the decisions about 0, and 0 notices; made 1 exports anew, or deleted them, since they showed somebody who is erased; 1 exports show somebody who is erased, or may: delete them',
    )
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).to.not.include('"a"')
  })
})
