/** Redemptions through HTTP, against bare better-sqlite3 inserting the same rows; and the page of rewards. */
import { join } from 'node:path'
import { databasePath } from '../../sidecar/home.js'
import { type Connection, openForReading, openForWriting } from '../../sidecar/store/database.js'
import { migrate } from '../../sidecar/store/migrate.js'
import { type Measured, medians, seconds } from './measure.js'
import { inParallel, makeHome, removeHome, signed, startServer } from './server.js'

const SENDERS = 64
const LEARNERS = 500
const REWARDS = 50

/** Tiers, a budget, and as many rewards as a large institution would offer; the first is the one that is redeemed. */
const CATALOGUE = `
currency: GBP
tiers:
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 200 }
  - { id: gold, title: Gold, points: 500 }
budgets: [{ id: main, monthly: 900000.00 }]
rewards:
${Array.from({ length: REWARDS }, (_, index) =>
  [
    `  - id: reward-${index}`,
    `    title: Reward ${index}`,
    '    cost: 10',
    '    tier: bronze',
    '    value: 5.00',
    '    budget: main',
    '    stock: 1000000',
    index === 0 ? '' : '    requires: { rules: [quiz], badges: [badge:17] }',
    '    approved: { by: bench, on: 2026-01-01 }',
  ]
    .filter(Boolean)
    .join('\n'),
).join('\n')}
`
const PACK = '- { id: quiz, event: quiz.graded, points: 10 }\n'

const TABLES = ['entry', 'private_record', 'redemption', 'idempotency', 'notice'] as const
const COLUMNS: Readonly<Record<(typeof TABLES)[number], string>> = {
  entry: 'seq, body, hash',
  private_record: 'seq, salt, data',
  redemption: 'seq, id, subject, reward, state, delivery, partner, created, expires, token, token_copy',
  idempotency: 'caller, key, fingerprint, answer, created',
  notice: 'audience, subject, time, code, params, once',
}

type Rows = Readonly<Record<(typeof TABLES)[number], unknown[][]>>

/** What the redemptions wrote, by table, in their order. */
function rowsOf(path: string, count: number): Rows {
  const source = openForReading(path)
  const last = (table: (typeof TABLES)[number], order: string) =>
    source
      .prepare(`SELECT ${COLUMNS[table]} FROM ${table} ORDER BY ${order} DESC LIMIT ?`)
      .raw()
      .all(count) as unknown[][]
  const rows = {
    entry: last('entry', 'seq'),
    private_record: last('private_record', 'seq'),
    redemption: last('redemption', 'seq'),
    idempotency: last('idempotency', 'created'),
    notice: last('notice', 'number'),
  }
  source.close()
  return rows
}

/** The peer: the same rows and three sums, prepared statements, no trigger, a commit for each redemption. */
function insertBare(connection: Connection, rows: Rows): void {
  const inserts = TABLES.map((table) => {
    const marks = COLUMNS[table].replace(/[^,]+/g, '?')
    return [rows[table], connection.prepare(`INSERT INTO ${table} (${COLUMNS[table]}) VALUES (${marks})`)] as const
  })
  const sums = [
    connection.prepare("INSERT INTO balance VALUES ('x', 10, 0, 0) ON CONFLICT DO UPDATE SET points = points + 1"),
    connection.prepare("INSERT INTO issued VALUES ('x', 1) ON CONFLICT DO UPDATE SET count = count + 1"),
    connection.prepare(
      "INSERT INTO committed VALUES ('x', 'y', 1, 'GBP') ON CONFLICT DO UPDATE SET amount_minor = amount_minor + 1",
    ),
  ]
  const insert = connection.transaction((index: number) => {
    for (const [values, statement] of inserts) statement.run(...(values[index] as unknown[]))
    for (const sum of sums) sum.run()
  })
  for (const index of rows.entry.keys()) insert.immediate(index)
}

function openBare(path: string): Connection {
  const connection = openForWriting(path)
  migrate(connection)
  const triggers = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all()
  for (const name of triggers) connection.exec(`DROP TRIGGER ${name}`)
  connection.pragma('foreign_keys = OFF')
  return connection
}

export async function measureRedemptions(rounds: number, count: number): Promise<Measured[]> {
  const redeemed: { ours: number; theirs: number }[] = []
  const pages: { ours: number; theirs: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const home = makeHome({ 'bench.yaml': PACK }, CATALOGUE)
    try {
      const server = await startServer(home)
      const gifts = Array.from({ length: LEARNERS }, (_, n) =>
        signed('/api/adjustments', { user_id: `u${n}`, points: 100_000, reason: 'bench' }, { scope: 'admin' }),
      )
      await inParallel(SENDERS, gifts, server)
      const call = (n: number, key: string) =>
        signed(
          '/api/rewards/reward-0/redeem',
          { expected_cost: 10 },
          { scope: 'learner', sub: `u${n % LEARNERS}`, key },
        )
      for (let n = 0; n < 50; n++) await server.send(call(n, `warm ${n}`))
      const calls = Array.from({ length: count }, (_, n) => call(n, `key ${n}`))
      const ours = count / (await seconds(() => inParallel(SENDERS, calls, server)))

      const page = (n: number) => signed('/api/rewards', null, { scope: 'learner', sub: `u${n % LEARNERS}` })
      const looks = Array.from({ length: Math.ceil(count / 2) }, (_, n) => page(n))
      await inParallel(1, looks.slice(0, 100), server)
      const handshakes = looks.map(() => signed('/api/handshake', null))
      pages.push({
        ours: (1_000 * (await seconds(() => inParallel(1, looks, server)))) / looks.length,
        theirs: (1_000 * (await seconds(() => inParallel(1, handshakes, server)))) / looks.length,
      })
      await server.stop()

      const rows = rowsOf(databasePath(home), count)
      const bare = openBare(join(home, 'bare.sqlite'))
      redeemed.push({ ours, theirs: count / (await seconds(() => insertBare(bare, rows))) })
      bare.close()
    } finally {
      removeHome(home)
    }
  }
  return [
    {
      name: `redemptions/s through HTTP, ${SENDERS} learners at once`,
      unit: '1/s',
      ...medians(redeemed),
      aim: '≥ 0.5',
      against: 'bare better-sqlite3, the same rows, a commit to each',
    },
    {
      name: `a page of ${REWARDS} rewards with what is missing for each`,
      unit: 'ms',
      ...medians(pages),
      aim: 'reported',
      against: 'the handshake, which does nothing',
    },
  ]
}
