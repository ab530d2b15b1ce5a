import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { adjust } from '../../sidecar/actions/adjust.js'
import { erase } from '../../sidecar/actions/erase.js'
import { answerDelivery } from '../../sidecar/actions/moodle-delivery.js'
import { deliver } from '../../sidecar/actions/redemption.js'
import { cancel, extend, reissue } from '../../sidecar/actions/support.js'
import { reverseToken, verifyToken } from '../../sidecar/actions/till.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { openForWriting } from '../../sidecar/store/database.js'
import { inFolder, open } from '../store/files.js'
import { NOW } from '../support.js'
import { eraseIn, event, FILES, freezeIn, mergeIn, post, problems, REWARDS, sent, verified } from './rights.js'
import { DAY, HOUR, inShop, refusal, Shop } from './shop.js'

const ANN = 'ann-zuckmayer'
const BOB = 'bob'

/** Two learners who have done the same. */
const withTwo = (test: (shop: Shop) => void | Promise<void>) =>
  inShop(
    REWARDS,
    async (shop) => {
      await fill(shop)
      return test(shop)
    },
    FILES,
  )

async function fill(shop: Shop): Promise<void> {
  await shop.importCodes('pool', 'POOL-1\nPOOL-2\nPOOL-3\n')
  for (const [index, user] of [ANN, BOB].entries()) {
    shop.give(100, null, user)
    shop.give(50, '2027-01-31', user)
    sent(shop, post(user, index))
    sent(shop, event('assign.submitted', user, { object: `assign_submission:${index}`, activity: 'assign:3' }))
    sent(shop, event('badge.awarded', user, { object: 'badge:1', activity: null }))
    sent(shop, event('activity.completed', user, { activity: 'quiz:7', data: { state: 1 } }))
    sent(shop, event('forum.post_deleted', user, { object: `forum_posts:${index}`, activity: 'forum:9' }))
  }
}

/** Who acted and who graded, as the newest entry has it. */
const named = ({ opened }: Shop) =>
  opened.connection
    .prepare<[], { actor: string; graded_by: string }>(
      `SELECT data ->> '$.actor' AS actor, data ->> '$.detail.data.graded_by' AS graded_by FROM private_record
       ORDER BY seq DESC LIMIT 1`,
    )
    .get()!

const state = (shop: Shop, id: string) => shop.get(id).state
const delivered = (shop: Shop, id: string) => shop.at((moment) => deliver(moment, shop.get(id), { by: 'shop' }))
const asked = { actor: 'it', reason: 'asked' }

describe('a learner who is erased', () => {
  it(
    'leaves no balance and nobody to find; everybody else has what they had, and the ledger verifies',
    withTwo((shop) => {
      const before = shop.stores.ledger.balance(shop.subject(BOB))
      const subject = shop.subject(ANN)
      const { opened } = verified(shop)
      const answer = eraseIn(shop, ANN)
      expect(answer).to.deep.include({ erased: true, cancelled: 0, mergedInto: null })
      expect(shop.subject(ANN)).to.equal('')
      expect(shop.stores.ledger.balance(subject)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(shop.stores.ledger.balance(shop.subject(BOB))).to.deep.equal(before)
      const last = shop.entries().at(-1)
      expect(last).to.deep.include({ kind: 'erasure', subject, points: -154, held: -7 })
      expect(verified(shop)).to.deep.include({ ok: true, problems: [], erased: answer.records })
      expect(verified(shop).opened).to.equal(opened - answer.records + 1)
    }),
  )

  it(
    'is erased once: asked again, or of one who was never heard of, there is nothing to do',
    withTwo((shop) => {
      const nothing = { erased: false, records: 0, cancelled: 0, inDoubt: 0, mergedInto: null }
      eraseIn(shop, ANN)
      const head = shop.stores.ledger.head().seq
      expect(eraseIn(shop, ANN)).to.deep.equal(nothing)
      expect(eraseIn(shop, 'nobody')).to.deep.equal(nothing)
      expect(shop.stores.ledger.head().seq).to.equal(head)
    }),
  )

  it(
    'is paid nothing for what is sent again, and begins anew with what is new',
    withTwo((shop) => {
      const again = post(ANN, 77)
      sent(shop, again)
      eraseIn(shop, ANN)
      expect(sent(shop, again)).to.deep.equal(['duplicate'])
      expect(shop.subject(ANN)).to.equal('')
      expect(sent(shop, post(ANN, 78))).to.deep.equal(['recorded', 'granted'])
      expect(shop.balance(ANN)).to.equal(3)
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'is paid nothing for a deed of theirs alone that is reported under a new id; for what was taken back they may be',
    withTwo((shop) => {
      sent(shop, post(ANN, 77))
      eraseIn(shop, ANN)
      expect(sent(shop, post(ANN, 77))).to.deep.equal(['duplicate'])
      expect(sent(shop, event('forum.post_deleted', ANN, { object: 'forum_posts:77', activity: 'forum:9' }))).to.eql([
        'duplicate',
      ])
      expect(shop.subject(ANN)).to.equal('')
      // Their first post was deleted, and others can do what they did: nothing says that this is the same deed.
      expect(sent(shop, post(ANN, 0))).to.deep.equal(['recorded', 'granted'])
      const done = event('activity.completed', ANN, { activity: 'quiz:7', data: { state: 1 } })
      expect(sent(shop, done)).to.deep.equal(['recorded', 'granted'])
      expect(sent(shop, post(BOB, 78))).to.deep.equal(['recorded', 'granted'])
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'ends what is open: money goes back to its budget, stock and limits are free, and no token counts',
    withTwo((shop) => {
      const gift = shop.redeem('gift', 10, ANN).redemption_id
      const course = shop.redeem('course', 5, ANN).redemption_id
      const token = shop.token(gift)
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(100)
      expect(eraseIn(shop, ANN)).to.include({ cancelled: 2 })
      expect([state(shop, gift), state(shop, course)]).to.deep.equal(['cancelled', 'cancelled'])
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(0)
      expect(shop.stores.redemptions.issued('gift')).to.equal(0)
      expect(refusal(() => shop.consume(token)).code).to.equal('state_conflict')
      expect(shop.told().filter((code) => code === 'cancelled')).to.deep.equal([])
      // Moodle is told that it comes too late, and undoes what it did.
      const done = { status: 'done', reason: null } as const
      expect(refusal(() => shop.at((moment) => answerDelivery(moment, course, done))).code).to.equal('state_conflict')
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'gives back what no partner was ever sent; what may have arrived stands as spent, and can still be used there',
    withTwo((shop) => {
      const [known, unknown] = [shop.redeem('ride', 5, ANN), shop.redeem('ride', 5, ANN)]
      const seq = shop.get(known.redemption_id).seq
      const [first] = shop.stores.messages.ofRedemption(seq)
      shop.at(({ stores, now }) => {
        stores.messages.begin(first!.number, now)
        stores.messages.postpone(first!.number, now, 'It answered 500: no room for Ann.')
      })
      const token = shop.token(known.redemption_id)
      expect(eraseIn(shop, ANN)).to.include({ cancelled: 1, inDoubt: 1 })
      const told = ({ redemption_id: id }: { redemption_id: string }) =>
        shop.stores.messages.ofRedemption(shop.get(id).seq).map(({ type, state: at }) => `${type} ${at}`)
      expect([told(known), told(unknown)]).to.deep.equal([['redemption.issued dropped'], ['redemption.issued dropped']])
      expect([known, unknown].map(({ redemption_id: id }) => state(shop, id))).to.deep.equal(['delivered', 'cancelled'])
      expect(shop.stores.messages.ofRedemption(seq)[0]?.outcome).to.equal(null)
      expect(shop.get(known.redemption_id)).to.include({ userId: null, tokenCopy: null })
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(200)
      expect(shop.stores.redemptions.issued('ride')).to.equal(1)
      expect(shop.consume(token, { partner: 'shop' }).status).to.equal('consumed')
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'leaves what was handed over as it is: codes, used tokens, and what its partner still honours',
    withTwo(async (shop) => {
      const code = shop.redeem('pool', 5, ANN).redemption_id
      const tea = shop.redeem('tea', 5, ANN).redemption_id
      const ride = shop.redeem('ride', 5, ANN).redemption_id
      delivered(shop, ride)
      const [used, token] = [shop.token(tea), shop.token(ride)]
      shop.consume(used, null, 'receipt 7')
      expect(eraseIn(shop, ANN)).to.include({ cancelled: 0 })
      expect([code, tea, ride].map((id) => state(shop, id))).to.deep.equal(['delivered', 'consumed', 'delivered'])
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(200)
      expect(shop.get(tea)).to.include({ userId: null, reference: 'receipt 7', created: Date.parse('2026-11-23') })
      expect(shop.at((moment) => verifyToken(moment, null, used))).to.include({ status: 'consumed', title: 'A tea' })
      expect(shop.consume(token, { partner: 'shop' })).to.include({ status: 'consumed', title: 'Ride' })
      const { kind, subject, points } = shop.entries().at(-1)!
      expect([kind, points]).to.deep.equal(['consumption', 0])
      expect(subject).to.not.equal(null)
      shop.clock.now += 400 * 86_400_000
      await shop.expire()
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'can be given nothing back any more, by nobody',
    withTwo((shop) => {
      const tea = shop.redeem('tea', 5, ANN).redemption_id
      const ride = shop.redeem('ride', 5, ANN).redemption_id
      const code = shop.redeem('pool', 5, ANN).redemption_id
      const token = shop.token(tea)
      shop.consume(token)
      delivered(shop, ride)
      eraseIn(shop, ANN)
      const head = shop.stores.ledger.head().seq
      for (const work of [
        () => shop.at((moment) => cancel(moment, ride, asked)),
        () => shop.at((moment) => cancel(moment, code, asked)),
        () => shop.at((moment) => reissue(moment, code, asked)),
        () => shop.at((moment) => extend(moment, ride, NOW + 1e10, asked)),
        () => shop.at((moment) => reverseToken(moment, null, { token, reference: null, key: null })),
      ]) {
        expect(refusal(work)).to.include({ code: 'state_conflict' })
        expect(refusal(work).message).to.match(/was erased: it stays as it is/)
      }
      expect(shop.stores.ledger.head().seq).to.equal(head)
    }),
  )

  it(
    'is erased with all accounts that were merged into theirs',
    withTwo((shop) => {
      const tea = shop.redeem('tea', 5, BOB).redemption_id
      const used = shop.token(tea)
      shop.consume(used)
      shop.give(9, null, 'third')
      mergeIn(shop, BOB, ANN)
      freezeIn(shop, ANN)
      const { records } = eraseIn(shop, ANN)
      expect(shop.entries().filter(({ kind }) => kind === 'erasure')).to.have.length(2)
      expect([ANN, BOB].map((user) => shop.subject(user))).to.deep.equal(['', ''])
      expect(verified(shop)).to.deep.include({ ok: true, problems: [], erased: records })
      expect(shop.at((moment) => verifyToken(moment, null, used))).to.include({ status: 'consumed', title: 'A tea' })
      expect(shop.balance('third')).to.equal(9)
    }),
  )

  it(
    'who only had to do with others is erased as well: what they did leads to nobody',
    withTwo((shop) => {
      const graded = { object: 'quiz_attempts:5', data: { score: 90, graded_by: 'prof' }, actor: 'prof' }
      sent(shop, event('quiz.graded', BOB, graded))
      shop.at((moment) => adjust(moment, { userId: BOB, points: 1, reason: 'kind', actor: 'moodle:prof' }))
      const subject = shop.subject('prof')
      const { subjects } = shop.stores.ledger
      expect(subjects.shown(`subject:${subject}`)).to.equal('moodle:prof')
      expect(subjects.shown('cli:root')).to.equal('cli:root')
      // The one record of their own: by it their subject was theirs.
      expect(eraseIn(shop, 'prof')).to.deep.include({ erased: true, records: 1, cancelled: 0 })
      expect(subjects.shown(`subject:${subject}`)).to.equal('erased')
      const kept = shop.opened.connection
        .prepare<[], string>('SELECT data FROM private_record UNION ALL SELECT body || decisions FROM event')
        .pluck()
        .all()
        .join()
      expect(kept).to.include(`subject:${subject}`).and.to.not.include('prof')
      expect(eraseIn(shop, 'prof').erased).to.equal(false)
      expect(verified(shop)).to.deep.include({ ok: true, problems: [] })
    }),
  )

  it(
    'is not brought back by what happened before and comes late or once more; by what names them later they are, anew',
    withTwo((shop) => {
      const graded = (id: number, given: object) =>
        sent(shop, event('quiz.graded', `learner ${id}`, { object: `quiz_attempts:${id}`, time: NOW, ...given }))
      const by = { actor: 'prof', data: { score: 90, graded_by: 'prof' } }
      graded(1, by)
      const before = shop.subject('prof')
      shop.clock.now += HOUR
      eraseIn(shop, 'prof')
      expect(graded(2, by)).to.deep.equal(['recorded', 'granted'])
      expect(shop.subject('prof')).to.equal('')
      const nobody = `subject:${'0'.repeat(24)}`
      expect(shop.entries().at(-1)?.subject).to.equal(shop.subject('learner 2'))
      expect(named(shop)).to.deep.include({ actor: nobody, graded_by: nobody })
      // Whoever is known is called by subject, however late it comes.
      graded(3, { ...by, actor: BOB })
      expect(named(shop).actor).to.equal(`subject:${shop.subject(BOB)}`)
      graded(4, { ...by, time: shop.clock.now })
      expect(shop.subject('prof'))
        .to.match(/^[0-9a-f]{24}$/)
        .and.not.equal(before)
      expect(named(shop).actor).to.equal(`subject:${shop.subject('prof')}`)
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'is the learner in the entry that stays, whichever of their accounts asks for it',
    withTwo((shop) => {
      mergeIn(shop, BOB, ANN)
      shop.at((moment) => erase(moment, { userId: ANN, actor: `moodle:${BOB}`, reason: 'asked' }))
      const kept = shop.opened.connection
        .prepare<[], string>(
          "SELECT data ->> '$.actor' FROM private_record JOIN entry USING (seq) WHERE kind = 'erasure'",
        )
        .pluck()
      expect(kept.all()).to.deep.equal(['the learner', 'the learner'])
      expect([ANN, BOB].map((user) => shop.subject(user))).to.deep.equal(['', ''])
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'stands nowhere in the file any more, nor in SQLite’s log beside it',
    inFolder(async (folder) => {
      const path = join(folder, 'a.sqlite')
      const shop = new Shop(open(path), NOW)
      shop.publish(REWARDS, FILES)
      await fill(shop)
      const secrets = { tokenKey: 'k', eventKey: 'k', redemptionKey: 'k', pairing: null }
      const order = { scopes: ['learner'], userId: ANN, partner: null, name: 'for Ann', ttl: DAY, actor: 'it' } as const
      const tkn = shop.at(({ stores, rules, now }) =>
        issueToken(stores, rules.current(), secrets, { ...order, now }),
      ).id
      const token = shop.token(shop.redeem('ride', 5, ANN, 'ann’s key').redemption_id)
      delivered(shop, shop.stores.redemptions.list({}, 1)[0]!.id)
      sent(shop, post(ANN, 424_242, { id: 'an-event-of-hers', data: { text_hash: 'her-text-hash' } }))
      const traces = [ANN, 'an-event-of-hers', 'her-text-hash', 'forum_posts:424242', 'for Ann']
      const seen = () => {
        const bytes = ['', '-wal'].map((end) => readFileSync(`${path}${end}`).toString('latin1')).join('')
        return traces.filter((trace) => bytes.includes(trace))
      }
      expect(seen()).to.deep.equal(traces)
      eraseIn(shop, ANN)
      expect(shop.stores.writer.emptyLog()).to.equal(true)
      expect(seen()).to.deep.equal([])
      expect(shop.stores.tokens.get(tkn)).to.include({ user_id: null, name: null, revoked: NOW })
      expect(shop.consume(token, { partner: 'shop' }).status).to.equal('consumed')
      expect(problems(shop)).to.deep.equal([])
      shop.close()
    }),
  )

  it(
    'does not wait for somebody who reads the file',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const { stores, connection } = open(path)
      const reader = openForWriting(path)
      reader.exec('BEGIN; SELECT * FROM entry')
      reader.prepare('SELECT count(*) FROM entry').get()
      stores.writer.write(() => stores.notices.tellAdministrators('partner_gone', { partner: 'x' }, NOW, 'once'))
      const begun = Date.now()
      expect(stores.writer.emptyLog()).to.equal(false)
      expect(Date.now() - begun).to.be.below(1_000)
      reader.exec('COMMIT')
      expect(stores.writer.emptyLog()).to.equal(true)
      expect(connection.pragma('busy_timeout', { simple: true })).to.equal(5_000)
      reader.close()
      connection.close()
    }),
  )
})

describe('whatever a table keeps by learner', () => {
  it(
    'is gone with them, but for what names nobody',
    withTwo((shop) => {
      shop.redeem('tea', 5, ANN)
      shop.redeem('gift', 10, ANN, 'key')
      freezeIn(shop, ANN)
      const { connection } = shop.opened
      const subject = shop.subject(ANN)
      const tables = connection
        .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%subject%'")
        .pluck()
        .all()
      const kept = () =>
        tables.filter((name) => connection.prepare(`SELECT 1 FROM ${name} WHERE subject = ?`).get(subject)).sort()
      expect(tables).to.include.members(kept())
      expect(kept()).to.deep.equal(
        ['balance', 'entry', 'event', 'fact', 'frozen', 'granted', 'learner', 'lot', 'notice'].concat(
          'redemption',
          'review',
          'tier_reached',
          'trace',
        ),
      )
      eraseIn(shop, ANN)
      expect(kept()).to.deep.equal(['entry', 'erased', 'redemption'])
    }),
  )
})

describe('an erasure, verified', () => {
  /** A change that somebody made who owns the file: triggers are gone. */
  const found = (change: (shop: Shop, subject: string) => void) =>
    inShop(
      REWARDS,
      async (shop) => {
        await fill(shop)
        const subject = shop.subject(ANN)
        eraseIn(shop, ANN)
        const { connection } = shop.opened
        const triggers = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all()
        for (const name of triggers) connection.exec(`DROP TRIGGER ${name}`)
        change(shop, subject)
      },
      FILES,
    )
  const deleteRecord = ({ opened }: Shop, user: string) =>
    opened.connection
      .prepare(
        "DELETE FROM private_record WHERE seq = (SELECT max(seq) FROM private_record WHERE data ->> '$.user_id' = ?)",
      )
      .run(user)

  it(
    'declares no record of anybody else’s',
    found((shop) => {
      deleteRecord(shop, BOB)
      expect(problems(shop)).to.deep.equal(['its private record is missing, and no erasure declares that'])
    }),
  )

  it(
    'declares none that was written after it',
    found((shop) => {
      shop.opened.connection.exec('DELETE FROM private_record WHERE seq = (SELECT max(seq) FROM entry)')
      expect(problems(shop)[0]).to.equal('its private record is missing, and no erasure declares that')
    }),
  )

  it(
    'is not made up: an index that names what no entry says is caught, and so is one that forgets it',
    found((shop) => {
      const { connection } = shop.opened
      connection
        .prepare('INSERT INTO erased (subject, seq) VALUES (?, (SELECT max(seq) - 1 FROM entry))')
        .run(shop.subject(BOB))
      deleteRecord(shop, BOB)
      const all = problems(shop)
      expect(all.join('\n')).to.match(/kept as erased, and no entry says so/)
      connection.exec('DELETE FROM erased')
      expect(problems(shop)[0]).to.equal('its private record is missing, and no erasure declares that')
    }),
  )

  it(
    'takes all records: one that is put back is caught, and so is a count that is not true',
    found((shop, subject) => {
      const { connection } = shop.opened
      connection
        .prepare(
          `INSERT INTO private_record (seq, salt, data) SELECT (SELECT min(seq) FROM entry WHERE subject = ?), salt, data
           FROM private_record LIMIT 1`,
        )
        .run(subject)
      const all = problems(shop).join('\n')
      expect(all)
        .to.match(/the record or its salt was changed/)
        .and.to.match(/it declares \d+ records erased, and \d+ are missing/)
    }),
  )

  it(
    'deletes nothing while the triggers stand, before its entry or of anybody else',
    withTwo((shop) => {
      const { connection } = shop.opened
      const tries = ['DELETE FROM private_record', "INSERT INTO erased (subject, seq) VALUES ('x', 1)"]
      for (const sql of tries) expect(() => connection.exec(sql), sql).to.throw(/never deleted|an entry first/)
      eraseIn(shop, ANN)
      for (const sql of [...tries, 'DELETE FROM erased', 'UPDATE erased SET seq = seq + 1']) {
        expect(() => connection.exec(sql), sql).to.throw(/never|an entry first/)
      }
    }),
  )
})
