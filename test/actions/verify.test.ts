import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { ingest } from '../../sidecar/actions/ingest.js'
import { pauseRedeeming, resumeRedeeming } from '../../sidecar/actions/pause.js'
import { type Verification, verifyLedger } from '../../sidecar/actions/verify.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { type Connection, openForReading } from '../../sidecar/store/database.js'
import { inWorld } from '../domain/world.js'
import { inFolder, open } from '../store/files.js'
import { learningEvent, NOW, sandbox } from '../support.js'
import { openShop } from './shop.js'

const PACK = `
- { id: quiz, event: quiz.graded, points: { per: 10, of: score, points: 1 }, revoke_on: quiz.deleted }
- { id: slow, event: quiz.graded, points: 2, review: hold, cooldown: 3h, revoke_on: quiz.deleted }
`
const HOUR = 3_600_000
const attempt = fc.record({
  event: fc
    .constantFrom('quiz.graded', 'quiz.graded', 'quiz.graded', 'quiz.deleted')
    .map((name) => canonicalName(name)!),
  user: fc.constantFrom('a', 'b', 'c'),
  object: fc.integer({ min: 1, max: 9 }).map((id) => `quiz_attempts:${id}`),
  data: fc.record({ score: fc.integer({ min: 1, max: 100 }) }),
  time: fc.integer({ min: 0, max: 9 }).map((hour) => NOW + hour * HOUR),
})

/** A ledger with grants, holds and revocations of three learners; triggers and indexes are gone, as for who owns the file. */
function ledger(): { connection: Connection; close: () => void } {
  const { stores, rules, close } = sandbox(PACK)
  const { connection } = stores.writer
  for (const [index, user] of ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b'].entries()) {
    const [time, object] = [NOW + index * HOUR, `quiz_attempts:${index}`]
    const send = (name: string, score: number) =>
      stores.writer.write(() =>
        ingest(
          stores,
          rules,
          learningEvent({ event: canonicalName(name)!, user, object, time, data: { score } }),
          time,
        ),
      )
    send('quiz.graded', 90 - index)
    if (index % 4 === 1) send('quiz.deleted', 0)
  }
  connection.pragma('foreign_keys = OFF')
  for (const type of ['trigger', 'index']) {
    const names = 'SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL'
    for (const name of connection.prepare(names).pluck().all(type)) connection.exec(`DROP ${type} ${name}`)
  }
  return { connection, close }
}

const verify = (connection: Connection, quick = false) => verifyLedger(connection, { quick })
const first = ({ problems }: Verification) => problems[0]?.seq ?? null

function succeeds(change: () => void): boolean {
  try {
    change()
    return true
  } catch {
    return false
  }
}

describe('ledger verify', () => {
  let made: ReturnType<typeof ledger>
  let size: number
  beforeEach(() => {
    made = ledger()
    size = made.connection.prepare<[], number>('SELECT max(seq) FROM entry').pluck().get()!
  })
  afterEach(() => made.close())

  const run = (sql: string, ...params: (string | number)[]) => made.connection.prepare(sql).run(...params)
  /** Changes something, looks, and puts it back. */
  function changed<T>(change: () => void, look: () => T): T {
    made.connection.exec('SAVEPOINT change')
    try {
      change()
      return look()
    } finally {
      made.connection.exec('ROLLBACK TO change; RELEASE change')
    }
  }
  const caught = (change: () => void, message: string): number | null =>
    changed(change, () => {
      const result = verify(made.connection)
      expect(result.ok, message).to.equal(false)
      return first(result)
    })

  it('finds nothing wrong with what ingest wrote, whatever came', () => {
    expect(verify(made.connection)).to.deep.include({
      ok: true,
      quick: false,
      entries: size,
      opened: size,
      problems: [],
    })
    expect(verify(made.connection, true)).to.deep.include({ ok: true, quick: true, entries: size, opened: 0 })
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 25 }), (attempts) => {
        inWorld(PACK, ({ sendAll, stores }) => {
          sendAll(attempts.map(learningEvent), NOW + 10 * HOUR)
          const { connection } = stores.writer
          expect(verify(connection).problems).to.deep.equal([])
          const sums = connection.prepare(
            `SELECT count(*) FROM balance JOIN (SELECT subject, sum(points) AS p, sum(held) AS h FROM entry GROUP BY subject)
             USING (subject) WHERE points <> p OR held <> h`,
          )
          expect(sums.pluck().get()).to.equal(0)
        })
      }),
      { numRuns: 40 },
    )
  })

  it('finds nothing wrong with an empty ledger', () => {
    const { connection } = open()
    expect(verify(connection)).to.deep.include({ ok: true, entries: 0, problems: [] })
    connection.close()
  })

  it('catches any one character changed in a body, a hash, a salt or a record, and names the entry', () => {
    const place = fc.record({
      table: fc.constantFrom('entry.body', 'entry.hash', 'private_record.salt', 'private_record.data'),
      seq: fc.integer({ min: 1, max: size }),
      at: fc.nat(10_000),
      to: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
    })
    fc.assert(
      fc.property(place, ({ table, seq, at, to }) => {
        const [name, column] = table.split('.')
        const text = made.connection.prepare(`SELECT ${column} FROM ${name} WHERE seq = ?`).pluck().get(seq) as string
        const other = text.slice(0, at % text.length) + to + text.slice((at % text.length) + 1)
        fc.pre(other !== text)
        const change = () => void run(`UPDATE ${name} SET ${column} = ? WHERE seq = ?`, other, seq)
        // SQLite itself takes nothing that is not JSON, or lacks a column; the next test gets past it.
        fc.pre(
          changed(
            () => {},
            () => succeeds(change),
          ),
        )
        expect(caught(change, `${table} ${seq}: ${other}`)).to.equal(seq)
        if (name === 'entry') expect(changed(change, () => first(verify(made.connection, true)))).to.equal(seq)
      }),
      { numRuns: 400 },
    )
  })

  it(
    'names an entry whose body is no JSON any more, in the file itself, and reads on',
    inFolder((folder) => {
      const path = join(folder, 'copy.sqlite')
      made.connection.prepare('VACUUM INTO ?').run(path)
      const grant = made.connection
        .prepare<[], { ref: number; body: string }>(
          'SELECT body, seq AS ref FROM entry WHERE seq = (SELECT min(ref) FROM entry)',
        )
        .get()!
      const file = readFileSync(path)
      for (const at of [0, grant.body.indexOf('"kind"'), grant.body.length - 1]) {
        const place = file.indexOf(grant.body) + at
        const broken = Buffer.from(file)
        broken.write('#', place)
        writeFileSync(path, broken)
        const reader = openForReading(path)
        expect(verify(reader).problems[0]).to.deep.include({ seq: grant.ref })
        expect(first(verify(reader, true))).to.equal(grant.ref)
        reader.close()
      }
    }),
  )

  it('catches an entry that is gone, renumbered, or put in', () => {
    for (let seq = 1; seq < size; seq++) {
      expect(caught(() => void run('DELETE FROM entry WHERE seq = ?', seq), `deleted ${seq}`)).to.equal(seq + 1)
      expect(caught(() => void run('UPDATE entry SET seq = 1000 WHERE seq = ?', seq), `renumbered ${seq}`)).to.equal(
        seq + 1,
      )
    }
    expect(caught(() => void run('DELETE FROM entry WHERE seq = ?', size), 'the last deleted')).to.equal(null)
    expect(
      caught(() => void run('UPDATE entry SET seq = seq + 5 WHERE seq = ?', size), 'the last renumbered'),
    ).to.equal(size + 5)
    for (const seq of [0, -7]) {
      const put = 'INSERT INTO entry (seq, body, hash) SELECT ?, body, hash FROM entry WHERE seq = 3'
      expect(caught(() => void run(put, seq), `put in at ${seq}`)).to.equal(seq)
    }
  })

  it('catches two entries that changed places', () => {
    const swap = 'UPDATE entry SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN 3 ELSE seq END'
    expect(caught(() => void [run(swap), run('UPDATE entry SET seq = 4 WHERE seq = -4')], 'swapped')).to.equal(3)
  })

  it('catches a record that is gone, the last one too', () => {
    for (const seq of [1, 4, size]) {
      expect(caught(() => void run('DELETE FROM private_record WHERE seq = ?', seq), `${seq}`)).to.equal(seq)
    }
  })

  it('catches a learner index that was changed', () => {
    const subject = (user: string) =>
      made.connection.prepare('SELECT subject FROM learner WHERE user_id = ?').pluck().get(user) as string
    const firstOf = (...users: string[]) =>
      made.connection
        .prepare(`SELECT min(seq) FROM entry WHERE subject IN (${users.map(() => '?').join()})`)
        .pluck()
        .get(...users.map(subject)) as number
    const swap = () => {
      const [a, b] = [subject('a'), subject('b')]
      run("UPDATE learner SET user_id = '~' WHERE subject = ?", a)
      run("UPDATE learner SET user_id = 'a' WHERE subject = ?", b)
      run("UPDATE learner SET user_id = 'b' WHERE subject = ?", a)
    }
    const [any, ofC] = [firstOf('a', 'b'), firstOf('c')]
    expect(caught(swap, 'two learners swapped')).to.equal(any)
    expect(caught(() => void run("DELETE FROM learner WHERE user_id = 'c'"), 'one deleted')).to.equal(ofC)
    expect(caught(() => void run("UPDATE learner SET source = 'x' WHERE user_id = 'c'"), 'another source')).to.equal(
      ofC,
    )
  })

  it('catches a balance or a rule’s memory that is not what the entries say', () => {
    for (const change of [
      'UPDATE balance SET points = points + 1',
      'UPDATE balance SET lifetime = lifetime - 1',
      'UPDATE balance SET held = held + 1',
      'DELETE FROM balance',
      "INSERT INTO balance (subject, points, held, lifetime) VALUES ('nobody', 1, 0, 0)",
      'UPDATE granted SET points = points + 1 WHERE seq = 2',
      'UPDATE granted SET standing = 1 - standing WHERE seq = 2',
      'UPDATE granted SET standing = 1 - standing WHERE seq IN (SELECT max(seq) FROM granted GROUP BY standing)',
      'DELETE FROM granted WHERE seq = 2',
      "UPDATE granted SET subject = 'another' WHERE seq = 2",
      "INSERT INTO granted SELECT 'nobody', seq, rule, act, deed, course, activity, object, time, points, held, standing, void FROM granted WHERE seq = 2",
    ]) {
      expect(
        caught(() => made.connection.exec(change), change),
        change,
      ).to.be.oneOf([null, 2])
    }
  })

  it('catches a view that shows something else, and a table that nobody here made', () => {
    for (const change of ['DROP VIEW ledger; CREATE VIEW ledger AS SELECT 1 AS points', 'CREATE TABLE more (x)']) {
      expect(
        caught(() => made.connection.exec(change), change),
        change,
      ).to.equal(null)
    }
  })

  it('catches a pause that no entry says, and one that is gone', () => {
    const paused = "INSERT INTO pause (cause, since, reason) VALUES ('person', 0, 'said nobody')"
    expect(caught(() => made.connection.exec(paused), paused)).to.equal(null)
    const shop = openShop('rewards: []\n')
    shop.at((moment) => pauseRedeeming(moment, 'person', { actor: 'it', reason: 'test' }))
    const { connection } = shop.opened
    expect(verify(connection).problems).to.deep.equal([])
    connection.exec('DELETE FROM pause')
    expect(verify(connection).problems[0]?.message).to.match(/whether redeeming is paused \(person\)/)
    shop.at((moment) => moment.stores.pauses.add({ cause: 'person', since: 0, reason: '' }))
    shop.at((moment) => resumeRedeeming(moment, 'person', { actor: 'it', reason: 'test' }))
    expect(verify(connection).problems).to.deep.equal([])
    shop.close()
  })

  it('catches a memory under which a deed could be paid again', () => {
    const grant = made.connection.prepare('SELECT min(seq) FROM granted').pluck().get() as number
    for (const column of ['rule', 'act', 'deed', 'course', 'activity', 'object']) {
      const change = `UPDATE granted SET ${column} = 'other' WHERE seq = ${grant}`
      expect(
        caught(() => made.connection.exec(change), change),
        change,
      ).to.equal(grant)
    }
    // Of the last two a later entry may be the one that is wrong.
    for (const [change, entry] of [
      ['time = time - 1', grant],
      ['held = 1 - held', null],
      ['void = 1 - void', null],
    ] as const) {
      const changed = () => made.connection.exec(`UPDATE granted SET ${change} WHERE seq = ${grant}`)
      expect(caught(changed, change), change).to.equal(entry)
    }
  })

  it('catches other grants that count as standing, though just as many, with the same sum of numbers', () => {
    const { stores, rules, close } = sandbox('- { id: quiz, event: quiz.graded, points: 2, revoke_on: quiz.deleted }\n')
    const send = (name: string, id: number) => {
      const event = learningEvent({
        event: canonicalName(name)!,
        object: `quiz_attempts:${id}`,
        time: NOW,
        data: { score: 9 },
      })
      stores.writer.write(() => ingest(stores, rules, event, NOW))
    }
    for (const id of [0, 1, 2, 3]) send('quiz.graded', id)
    for (const id of [0, 3]) send('quiz.deleted', id)
    const { connection } = stores.writer
    const standing = () => connection.prepare('SELECT standing FROM granted ORDER BY seq').pluck().all()
    expect([standing(), verify(connection).problems]).to.deep.equal([[0, 1, 1, 0], []])
    connection.exec('UPDATE granted SET standing = 1 - standing')
    expect(standing()).to.deep.equal([1, 0, 0, 1])
    const grants = connection.prepare<[], number>('SELECT seq FROM granted ORDER BY seq').pluck().all()
    const wrong = grants.map(
      (seq) => `whether the grant of entry ${seq} still stands, or is held, is not remembered as the entries say`,
    )
    expect(verify(connection).problems.map(({ message }) => message)).to.deep.equal(wrong)
    close()
  })

  it('catches a text of the configuration that was changed, or is gone', () => {
    for (const change of ["UPDATE document SET text = text || ' '", 'DELETE FROM document']) {
      expect(caught(() => made.connection.exec(change), change)).to.equal(1)
    }
  })

  it('tells how far it is, and stops when a reader has seen enough', () => {
    const seen: [number, number][] = []
    verifyLedger(made.connection, { quick: false, onProgress: (done, of) => seen.push([done, of]) })
    expect(seen).to.deep.equal([[size, size]])
    run("UPDATE entry SET hash = replace(hash, 'a', 'b')")
    const { problems } = verify(made.connection)
    expect(problems).to.have.length(20)
    expect(problems[0]?.seq).to.equal(1)
  })
})
