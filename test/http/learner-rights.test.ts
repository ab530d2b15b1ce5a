import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { keepRecipe } from '../../sidecar/actions/exports.js'
import { publish } from '../../sidecar/actions/publish.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { unzip } from '../archive/unzip.js'
import { type TestRocket, wireEvent } from '../support.js'
import { balanceOf, get, post, sendEvents } from './calls.js'
import { addCodes, asAdmin, give, openShop, redeem, redeemed } from './shop.js'

const NO_EXPORTS = { remade: [], deleted: [], left: [] }

interface Told {
  readonly actor: string
  readonly detail?: { readonly data?: { readonly graded_by?: string } }
}

/** The bytes of an answer. */
const bytes = (response: unknown, done: (error: Error | null, body: Buffer) => void): void => {
  const parts: Buffer[] = []
  const stream = response as NodeJS.ReadableStream
  stream.on('data', (part: Buffer) => parts.push(part))
  stream.on('end', () => done(null, Buffer.concat(parts)))
}

describe('learners’ rights, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openShop()
  })
  afterEach(() => rocket.close())

  const ask = (user: string, what: string, body: object = { reason: 'asked for' }, scope = 'privacy') =>
    post(rocket, `/api/learners/${user}/${what}`, JSON.stringify(body), scope, { sub: 'dpo' })
  const exported = (user: string, scope = 'privacy') =>
    get(rocket, `/api/learners/${user}/export`, scope, { sub: 'dpo' })
  const verified = () => verifyLedger(rocket.context.reader, { quick: false })

  describe('GET /api/learners/{id}/export', () => {
    it('has everything that is kept: entries with their records, events with decisions, tokens that are still shown', async () => {
      addCodes(rocket)
      await sendEvents(rocket, [
        wireEvent({ id: 'his', data: { score: 90 } }),
        wireEvent({ event: 'badge.awarded', object: 'badge:17', activity: null, data: { badge: 'Explorer' } }),
        wireEvent({ id: 'hers', user: '43' }),
      ])
      await give(rocket, '42', 100)
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const cinema = await redeemed(rocket, '42', 'cinema', 10)
      await ask('42', 'freeze', { reason: 'under review' })
      const { stores, rules, secrets } = rocket.context
      const order = { scopes: ['learner'], userId: '42', partner: null, name: 'for support' } as const
      stores.writer.write(() =>
        issueToken(stores, rules.current(), secrets(), { ...order, ttl: 1_000, actor: 'test', now: rocket.clock.now }),
      )
      const { status, body } = await exported('42')
      expect(status).to.equal(200)
      expect(body).to.deep.include({ user_id: '42', source: 'moodle', known: true, merged_into: null })
      expect(body.balance).to.deep.equal({ points: 50, held: 0, lifetime: 110 })
      expect(body.frozen).to.deep.equal({ since: '2026-11-23T09:00:00.000Z', reason: 'under review' })
      expect(body.entries.map(({ kind }: { kind: string }) => kind)).to.deep.equal([
        'grant',
        'adjustment',
        'redemption',
        'redemption',
        'administration',
        'administration',
      ])
      for (const entry of body.entries) expect(entry.record).to.include({ user_id: '42', at: entry.timestamp })
      expect(body.entries[0].record).to.deep.include({ event_id: 'his', detail: { data: { score: 90 } } })
      expect(body.entries.at(-1).record).to.include({
        actor: `somebody else (subject ${stores.learners.subjectOf('moodle', 'dpo')})`,
        reason: 'personal-data export',
      })
      expect(body.events).to.have.length(1 + 1)
      expect(body.events[0].event).to.deep.include({ id: 'his', user: '42' })
      expect(body.events[0].decisions[0].reason).to.include({ code: 'granted', text: 'You earned 10 points.' })
      expect(body.facts).to.deep.include({
        kind: 'badge',
        key: 'badge:17',
        name: 'Explorer',
        value: 1,
        time: '2026-11-23T09:00:00.000Z',
      })
      const shown = body.redemptions.map(({ status: at, token, code }: Record<string, string>) => [at, token, code])
      expect(shown).to.deep.equal([
        ['delivered', null, cinema.code],
        ['issued', mug.token, null],
      ])
      expect(body.notices.map(({ code }: { code: string }) => code)).to.deep.equal([
        'tier_reached',
        'redeemed',
        'redeemed',
      ])
      expect(body.tiers.map(({ tier }: { tier: string }) => tier)).to.deep.equal(['bronze'])
      expect(body.calls.map(({ asks }: { asks: string }) => asks)).to.have.members([
        'redeem mug 50',
        'redeem cinema 10',
      ])
      expect(body.tokens[0]).to.include({ scope: 'learner', name: 'for support', revoked: null })
      expect(body.accounts).to.deep.equal([
        { subject: stores.learners.subjectOf('moodle', '42'), source: 'moodle', user_id: '42' },
      ])
      expect(JSON.stringify(body)).to.not.include('hers')
      expect(verified().problems).to.deep.equal([])
    })

    it('says so where nothing is kept, and keeps nothing of having been asked', async () => {
      const head = rocket.context.stores.ledger.head().seq
      const { status, body } = await exported('nobody')
      expect(status).to.equal(200)
      const lists = 'accounts entries events facts lapsing withdrawals redemptions notices tiers calls tokens'.split(
        ' ',
      )
      for (const list of lists) expect(body[list], list).to.deep.equal([])
      expect(body).to.deep.include({ known: false, frozen: null, balance: { points: 0, held: 0, lifetime: 0 } })
      expect(rocket.context.stores.ledger.head().seq).to.equal(head)
      expect((await get(rocket, '/api/user/points?user_id=nobody')).status).to.equal(404)
    })

    it('has what was kept under both ids of an account that was merged; the first id names the second', async () => {
      await give(rocket, 'old', 20)
      await redeemed(rocket, 'old', 'lunch', 20)
      await ask('old', 'merge', { into: '42', reason: 'one person' })
      const { body } = await exported('42')
      const ids = (list: { user_id: string }[]) => [...new Set(list.map(({ user_id }) => user_id))].sort()
      expect(ids(body.accounts)).to.deep.equal(['42', 'old'])
      expect(ids(body.entries)).to.deep.equal(['42', 'old'])
      expect(body.redemptions).to.have.length(1)
      expect((await exported('old')).body).to.deep.include({ known: false, merged_into: '42', entries: [] })
    })

    it('fails rather than leave something out', async () => {
      await give(rocket, '42', 20)
      const { connection } = rocket.context.stores.writer
      connection.exec(`DROP TRIGGER private_record_is_deleted_by_an_erasure_alone;
        DELETE FROM private_record WHERE seq = (SELECT max(seq) FROM entry)`)
      const { status, body } = await exported('42')
      expect([status, body.code, body.entries]).to.deep.equal([500, 'internal', undefined])
      const { entries } = (await get(rocket, '/api/rewards/ledger?kind=administration')).body
      expect(entries.filter(({ user_id }: { user_id: string }) => user_id === '42')).to.deep.equal([])
    })

    it('covers every table that keeps something by learner', () => {
      const tables = rocket.context.reader
        .prepare<[], string>(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND (sql LIKE '%subject%' OR sql LIKE '%user_id%')",
        )
        .pluck()
        .all()
      // A new table belongs into the export and the erasure, and then into this list.
      expect(tables.sort()).to.deep.equal(
        (
          'balance check_hit entry erased event exempt fact frozen granted learner learner_week lot merged notice ' +
          'redemption review tier_reached token trace withdrawal'
        ).split(' '),
      )
    })
  })

  describe('a personal-data export', () => {
    const graded = (by: string) => wireEvent({ actor: by, data: { score: 90, graded_by: by } })

    it('names nobody else, however long ago they stood in it', async () => {
      await sendEvents(rocket, [graded('teacher-77'), graded('42')])
      await ask('42', 'freeze')
      const { connection } = rocket.context.stores.writer
      // As earlier versions wrote it.
      connection.exec(`DROP TRIGGER private_record_is_never_updated; UPDATE private_record SET data =
        json_set(data, '$.actor', 'teacher-78', '$.detail.data.graded_by', 'teacher-79') WHERE data ->> '$.actor' = 'the learner'`)
      const { body } = await exported('42')
      const { learners } = rocket.context.stores
      const of = (user: string) => `somebody else (subject ${learners.subjectOf('moodle', user)})`
      const records = body.entries.map(({ record }: { record: Told }) => [record.actor, record.detail?.data?.graded_by])
      expect(records).to.deep.equal([
        [of('teacher-77'), of('teacher-77')],
        [of('dpo'), undefined],
        [of('dpo'), undefined],
      ])
      const events = body.events.map(({ event }: { event: Told & { data: { graded_by: string } } }) => event)
      expect(
        events.map(({ actor, data }: { actor: string; data: { graded_by: string } }) => [actor, data.graded_by]),
      ).to.eql([
        [of('teacher-77'), of('teacher-77')],
        ['the learner', 'the learner'],
      ])
      expect(JSON.stringify(body)).to.not.match(/teacher-7|moodle:/)
    })

    it('is a ZIP of CSV files where that is asked for: the same, a table for each kind of thing', async () => {
      await sendEvents(rocket, [wireEvent({ data: { score: 90, note: '=1+1' } })])
      await give(rocket, '42', 100)
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      const path = '/api/learners/42/export?format=csv'
      const answer = await get(rocket, path, 'privacy', { sub: 'dpo' }).buffer(true).parse(bytes)
      expect([answer.status, answer.type]).to.deep.equal([200, 'application/zip'])
      expect(answer.headers['content-disposition']).to.equal('attachment; filename="personal-data.zip"')
      const files = unzip(answer.body)
      const { body } = await exported('42')
      const lists = Object.keys(body).filter((key) => Array.isArray(body[key]) && body[key].length > 0)
      expect([...files.keys()]).to.have.members(['learner.csv', ...lists.map((list) => `${list}.csv`)])
      const rows = (name: string): Record<string, string>[] => parse(files.get(name)!, { columns: true })
      expect(rows('learner.csv')[0]).to.include({ user_id: '42', 'balance.points': '60', known: 'true', frozen: '' })
      expect(rows('redemptions.csv')[0]).to.include({ reward_id: 'mug', token: String(token) })
      expect(rows('entries.csv')).to.have.length(4)
      expect(rows('entries.csv')[0]).to.include({ points: '10', 'record.detail.data.note': "'=1+1" })
      expect(rows('entries.csv')[2]).to.include({ points: '-50', 'record.detail.terms.cost': '50' })
      expect(JSON.parse(rows('events.csv')[0]?.decisions ?? '')[0].reason.code).to.equal('granted')
    })
  })

  describe('POST /api/learners/{id}/erase', () => {
    it('is refused, with what to do, where a legal hold keeps them', async () => {
      await give(rocket, '42', 5)
      const { stores, rules } = rocket.context
      const subject = stores.learners.subjectOf('moodle', '42')
      const settings = `legal_hold: [{ subject: ${subject}, reason: case 7 }]\n`
      const files = new Map([...stores.configurations.latest()!.files, ['rocket.yaml', settings]])
      stores.writer.write(() => publish(stores, files, { actor: 'it', reason: 'test', now: rocket.clock.now }))
      expect(rules.current().settings.legalHold).to.have.length(1)
      const { status, body } = await ask('42', 'erase')
      expect([status, body.code, body.legal_hold]).to.deep.equal([409, 'legal_hold', 'case 7'])
      expect(body.detail).to.match(/^Learner 42 is not erased: a legal hold keeps them \(case 7\)/)
      expect(balanceOf(rocket, '42')).to.equal(5)
      expect((await ask('42', 'freeze')).body.frozen).to.equal(true)
      expect((await exported('42')).body.known).to.equal(true)
    })

    it('makes exports anew that showed them, and names those that a person has to delete', async () => {
      await give(rocket, '42', 5)
      const folder = join(rocket.home, 'exports')
      mkdirSync(folder)
      const text = [...rocket.context.view.jsonl({})].join('')
      for (const name of ['a.jsonl', 'b.jsonl']) writeFileSync(join(folder, name), text)
      keepRecipe(rocket.home, join(folder, 'a.jsonl'), { format: 'jsonl', filter: {} })
      const { body } = await ask('42', 'erase')
      expect(body.exports).to.deep.equal({ remade: ['a.jsonl'], deleted: [], left: ['b.jsonl'] })
      expect(readFileSync(join(folder, 'a.jsonl'), 'utf8')).to.not.include('"user_id\\":\\"42')
    })

    it('forgets a learner, once, and nobody else', async () => {
      await sendEvents(rocket, [wireEvent({ id: 'a' }), wireEvent({ id: 'b', user: '43' })])
      await give(rocket, '42', 100)
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      const { status, body } = await ask('42', 'erase')
      expect([status, body]).to.deep.equal([
        200,
        { user_id: '42', erased: true, records: 4, cancelled: 1, in_doubt: 0, exports: NO_EXPORTS, merged_into: null },
      ])
      expect((await ask('42', 'erase')).body).to.deep.include({ erased: false, records: 0 })
      expect((await exported('42')).body.known).to.equal(false)
      expect(balanceOf(rocket, '43')).to.equal(10)
      const { results } = (await sendEvents(rocket, [wireEvent({ id: 'a' })])).body
      expect(results[0]).to.deep.include({ status: 'duplicate', points: 0, decisions: [] })
      expect((await asAdmin(rocket, '/api/tokens/consume', { token })).status).to.equal(409)
      const { entries } = (await get(rocket, '/api/rewards/ledger')).body
      const theirs = entries.filter(({ user_id }: { user_id: string }) => user_id === 'erased')
      expect(theirs.map(({ kind, timestamp }: Record<string, string>) => [kind, timestamp !== null])).to.deep.equal([
        ['grant', false],
        ['adjustment', false],
        ['redemption', false],
        ['refund', false],
        ['erasure', true],
      ])
      expect((await get(rocket, '/api/rewards/ledger?format=csv')).text).to.not.match(/,42,|^42,/m)
      const list = (await get(rocket, '/api/redemptions')).body.redemptions
      expect(list[0]).to.include({ user_id: 'erased', title: 'A mug', status: 'cancelled' })
      expect(verified()).to.deep.include({ ok: true, erased: 4 })
    })

    it('names nobody in the entry that stays, not even who asked for themselves', async () => {
      await give(rocket, '4242', 5)
      const path = '/api/learners/4242/erase'
      await post(rocket, path, '{"reason":"asked for"}', 'privacy', { sub: '4242' })
      const written = [...rocket.context.view.jsonl({ kind: 'erasure' })].join('')
      expect(written).to.include('the learner').and.to.not.include('4242')
    })

    it('leaves partners their settlement', async () => {
      await give(rocket, '42', 100)
      const { token } = await redeemed(rocket, '42', 'lunch', 20)
      await asAdmin(rocket, '/api/tokens/consume', { token, reference: 'till 3' })
      const settlement = async () => (await get(rocket, '/api/partner/redemptions?partner=counter')).body.redemptions
      const before = await settlement()
      await ask('42', 'erase')
      expect(await settlement()).to.deep.equal([{ ...before[0], created_at: '2026-11-23T00:00:00.000Z' }])
    })

    it('does not take the person with an account that was merged away', async () => {
      await give(rocket, 'old', 20)
      await ask('old', 'merge', { into: '42', reason: 'one person' })
      expect((await ask('old', 'erase')).body).to.deep.include({ erased: false, merged_into: '42' })
      expect((await ask('old', 'freeze')).body).to.deep.include({ frozen: false, changed: false, merged_into: '42' })
      expect(balanceOf(rocket, '42')).to.equal(20)
    })
  })

  describe('POST /api/learners/{id}/freeze and unfreeze', () => {
    it('stop and start what a learner earns and redeems; asked twice they say that it was so before', async () => {
      await give(rocket, '42', 100)
      const since = '2026-11-23T09:00:00.000Z'
      const frozen = { user_id: '42', frozen: true, since, changed: true, merged_into: null }
      expect((await ask('42', 'freeze')).body).to.deep.equal(frozen)
      rocket.clock.now += 60_000
      expect((await ask('42', 'freeze')).body).to.deep.equal({ ...frozen, changed: false })
      const { results } = (await sendEvents(rocket, [wireEvent()])).body
      expect(results[0]).to.deep.include({ status: 'recorded', points: 0 })
      expect(results[0].decisions[0].reason.code).to.equal('frozen')
      const refused = await redeem(rocket, '42', 'mug', 50, 'k')
      expect([refused.status, refused.body.locked_because[0].code]).to.deep.equal([409, 'frozen'])
      const { rewards } = (await get(rocket, '/api/rewards', 'learner', { sub: '42' })).body
      for (const { locked_because: reasons } of rewards) expect(reasons[0].code).to.equal('frozen')
      expect(balanceOf(rocket, '42')).to.equal(100)
      expect((await ask('42', 'unfreeze')).body).to.deep.equal({ ...frozen, frozen: false, since: null })
      expect((await ask('42', 'unfreeze')).body.changed).to.equal(false)
      expect((await redeem(rocket, '42', 'mug', 50, 'k2')).status).to.equal(201)
      expect(verified().problems).to.deep.equal([])
    })
  })

  describe('POST /api/learners/{id}/merge', () => {
    it('makes two accounts one, once', async () => {
      await give(rocket, 'old', 20)
      const order = { into: '42', reason: 'one person' }
      const done = { user_id: 'old', into: '42', merged: true, points: 20, held: 0 }
      expect((await ask('old', 'merge', order)).body).to.deep.equal(done)
      expect((await ask('old', 'merge', order)).body).to.deep.equal({ ...done, merged: false, points: 0 })
      expect((await ask('nobody', 'merge', order)).body).to.deep.include({ merged: false })
      const other = await ask('old', 'merge', { ...order, into: '43' })
      expect([other.status, other.body.code, other.body.merged_into]).to.deep.equal([409, 'state_conflict', '42'])
      await ask('42', 'freeze')
      const { body } = await get(rocket, '/api/user/points', 'learner', { sub: '42' })
      expect(body).to.include({ balance: 20, lifetime: 20 })
      expect(body.recent.map(({ kind }: { kind: string }) => kind)).to.deep.equal(['merge', 'merge', 'adjustment'])
      expect(verified().problems).to.deep.equal([])
    })
  })

  it('answer what is wrong with its faults, and change nothing', async () => {
    await give(rocket, '42', 5)
    const head = rocket.context.stores.ledger.head().seq
    const faults = async (user: string, what: string, body: object) => {
      const answer = await ask(user, what, body)
      expect([answer.status, answer.body.code], JSON.stringify(body)).to.deep.equal([400, 'malformed'])
      return (answer.body.faults ?? []).map(({ pointer }: { pointer: string }) => pointer)
    }
    for (const what of ['erase', 'freeze', 'unfreeze']) {
      expect(await faults('42', what, {})).to.deep.equal(['/reason'])
      expect(await faults('42', what, { reason: '' })).to.deep.equal(['/reason'])
    }
    expect(await faults('42', 'merge', { reason: 'x' })).to.deep.equal(['/into'])
    expect(await faults('42', 'merge', { reason: 'x', into: '42' })).to.deep.equal(['/into'])
    expect(await faults('42', 'merge', { reason: 'x', into: 7 })).to.deep.equal(['/into'])
    expect(await faults('42', 'merge', { reason: 'x', into: 'y'.repeat(65) })).to.deep.equal(['/into'])
    expect(await faults('x'.repeat(65), 'freeze', { reason: 'x' })).to.deep.equal([])
    expect(await faults('a%0Ab', 'freeze', { reason: 'x' })).to.deep.equal([])
    expect((await exported('x'.repeat(65))).status).to.equal(400)
    expect(rocket.context.stores.ledger.head().seq).to.equal(head)
  })

  it('need a token for privacy, and no other will do', async () => {
    for (const scope of ['learner', 'events', 'reports', 'review', 'admin']) {
      expect((await exported('42', scope)).status, scope).to.equal(403)
      for (const what of ['erase', 'freeze', 'unfreeze', 'merge']) {
        expect((await ask('42', what, { reason: 'x', into: '43' }, scope)).status, `${what} ${scope}`).to.equal(403)
      }
    }
    const { features } = (await get(rocket, '/api/handshake')).body
    expect(features).to.include('privacy')
  })
})
