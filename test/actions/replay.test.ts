import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { ingest } from '../../sidecar/actions/ingest.js'
import { readFolder } from '../../sidecar/actions/publish.js'
import { replayGrants } from '../../sidecar/actions/replay.js'
import type { Replay } from '../../sidecar/actions/replay-verdict.js'
import { openSandbox } from '../../sidecar/actions/sandbox.js'
import type { Kind, PrivateRecord, ProposedEntry } from '../../sidecar/domain/entry.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { readExamples } from '../../sidecar/rules/examples-file.js'
import type { Connection } from '../../sidecar/store/database.js'
import { learningEvent } from '../support.js'
import { eraseIn, freezeIn, mergeIn, sent, unfreezeIn } from './rights.js'
import { DAY, HOUR, inShop, openShop, type Shop } from './shop.js'

const decisions = (connection: Connection): number =>
  connection
    .prepare<[], number>("SELECT count(*) FROM entry WHERE kind IN ('grant', 'hold', 'revocation')")
    .pluck()
    .get()!

/** Everything that was decided is accounted for. @returns the replay, without its counts of what agrees. */
function replayed(connection: Connection): Pick<Replay, 'not_judged' | 'problems'> {
  const { judged, agree, not_judged, problems } = replayGrants(connection)
  const notJudged = Object.values(not_judged).reduce((sum, count) => sum + count, 0)
  expect(judged + notJudged).to.equal(decisions(connection))
  expect(judged - agree).to.equal(problems.length)
  // In parts, as a ledger of millions is read, it comes to the same.
  expect(replayGrants(connection, {}, 20)).to.deep.equal({ judged, agree, not_judged, problems })
  return { not_judged, problems }
}

describe('deciding again', () => {
  const root = join(import.meta.dirname, '../../rules-examples')
  for (const name of readdirSync(root)) {
    it(`agrees with what ${name} granted in its examples`, () => {
      const folder = join(root, name)
      const files = readFolder(folder)
      const examples = readdirSync(join(folder, 'rules'))
        .filter((file) => file.endsWith('.examples.yaml'))
        .flatMap((file) => readExamples(file, readFileSync(join(folder, 'rules', file), 'utf8')).examples)
      const { stores, rules, close } = openSandbox(files)
      for (const { events } of examples) {
        for (const [index, { event }] of events.entries()) {
          const named = { ...event, id: `${event.user} ${event.id} ${index}` }
          stores.writer.write(() => ingest(stores, rules, named, event.time))
        }
      }
      expect(replayed(stores.writer.connection).problems).to.deep.equal([])
      close()
    })
  }
})

const PACKS = [
  `
- { id: quiz, event: quiz.graded, points: { by: score, bands: { ">=90": 9, ">=50": 4 } }, frequency: 2, cooldown: 20h, per: activity, revoke_on: [quiz.deleted, quiz.regraded] }
- { id: rate, event: quiz.graded, points: { per: 10, of: score, points: 1, max: 7 }, caps: [{ points: 12, per: day }, { grants: 4, per: 50h }], expires: 30d }
- { id: once, event: quiz.graded, points: 3, once_per: course, unless: { score: "<20" }, review: hold, revoke_on: quiz.deleted }
- { id: later, event: quiz.graded, points: 5, requires: { rules: [quiz], points: 6 }, window: { hours: "06:00-20:00" }, review: flag }
- { id: badge, event: quiz.graded, points: 1, requires: { any: [{ badges: [Swimmer] }, { points: 25 }] }, caps: [{ grants: 1, per: week }] }
- { id: own, event: custom.visit, points: 2, frequency: 3, expires: term }
- { id: helped, event: quiz.graded, points: 1, conditions: { actor: bob, graded_by: [automatic, cy] } }
`,
  `
- { id: graded, was: [quiz], event: quiz.graded, points: 2, frequency: 3, cooldown: 2d, per: activity, revoke_on: quiz.deleted }
- { id: rate, event: quiz.graded, points: { per: 10, of: score, points: 2 }, caps: [{ points: 20, per: week }], active: true }
- { id: once, event: quiz.graded, points: 4, once_per: activity, requires: { tier: silver }, revoke_on: [quiz.deleted] }
- { id: own, event: custom.visit, points: 2, frequency: 1, cooldown: 3h, expires: 2027-01-31 }
`,
] as const
const SETTINGS =
  'source: moodle\ntimezone: Europe/London\ncustom_events: [custom.visit]\nterms: [{ id: t, from: 2026-11-01, to: 2026-12-11 }]\n'
const TIERS = 'tiers: [{ id: silver, title: Silver, points: 12 }]\n'
const USERS = ['ann', 'bob', 'cy'] as const

const step = fc.record({
  does: fc.constantFrom(
    ...(['send', 'send', 'send', 'send', 'send', 'send', 'send', 'send', 'clock', 'clock'] as const),
    ...(['give', 'freeze', 'unfreeze', 'merge', 'erase', 'publish'] as const),
  ),
  who: fc.constantFrom(...USERS),
  other: fc.constantFrom(...USERS),
  amount: fc.integer({ min: 1, max: 20 }),
  late: fc.integer({ min: 0, max: 200 }).map((quarters) => quarters * 900_000),
  event: fc.record({
    event: fc
      .constantFrom(...Array(4).fill('quiz.graded'), 'quiz.regraded', 'quiz.deleted', 'custom.visit', 'badge.awarded')
      .map((name) => canonicalName(name)!),
    course: fc.constantFrom('7', '8', null),
    activity: fc.constantFrom('quiz:1', 'quiz:2', null),
    actor: fc.constantFrom(...USERS, null),
    object: fc.integer({ min: 1, max: 6 }).map((id) => `quiz_attempts:${id}`),
    data: fc.record(
      {
        score: fc.integer({ min: 0, max: 100 }),
        undone: fc.constantFrom(true, false),
        badge: fc.constant('Swimmer'),
        graded_by: fc.constantFrom('automatic', 'cy', 'ann'),
      },
      { requiredKeys: [] },
    ),
  }),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function take(shop: Shop, { does, who, other, amount, late, event }: Step): void {
  const { clock } = shop
  switch (does) {
    case 'send':
      return void sent(shop, learningEvent({ ...event, user: who, time: clock.now - late }))
    case 'clock':
      clock.now += amount % 4 === 0 ? -5 * 60_000 : amount * HOUR
      return
    case 'give':
      return void shop.give(amount % 2 === 0 ? amount : -amount, null, who)
    case 'freeze':
      return void freezeIn(shop, who)
    case 'unfreeze':
      return void unfreezeIn(shop, who)
    case 'merge':
      if (who !== other && amount > 12) mergeIn(shop, who, other)
      return
    case 'erase':
      if (amount > 15) eraseIn(shop, who)
      return
    case 'publish':
      return shop.publish(TIERS, { settings: SETTINGS, rules: PACKS[amount % 2]! })
  }
}

describe('deciding again what was really decided', () => {
  it('agrees with all of it, whatever came, and in whatever order', function () {
    this.timeout(60_000)
    let judged = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 90, size: 'max' }), (steps) => {
        const shop = openShop(TIERS, { settings: SETTINGS, rules: PACKS[0] })
        try {
          for (const one of steps) attempt(() => take(shop, one))
          expect(replayed(shop.opened.connection).problems).to.deep.equal([])
          judged += replayGrants(shop.opened.connection).judged
        } finally {
          shop.close()
        }
      }),
      { numRuns: 40 },
    )
    expect(judged).to.be.greaterThan(200)
  })
})

/** A merge of merged accounts is refused; nothing else that is tried here may fail. */
function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Error) || error.constructor.name !== 'Refusal') throw error
  }
}

const QUIZ = `
- { id: quiz, event: quiz.graded, points: { by: score, bands: { ">=90": 9, ">=50": 4 } }, frequency: 2, cooldown: 20h, revoke_on: quiz.deleted }
- { id: paid, event: quiz.graded, points: 6, caps: [{ points: 10, per: day }], conditions: { score: ">=50" } }
- { id: eye, event: forum.post, points: 2, review: flag, expires: 2027-01-31, window: { hours: "08:00-12:00" } }
- { id: wait, event: assign.submitted, points: 3, review: hold, requires: { rules: [quiz] } }
- { id: visit, event: custom.visit, points: 1 }
- { id: after, event: quiz.graded, points: 1, requires: { rules: [quiz] } }
`

describe('a grant that no rule gave', () => {
  const settings = 'source: moodle\ncustom_events: [custom.visit]\n'
  let shop: Shop
  beforeEach(() => {
    shop = openShop('', { settings, rules: QUIZ })
  })
  afterEach(() => shop.close())

  const send = (name: string, given: Parameters<typeof learningEvent>[0] = {}) => {
    const event = learningEvent({ event: canonicalName(name)!, time: shop.clock.now, data: { score: 95 }, ...given })
    return sent(shop, event)
  }
  /** The newest entry of a kind and a rule, as it could be written again. */
  function newest(kind: string, rule: string): ProposedEntry {
    const row = shop.opened.connection
      .prepare<[string, string], { body: string; data: string }>(
        `SELECT body, data FROM entry JOIN private_record USING (seq)
         WHERE kind = ? AND rule_id = ? AND data ->> '$.event_id' NOT LIKE 'forged%' ORDER BY seq DESC`,
      )
      .get(kind, rule)!
    const { subject, points, held, rule: versioned, expires, ref } = JSON.parse(row.body)
    const { user_id: userId, event_id: eventId, source: _, at: __, ...record } = JSON.parse(row.data)
    return {
      kind: kind as Kind,
      subject,
      points,
      held,
      rule: versioned,
      expires,
      ref,
      record: { ...record, userId, eventId },
    }
  }
  const newestSeq = (rule: string): number =>
    shop.opened.connection
      .prepare<[string], number>("SELECT max(seq) FROM entry WHERE kind = 'grant' AND rule_id = ?")
      .pluck()
      .get(rule)!
  const forge = (entry: ProposedEntry): number =>
    shop.at(({ stores, rules, now }) => stores.ledger.append(entry, 'moodle', now, rules.current().civil)).seq
  let forged = 0
  /** Another grant like the newest one of a rule, for an event of its own, with one thing changed. */
  function forgeLike(rule: string, change: Partial<ProposedEntry>, record: PrivateRecord = {}, kind = 'grant'): number {
    const like = newest(kind, rule)
    const own = { eventId: `forged-${++forged}`, object: `forged:${forged}`, act: undefined }
    return forge({ ...like, ...change, record: { ...like.record, ...own, ...record } })
  }
  const problems = () => replayed(shop.opened.connection).problems
  function expectNamed(seq: number, message: RegExp): void {
    const [first] = problems()
    expect(first?.seq).to.equal(seq)
    expect(first?.message).to.match(message)
  }

  it('is named by its number: the first of several', () => {
    send('custom.visit')
    const seq = forgeLike('visit', { points: 2 })
    forgeLike('visit', { points: 3 })
    send('custom.visit')
    expect(problems().map((problem) => problem.seq)).to.deep.equal([seq, seq + 1])
    expectNamed(seq, /^it grants 2 points, and the rule gives 1 \(granted: You earned 1 point\.\)$/)
  })

  it('gives too many points, or too few, or holds what is granted, or grants what is held', () => {
    send('quiz.graded')
    send('assign.submitted', { object: 'assign_submission:1' })
    expectNamed(forgeAct('quiz', { points: 10 }), /grants 10 points, and the rule gives 9/)
    const hold = newest('hold', 'wait')
    expectNamedLast(forgeAct('wait', { kind: 'grant', points: 3, held: 0 }, {}, 'hold'), /is a grant/)
    expect(hold.held).to.equal(3)
    send('forum.post', { object: 'forum_posts:1' })
    expectNamedLast(forgeAct('eye', { kind: 'hold', points: 0, held: 2 }), /is a hold/)
  })

  /** The same for another object of the same kind, whose deed is its own. */
  function forgeAct(rule: string, change: Partial<ProposedEntry>, record: PrivateRecord = {}, kind = 'grant'): number {
    const { act = '', object = '' } = newest(kind, rule).record
    const own = {
      object: `${object.split(':')[0]}:9${++forged}`,
      act: `${act.split(':')[0]}:${object.split(':')[0]}:9${forged}`,
    }
    return forgeLike(rule, change, { ...own, ...record }, kind)
  }
  function expectNamedLast(seq: number, message: RegExp): void {
    const last = problems().at(-1)
    expect(last?.seq).to.equal(seq)
    expect(last?.message).to.match(message)
  }

  it('passes a limit: a frequency, a cap, once for one deed, once for one event', () => {
    send('quiz.graded', { data: { score: 50 } })
    shop.clock.now += HOUR
    send('quiz.graded', { data: { score: 50 } })
    const caps = newest('grant', 'paid')
    expect(caps.points).to.equal(4)
    expectNamedLast(forgeAct('paid', { points: 1 }), /cap_reached/)
    expectNamedLast(forgeAct('quiz', {}), /frequency/)
    shop.clock.now += 2 * DAY
    const time = new Date(shop.clock.now).toISOString()
    const { object, act } = newest('grant', 'quiz').record
    expectNamedLast(forgeLike('quiz', {}, { object, act, time }), /already_granted/)
    send('custom.visit')
    expectNamedLast(forge(newest('grant', 'visit')), /had granted for this event already/)
    send('custom.visit')
    shop.give(1)
    expectNamedLast(forge(newest('grant', 'visit')), /had been judged before/)
  })

  it('does not fit its own event: a condition, the window, a requirement, another event, none at all', () => {
    send('quiz.graded')
    expectNamedLast(forgeAct('paid', {}, { detail: { data: { score: 49 } } }), /condition_not_met/)
    send('forum.post', { object: 'forum_posts:1' })
    expectNamedLast(forgeAct('eye', {}, { time: '2026-11-22T07:59:59.999Z' }), /outside_window/)
    send('assign.submitted', { object: 'assign_submission:1' })
    const stranger = shop.at(({ stores }) => stores.learners.enrol('moodle', 'stranger'))
    expectNamedLast(forgeAct('wait', { subject: stranger }, { userId: 'stranger' }, 'hold'), /requires/)
    send('custom.visit')
    expectNamedLast(forgeLike('visit', {}, { event: canonicalName('login')! }), /no rule visit .* concerns its event/)
    expectNamedLast(forgeLike('visit', {}, { event: undefined, eventId: undefined }), /for no event/)
    expectNamedLast(forgeLike('visit', {}, { time: '2026-11-23T09:11:00.000Z' }), /in the future/)
    expectNamedLast(forgeAct('quiz', {}, { act: 'quiz.graded:quiz_attempts:other' }), /it stands for quiz.graded/)
  })

  it('rests on what its own event granted', () => {
    send('quiz.graded', { user: 'a', object: 'quiz_attempts:1' })
    send('quiz.graded', { user: 'a', object: 'quiz_attempts:2' })
    const { rule } = newest('grant', 'after')
    send('quiz.graded', { user: 'b', object: 'quiz_attempts:3' })
    expect(problems()).to.deep.equal([])
    const { subject, record } = newest('grant', 'quiz')
    expectNamedLast(forge({ ...newest('grant', 'after'), subject, rule, record }), /requires/)
  })

  it('says another version of its rule, another day, or that nobody need look', () => {
    send('forum.post', { object: 'forum_posts:1' })
    const { rule } = newest('grant', 'eye')
    expectNamedLast(
      forgeAct('eye', { rule: 'eye@0123456789ab' }),
      new RegExp(`in force was ${rule}, not eye@0123456789ab`),
    )
    expectNamedLast(forgeAct('eye', { expires: '2028-01-31' }), /lapse on 2028-01-31, and by the rule on 2027-01-31/)
    expectNamedLast(forgeAct('eye', { expires: null }), /lapse never/)
    expectNamedLast(forgeAct('eye', {}, { detail: { data: {} } }), /a person should look/)
    shop.publish('', { settings, rules: QUIZ.replace('points: 1 ', 'points: 2 ') })
    send('custom.visit')
    expect(problems().filter(({ message }) => message.includes('visit'))).to.deep.equal([])
    shop.publish('', { settings, rules: QUIZ })
    expectNamedLast(forgeLike('visit', {}), /in force was visit@/)
  })

  it('is for a learner who is frozen, also where the account was merged away', () => {
    send('custom.visit')
    freezeIn(shop, '42')
    expectNamedLast(forgeLike('visit', {}), /frozen/)
    unfreezeIn(shop, '42')
    expect(problems()).to.have.length(1)
    send('custom.visit')
    expect(problems()).to.have.length(1)
  })

  it('was had before by an account that is one with it', () => {
    send('quiz.graded', { user: 'old', object: 'quiz_attempts:1' })
    send('quiz.graded', { user: 'new', object: 'quiz_attempts:2' })
    const twice = newest('grant', 'paid')
    mergeIn(shop, 'old', 'new')
    const { object, act } = { object: 'quiz_attempts:1', act: 'quiz.graded:quiz_attempts:1' }
    const seq = forge({ ...twice, record: { ...twice.record, eventId: 'again', object, act } })
    expectNamedLast(seq, /already_granted/)
  })

  it('is taken back where it was not granted, twice, by half, or by an event that takes nothing back', () => {
    send('quiz.graded', { object: 'quiz_attempts:1' })
    send('quiz.graded', { object: 'quiz_attempts:2' })
    send('quiz.deleted', { object: 'quiz_attempts:1' })
    expect(problems()).to.deep.equal([])
    const back = newest('revocation', 'quiz')
    expectNamedLast(forge(back), /a second time/)
    expectNamedLast(forge({ ...back, ref: 1 }), /not granted, or a second time/)
    shop.give(1)
    const ofAnother = { ...back, record: { ...back.record, eventId: 'another' } }
    expectNamedLast(forge({ ...ofAnother, ref: newestSeq('quiz'), points: -1 }), /takes back 1 points of 9/)

    shop.clock.now += 2 * DAY
    send('quiz.graded', { object: 'quiz_attempts:3' })
    const another = { ...back, record: { ...back.record, eventId: 'one more' } }
    expectNamedLast(forge({ ...another, ref: newestSeq('quiz') }), /does not take back what entry/)

    send('quiz.graded', { object: 'quiz_attempts:4' })
    const { object, act, time } = newest('grant', 'quiz').record
    const record = { ...back.record, eventId: 'and another', object, act, time }
    const former = { ...back, rule: 'quiz@0123456789ab', ref: newestSeq('quiz'), record }
    expectNamedLast(forge(former), /in force was quiz@/)
  })

  it('is one that another would have to be copied from: no copy of any grant passes', () => {
    const bodies = fc.record({
      name: fc.constantFrom('quiz.graded', 'custom.visit', 'forum.post'),
      which: fc.nat(50),
      later: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(bodies, { minLength: 1, maxLength: 12 }), (events) => {
        const own = openShop('', { settings, rules: QUIZ })
        try {
          for (const { name, which } of events)
            sent(own, learningEvent({ event: canonicalName(name)!, object: `x:${which}`, data: { score: 90 } }))
          const rows = own.opened.connection
            .prepare<[], { body: string; data: string }>(
              "SELECT body, data FROM entry JOIN private_record USING (seq) WHERE kind IN ('grant', 'hold')",
            )
            .all()
          fc.pre(rows.length > 0)
          const { body, data } = rows[events[0]!.which % rows.length]!
          const { subject, points, held, rule, expires, ref, kind } = JSON.parse(body)
          const { user_id: userId, event_id: eventId, source: _, at: __, ...record } = JSON.parse(data)
          if (events[0]!.later) own.give(1)
          const { seq } = own.at(({ stores, rules, now }) =>
            stores.ledger.append(
              { kind, subject, points, held, rule, expires, ref, record: { ...record, userId, eventId } },
              'moodle',
              now,
              rules.current().civil,
            ),
          )
          expect(replayed(own.opened.connection).problems.map((problem) => problem.seq)).to.deep.equal([seq])
        } finally {
          own.close()
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('what the ledger alone cannot tell', () => {
  const visit = '- { id: visit, event: custom.visit, points: 1 }\n'
  const settings = 'source: moodle\ncustom_events: [custom.visit]\n'
  const send = (shop: Shop, given: Parameters<typeof learningEvent>[0] = {}) =>
    sent(shop, learningEvent({ event: 'custom.visit', time: shop.clock.now, ...given }))
  /** As for who owns the file. */
  function unguarded(shop: Shop): Connection {
    const { connection } = shop.opened
    connection.exec('PRAGMA foreign_keys = OFF')
    for (const name of connection
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
      .pluck()
      .all())
      connection.exec(`DROP TRIGGER ${name}`)
    return connection
  }

  it(
    'is counted, by why: badges and completions, unless something else opens as well',
    inShop(
      '',
      (shop) => {
        sent(
          shop,
          learningEvent({ event: canonicalName('badge.awarded')!, object: 'badge:7', data: { badge: 'Swimmer' } }),
        )
        send(shop)
        expect(replayed(shop.opened.connection)).to.deep.equal({ not_judged: { facts: 1 }, problems: [] })
        shop.give(10)
        send(shop)
        expect(replayGrants(shop.opened.connection)).to.deep.include({ judged: 1, agree: 1, not_judged: { facts: 1 } })
      },
      { settings, rules: visit.replace(' }', ', requires: { any: [{ badges: [Swimmer] }, { points: 10 }] } }') },
    ),
  )

  it(
    'are records that are erased, or changed, and what came after them for the same learner',
    inShop(
      '',
      (shop) => {
        for (const user of ['a', 'a', 'b', 'b', 'c']) send(shop, { user })
        eraseIn(shop, 'a')
        const first = unguarded(shop)
          .prepare<[], number>("SELECT min(seq) FROM private_record WHERE data ->> '$.user_id' = 'b'")
          .pluck()
          .get()!
        shop.opened.connection.exec(`UPDATE private_record SET data = replace(data, '"7"', '"8"') WHERE seq = ${first}`)
        expect(replayGrants(shop.opened.connection)).to.deep.equal({
          judged: 1,
          agree: 1,
          not_judged: { erased: 2, unopened: 2 },
          problems: [],
        })
      },
      { settings, rules: visit },
    ),
  )

  it(
    'are rules that ask who acted, where that person is erased, or was before it came',
    inShop(
      '',
      (shop) => {
        for (const actor of ['prof', 'boss']) send(shop, { user: 'a', actor })
        const time = shop.clock.now
        shop.clock.now += HOUR
        eraseIn(shop, 'prof')
        send(shop, { user: 'b', actor: 'prof', time })
        expect(replayGrants(shop.opened.connection)).to.deep.equal({
          judged: 1,
          agree: 1,
          not_judged: { people: 2 },
          problems: [],
        })
      },
      { settings, rules: visit.replace(' }', ', conditions: { actor: [prof, boss] } }') },
    ),
  )

  it(
    'are rules whose texts are gone, or changed',
    inShop(
      '',
      (shop) => {
        send(shop)
        shop.publish('', { settings, rules: visit.replace('1', '2') })
        send(shop)
        unguarded(shop).exec("DELETE FROM document WHERE text LIKE '%points: 1%'")
        expect(replayed(shop.opened.connection)).to.deep.equal({ not_judged: { rules: 1 }, problems: [] })
        shop.opened.connection.exec("UPDATE document SET text = replace(text, 'points: 2', 'points: 3')")
        expect(replayed(shop.opened.connection)).to.deep.equal({ not_judged: { rules: 2 }, problems: [] })
      },
      { settings, rules: visit },
    ),
  )

  it(
    'is told to whoever asks, entry by entry, with how far it is',
    inShop(
      '',
      (shop) => {
        for (const user of ['a', 'b']) send(shop, { user })
        const { seq } = shop.stores.ledger.head()
        const told: [number, string][] = []
        const seen: [number, number][] = []
        const result = replayGrants(shop.opened.connection, {
          upTo: seq - 1,
          onVerdict: (of, { as }) => told.push([of, as]),
          onProgress: (done, of) => seen.push([done, of]),
        })
        expect(result.judged).to.equal(1)
        expect(told).to.deep.equal([[seq - 1, 'agrees']])
        expect(seen).to.deep.equal([[seq - 1, seq - 1]])
      },
      { settings, rules: visit },
    ),
  )
})
