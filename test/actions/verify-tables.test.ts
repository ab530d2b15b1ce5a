/** Any one value of any table, changed in the database: what `ledger verify` finds, and what is no part of the proof. */
import { expect } from 'chai'
import fc from 'fast-check'
import { adjust } from '../../sidecar/actions/adjust.js'
import { erase } from '../../sidecar/actions/erase.js'
import { freeze } from '../../sidecar/actions/freeze.js'
import { importCodes } from '../../sidecar/actions/import-codes.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { merge } from '../../sidecar/actions/merge.js'
import type { Moment } from '../../sidecar/actions/moment.js'
import { pauseRedeeming } from '../../sidecar/actions/pause.js'
import { redeem } from '../../sidecar/actions/redeem.js'
import { cancel } from '../../sidecar/actions/support.js'
import { consumeToken } from '../../sidecar/actions/till.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { keepCheckpoint } from '../../sidecar/checkpoint-files.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { groupedToken } from '../../sidecar/domain/token-code.js'
import type { Connection } from '../../sidecar/store/database.js'
import { page, tableOf } from '../docs/pages.js'
import { learningEvent, openRocket, type TestRocket } from '../support.js'

const RULES = `
- { id: quiz, event: quiz.graded, points: 90, expires: 90d, revoke_on: quiz.deleted }
- { id: essay, event: assign.submitted, points: 7, review: hold }
`
const APPROVED = 'approved: { by: Dean, on: 2026-01-01 }'
const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 100.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: mug, title: A mug, cost: 5, value: 2.00, budget: main, stock: 9, ${APPROVED} }
  - { id: card, title: A card, cost: 5, delivery: codes, ${APPROVED} }
  - { id: ride, title: A ride, cost: 5, delivery: shop, ${APPROVED} }
`
const MINUTE = 60_000

/** A ledger on which everything happened once. */
async function live(rocket: TestRocket): Promise<void> {
  const { context, clock } = rocket
  const { stores, rules } = context
  context.notary.keys.begin()
  const asked = { actor: 'moodle:boss', reason: 'asked for' }
  const at = <T>(work: (moment: Moment) => T): T => {
    clock.now += MINUTE
    return stores.writer.write(() => work({ stores, rules, now: clock.now }))
  }
  const send = (name: string, user: string, id: number) => {
    const given = { event: canonicalName(name)!, user, object: `attempts:${id}`, course: '7', data: { score: 90 } }
    at(({ now }) => ingest(stores, rules.current(), learningEvent({ ...given, time: now }), now))
  }
  for (const [n, user] of ['a', 'b', 'c', 'd', 'gone', 'other'].entries()) send('quiz.graded', user, n)
  for (let n = 10; n < 30; n++) send('quiz.graded', 'a', n)
  send('assign.submitted', 'a', 100)
  send('quiz.deleted', 'c', 2)
  const order = { reward: 'card', file: 'codes.csv', text: 'code\nAAA-111\nBBB-222\n', actor: 'it', dryRun: false }
  await importCodes({ stores, rules, now: () => clock.now }, order)
  let key = 0
  const buy = (userId: string, reward: string) =>
    at((moment) => redeem(moment, { userId, reward, expectedCost: 5, key: `key ${key++}` })).redemption_id
  const use = (id: string) => {
    const token = groupedToken(stores.vault.open(stores.redemptions.byId(id)!.tokenCopy!, id))
    at((moment) => consumeToken(moment, null, { token, reference: 'till 1', key: null }))
  }
  use(buy('a', 'mug'))
  buy('a', 'mug')
  buy('a', 'card')
  buy('b', 'ride')
  const cancelled = buy('b', 'mug')
  at((moment) => cancel(moment, cancelled, asked))
  use(buy('gone', 'mug'))
  at((moment) => adjust(moment, { userId: 'b', points: 1, ...asked }))
  at((moment) => freeze(moment, { userId: 'd', ...asked }))
  at((moment) => merge(moment, { userId: 'other', into: 'a', ...asked }))
  at((moment) => erase(moment, { userId: 'gone', ...asked }))
  const wanted = { userId: null, name: 'BI', partner: null, ttl: 90 * 86_400_000, actor: 'it' }
  for (const userId of [null, 'b']) {
    const terms = { ...wanted, userId, scopes: [userId === null ? 'reports' : 'learner'] as const }
    at(({ now }) =>
      issueToken(stores, rules.current(), context.secrets(), { ...terms, scopes: [...terms.scopes], now }),
    )
  }
  at((moment) => pauseRedeeming(moment, 'person', asked))
  keepCheckpoint(context, context.notary.newest()!)
}

describe('any one value of any table', function () {
  this.timeout(120_000)
  let rocket: TestRocket
  let connection: Connection
  before(async () => {
    rocket = openRocket(RULES, 'source: moodle\n', REWARDS)
    await live(rocket)
    ;({ connection } = rocket.context.stores.writer)
    unguard(connection)
    connection.pragma('ignore_check_constraints = ON')
  })
  after(() => rocket.close())

  interface Column {
    readonly table: string
    readonly name: string
    readonly type: string
  }
  function columns(): Column[] {
    return connection
      .prepare<[], Column>(
        `SELECT schema.name AS "table", column.name, column.type FROM sqlite_schema AS schema, pragma_table_info(schema.name) AS column
         WHERE schema.type = 'table' AND schema.name NOT LIKE 'sqlite_%' ORDER BY 1, 2`,
      )
      .all()
  }
  const nameOf = ({ table, name }: Column): string => `${table}.${name}`

  /** Another value of the same type: one character, one bit or one byte of it is changed. */
  function other(value: unknown, type: string, at: number, change: number): unknown {
    if (value === null) return type === 'INTEGER' ? 1 : type === 'BLOB' ? Buffer.from('x') : 'x'
    if (typeof value === 'number')
      return value + (Math.floor(value / 2 ** (at % 40)) % 2 === 1 ? -1 : 1) * 2 ** (at % 40)
    const bytes = Buffer.isBuffer(value) ? Buffer.from(value) : Buffer.from(String(value))
    if (bytes.length === 0) return Buffer.isBuffer(value) ? Buffer.from('x') : 'x'
    const place = at % bytes.length
    if (Buffer.isBuffer(value)) bytes[place] = bytes[place]! ^ change
    // Another letter, so that a text stays one.
    else bytes[place] = bytes[place] === 0x61 + (change % 26) ? 0x7a - (change % 26) : 0x61 + (change % 26)
    return Buffer.isBuffer(value) ? bytes : bytes.toString()
  }

  /** @returns whether it was found; null: the database itself refuses such a value. */
  function isFound({ table, name, type }: Column, row: number, at: number, change: number): boolean | null {
    const key = connection
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
      .pluck()
      .all(table)
    const where = key.map((column) => `${column} IS ?`).join(' AND ')
    const rows = connection
      .prepare<[], unknown[]>(`SELECT ${[name, ...key].join()} FROM ${table}`)
      .raw()
      .all()
    const [value, ...of] = rows[row % rows.length]!
    connection.exec('SAVEPOINT change')
    try {
      connection.prepare(`UPDATE ${table} SET ${name} = ? WHERE ${where}`).run(other(value, type, at, change), ...of)
      return !verifyLedger(connection, { quick: false }).ok
    } catch (error) {
      if (/UNIQUE|datatype mismatch|cannot store/.test(String(error))) return null
      throw error
    } finally {
      connection.exec('ROLLBACK TO change; RELEASE change')
    }
  }

  it('is one of a column that is proven, or that is listed with the reason why not', () => {
    expect(verifyLedger(connection, { quick: false }).problems).to.deep.equal([])
    const known = [...PROVEN, ...Object.keys(PARTLY)]
    const listed = (column: Column) => known.includes(nameOf(column)) || unproven(column) !== null
    expect(
      columns()
        .filter((column) => !listed(column))
        .map(nameOf),
    ).to.deep.equal([])
    const names = columns().map(nameOf)
    expect(known.filter((name) => !names.includes(name))).to.deep.equal([])
    expect(
      Object.keys(UNPROVEN).filter((name) => !names.some((one) => one === name || one.startsWith(`${name}.`))),
    ).to.deep.equal([])
  })

  it('is found where its column is proven, whichever row, and whatever is changed in it', () => {
    const proven = columns().filter((column) => PROVEN.includes(nameOf(column)))
    const tried = new Set<string>()
    const change = fc.integer({ min: 1, max: 255 })
    const pick = fc.record({ column: fc.nat(), row: fc.nat(), at: fc.nat(), change })
    const isFoundOf = (column: Column, given: { row: number; at: number; change: number }) => {
      const found = isFound(column, given.row, given.at, given.change)
      if (found !== null) tried.add(nameOf(column))
      return found !== false
    }
    for (const column of proven) expect(isFoundOf(column, { row: 1, at: 3, change: 1 }), nameOf(column)).to.equal(true)
    fc.assert(
      fc.property(pick, ({ column, ...given }) => isFoundOf(proven[column % proven.length]!, given)),
      { numRuns: 300 },
    )
    expect(proven.map(nameOf).filter((name) => !tried.has(name))).to.deep.equal([])
  })

  it('is found in some rows where its column is partly proven', () => {
    for (const column of columns().filter((one) => nameOf(one) in PARTLY)) {
      const found = Array.from({ length: 12 }, (_, row) => isFound(column, row, 2, 3))
      expect(found.includes(true), nameOf(column)).to.equal(true)
    }
  })

  it('is told of on the page for auditors, where it is no part of the proof', () => {
    const told = tableOf(page('auditors.md'), 'what is kept')
    expect(told).to.deep.equal(
      [...Object.entries(PARTLY), ...Object.entries(UNPROVEN)].map(([what, why]) => [`\`${what}\``, why]),
    )
  })
})

/** Entries and their records have a test of their own, to the byte: `verify-bytes.test.ts`. */
const PROVEN: readonly string[] = [
  ...of('balance', 'subject points held lifetime'),
  ...of('checkpoint', 'origin size note'),
  ...of('code', 'batch reward redemption'),
  ...of('code_batch', 'id reward imported file'),
  ...of('committed', 'budget month amount_minor currency'),
  ...of('document', 'hash text'),
  ...of('entry', 'seq hash'),
  ...of('erased', 'subject seq'),
  ...of('frozen', 'subject reason'),
  ...of('granted', 'subject seq rule act deed course activity object time points held standing'),
  ...of('issued', 'reward count'),
  ...of('learner', 'subject source user_id'),
  ...of('lot', 'subject expires seq points_left'),
  ...of('merged', 'subject into_subject'),
  ...of('pause', 'cause reason'),
  ...of('private_record', 'seq salt'),
  ...of('redemption', 'seq id subject reward state delivery partner refunded expires token day'),
  ...of('subtree', 'height number hash'),
  ...of('token', 'id scope expires partner'),
]

const PARTLY: Readonly<Record<string, string>> = {
  'code.digest': 'of a code that was handed out; one that nobody had is known to its pool alone',
  'code.state': 'whether a code was handed out; of the others nothing says which were withdrawn or faulty',
  'redemption.consumed': 'not of an erased learner: when exactly is erased with them',
  'redemption.consumed_by': 'not of an erased learner',
  'redemption.created': 'not of an erased learner: the day is left',
  'redemption.reference': 'not of an erased learner',
  'redemption.terms': 'of an erased learner; of others the private record has them',
  'token.name': 'not of a learner’s token: no entry names it',
  'token.revoked': 'that one was revoked, not when',
  'token.user_id': 'that it is somebody’s, not whose: no entry names them',
}

const UNPROVEN: Readonly<Record<string, string>> = {
  badge: 'what senders call badges',
  'checkpoint.time': 'when one was signed: it bears no time',
  closed_partner: 'partners whose address is gone, for the time being',
  'code.copy': 'encrypted: a change shows when it is handed out',
  'code.expires': 'as the file of the pool had it',
  'code.line': 'as the file of the pool had it',
  course: 'ID numbers of courses, as senders told them',
  'entry.body': 'by every byte, in a test of its own',
  erased_deed: 'hashes of deeds of erased learners: nothing else may lead to them',
  event: 'what came in, kept for some months; the ledger has what was decided on',
  fact: 'badges and completions, as senders told them',
  'frozen.since': 'the entry says when',
  idempotency: 'answers to retries, for a month',
  job_run: 'how jobs ended',
  message: 'what partners are to be told; how redemptions stand is proven',
  migration: 'versions of the database',
  notice: 'what people were told',
  pairing_code: 'one code, for ten minutes',
  'pause.since': 'the entry says when',
  'private_record.data': 'by every byte, in a test of its own',
  'redemption.partner_code': 'encrypted, for the learner to see',
  'redemption.receipt': 'which receipt brought it back after a restore',
  'redemption.told': 'that its learner was told that a token lapses',
  'redemption.token_copy': 'encrypted, for the learner to see; by what a token is recognised is proven',
  resend: 'how far Moodle has sent again after a restore',
  seen: 'ids of events as hashes: an event that comes again, decided again, is found by --replay',
  tier_reached: 'which tiers learners were told of',
  'token.created': 'the entry says when',
  withdrawal: 'what was undone before it came; a grant that came after it is found by --replay',
}

function of(table: string, columns: string): string[] {
  return columns.split(' ').map((column) => `${table}.${column}`)
}

const unproven = ({ table, name }: { readonly table: string; readonly name: string }): string | null =>
  UNPROVEN[`${table}.${name}`] ?? UNPROVEN[table] ?? null

function unguard(connection: Connection): void {
  connection.pragma('foreign_keys = OFF')
  const triggers = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
  for (const name of triggers.all()) connection.exec(`DROP TRIGGER ${name}`)
}
