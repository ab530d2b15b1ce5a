/** Events through HTTP, against bare better-sqlite3 inserting the same rows with the same pragmas. */
import { join } from 'node:path'
import { databasePath } from '../../sidecar/home.js'
import { openForReading, openForWriting } from '../../sidecar/store/database.js'
import { migrate } from '../../sidecar/store/migrate.js'
import { type Measured, medians, seconds } from './measure.js'
import { inParallel, makeHome, removeHome, type SignedCall, signed, startServer } from './server.js'

const LEARNERS = 2_000
const BATCH = 500
const SENDERS = 64

/** Twenty rules over this many events, with as many kinds of limit as an institution would use. */
export function twentyRules(names: number): string {
  const events = ['quiz.graded', 'activity.completed', 'forum.post', 'assign.submitted', 'course.completed']
  const limits = [
    'frequency: 1\n  cooldown: 7d',
    'frequency: 3\n  cooldown: 1d\n  per: course',
    'caps:\n    - { points: 50, per: day }',
    'once_per: activity',
  ]
  return range(20)
    .map((index) => {
      const bar = index < names ? '>=50' : `>=${90 + (index % 10)}`
      return [
        `- id: rule-${index}`,
        `  event: ${events[index % names]}`,
        `  conditions:\n    score: "${bar}"`,
        '  points: 10',
        `  ${limits[Math.floor(index / names) % limits.length]}`,
      ].join('\n')
    })
    .join('\n')
}

/** A term of quizzes: learners in turn, an hour apart, a score that most rules refuse. */
function events(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const n = from + index
    return {
      id: `0193-${String(n).padStart(12, '0')}`,
      event: '\\mod_quiz\\event\\attempt_submitted',
      time: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
      user: String(1 + ((n * 7_919) % LEARNERS)),
      course: String(1 + (n % 40)),
      activity: `quiz:${1 + (n % 400)}`,
      object: `quiz_attempts:${n}`,
      origin: 'web',
      data: { score: 40 + ((n * 37) % 60), attempt: 1, duration_seconds: 412 },
    }
  })
}

interface Row {
  readonly table: string
  readonly values: readonly unknown[]
}

const TABLES: Readonly<Record<string, readonly string[]>> = {
  learner: ['subject', 'source', 'user_id'],
  event: ['number', 'subject', 'time', 'received', 'body', 'decisions'],
  seen: ['key', 'event'],
  entry: ['seq', 'body', 'hash'],
  private_record: ['seq', 'salt', 'data'],
  granted: [
    'subject',
    'seq',
    'rule',
    'act',
    'deed',
    'course',
    'activity',
    'object',
    'time',
    'points',
    'held',
    'standing',
  ],
}

/**
 * Everything that an intake wrote, in the order it was written: by event, its entries and what belongs to them, and a
 * balance for each entry.
 */
function rowsByEvent(path: string): Row[][] {
  const source = openForReading(path)
  const all = (table: string, order: string) =>
    source.prepare(`SELECT ${TABLES[table]!.join()} FROM ${table} ORDER BY ${order}`).raw().all() as unknown[][]
  const rows: Row[][] = []
  const byNumber = new Map<unknown, Row[]>()
  const byEventId = new Map<string, Row[]>()
  for (const values of all('event', 'number')) {
    const group: Row[] = [{ table: 'event', values }]
    rows.push(group)
    byNumber.set(values[0], group)
    byEventId.set(JSON.parse(values[4] as string).id, group)
  }
  const learners = new Map(all('learner', 'subject').map((values) => [values[0], values]))
  for (const group of rows) {
    const subject = group[0]!.values[1]
    const values = learners.get(subject)
    if (values) group.unshift({ table: 'learner', values })
    learners.delete(subject)
  }
  for (const values of all('seen', 'event')) byNumber.get(values[1])?.push({ table: 'seen', values })
  const records = new Map(all('private_record', 'seq').map((values) => [values[0], values]))
  const granted = new Map(all('granted', 'seq').map((values) => [values[1], values]))
  for (const values of all('entry', 'seq')) {
    const record = records.get(values[0])
    const group = record && byEventId.get(JSON.parse(record[2] as string).event_id ?? '')
    const grant = granted.get(values[0])
    if (!group || !grant) continue
    group.push(
      { table: 'entry', values },
      { table: 'private_record', values: record },
      { table: 'granted', values: grant },
    )
    group.push({ table: 'balance', values: [grant[0], grant[9], 0, grant[9]] })
  }
  source.close()
  return rows
}

/** The peer: prepared statements, the same tables and indexes, no trigger, one transaction for each batch. */
function insertBare(path: string, rows: readonly Row[][], batch: number): void {
  const connection = openForWriting(path)
  migrate(connection)
  for (const name of connection
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all() as string[]) {
    connection.exec(`DROP TRIGGER ${name}`)
  }
  // The chain does not begin at 1 here, and nobody checks it.
  connection.pragma('foreign_keys = OFF')
  const statements = new Map(
    Object.entries(TABLES).map(([table, columns]) => [
      table,
      connection.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`),
    ]),
  )
  statements.set(
    'balance',
    connection.prepare(
      `INSERT INTO balance (subject, points, held, lifetime) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         points = points + excluded.points, held = held + excluded.held, lifetime = lifetime + excluded.lifetime`,
    ),
  )
  const insert = connection.transaction((groups: readonly Row[][]) => {
    for (const group of groups) for (const { table, values } of group) statements.get(table)!.run(...values)
  })
  for (let from = 0; from < rows.length; from += batch) insert.immediate(rows.slice(from, from + batch))
  connection.close()
}

export async function measureIntake(rounds: number, batches: number, singles: number): Promise<Measured[]> {
  const batchCalls = () => range(batches).map((n) => signed('/api/events', { events: events(n * BATCH, BATCH) }))
  const singleCalls = () => events(0, singles).map((event) => signed('/api/events', { events: [event] }))
  const results = { spread: [] as Round[], all: [] as Round[], single: [] as Round[] }
  for (let round = 0; round < rounds; round++) {
    // Two on the way at once, as two deliveries of Moodle's cron would be.
    results.spread.push(await oneRound(twentyRules(5), 2, batchCalls(), BATCH))
    results.all.push(await oneRound(twentyRules(1), 2, batchCalls(), BATCH))
    results.single.push(await oneRound(twentyRules(5), SENDERS, singleCalls(), 1))
  }
  const bare = `bare better-sqlite3, ${BATCH} to a commit`
  return [
    measured(`events/s through HTTP, batches of ${BATCH}, 20 rules over 5 events`, '≥ 0.6', bare, results.spread),
    measured(`events/s through HTTP, batches of ${BATCH}, 20 rules on this one event`, '≥ 0.6', bare, results.all),
    measured(
      `events/s through HTTP, one each, ${SENDERS} senders`,
      '≥ 0.5',
      'bare better-sqlite3, a commit to each',
      results.single,
    ),
  ]
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

interface Round {
  readonly ours: number
  readonly theirs: number
}

function measured(name: string, aim: string, against: string, rounds: readonly Round[]): Measured {
  return {
    name,
    unit: '1/s',
    ...medians(rounds),
    aim,
    against,
  }
}

async function oneRound(pack: string, senders: number, calls: readonly SignedCall[], batch: number): Promise<Round> {
  const home = makeHome({ 'bench.yaml': pack })
  try {
    const server = await startServer(home)
    // The first calls compile; they are not counted.
    for (let n = 0; n < 20; n++) await server.send(signed('/api/events', { events: events(1e9 + n * 50, 50) }))
    const count = calls.length * batch
    const ours = count / (await seconds(() => inParallel(senders, calls, server)))
    await server.stop()
    const rows = rowsByEvent(databasePath(home)).slice(-count)
    const copy = join(home, 'bare.sqlite')
    const theirs = count / (await seconds(() => insertBare(copy, rows, batch)))
    return { ours, theirs }
  } finally {
    removeHome(home)
  }
}
