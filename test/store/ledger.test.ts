import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import fc from 'fast-check'
import { entryHash, GENESIS, type ProposedEntry, sequence } from '../../sidecar/domain/entry.js'
import type { Connection } from '../../sidecar/store/database.js'
import { NOW } from '../support.js'
import { append, entry, inFolder, learnerWith, type Opened, open, utc } from './files.js'

describe('the ledger’s tables', () => {
  let opened: Opened
  let connection: Connection
  const body = (seq: number, prev: string) =>
    sequence({ seq: seq - 1, hash: prev }, entry(), {
      source: 'moodle',
      at: new Date(NOW).toISOString(),
      day: '2026-11-23',
      salt: 'a'.repeat(64),
    })
  const insert = (verb: string, seq: number | null, prev: string, named = seq ?? 0) => {
    const { body: text, hash } = body(named, prev)
    return () => connection.prepare(`${verb} INTO entry (seq, body, hash) VALUES (?, ?, ?)`).run(seq, text, hash)
  }

  beforeEach(() => {
    opened = open()
    connection = opened.connection
    for (let i = 0; i < 3; i++) append(opened)
  })
  afterEach(() => connection.close())

  const refused = (sql: string) => expect(() => connection.exec(sql), sql).to.throw(/never|append-only|written once/)
  const head = () => opened.stores.ledger.head()
  const rows = (table: string) => JSON.stringify(connection.prepare(`SELECT * FROM ${table} ORDER BY 1`).all())

  it('refuse to update or delete an entry, its record or a document', () => {
    connection.exec("INSERT INTO document (hash, text) VALUES ('h', 't')")
    const before = ['entry', 'private_record', 'document'].map(rows)
    refused('UPDATE entry SET hash = hash WHERE seq = 2')
    refused('UPDATE entry SET seq = 9 WHERE seq = 3')
    refused('DELETE FROM entry WHERE seq = 3')
    refused('DELETE FROM entry')
    refused("UPDATE private_record SET data = '{}'")
    refused('DELETE FROM private_record WHERE seq = 1')
    refused("UPDATE document SET text = 'x'")
    refused('DELETE FROM document')
    expect(['entry', 'private_record', 'document'].map(rows)).to.deep.equal(before)
  })

  it('refuse an entry that does not follow the last', () => {
    const { hash } = head()
    for (const verb of ['INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE', 'REPLACE']) {
      for (const [seq, prev, named] of [
        [5, hash],
        [3, hash],
        [2, hash],
        [0, hash],
        [-1, hash],
        [4, GENESIS],
        [4, hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))],
        [4, hash, 5],
        [null, hash, 4],
      ] as const) {
        expect(insert(verb, seq, prev, named), `${verb} ${seq} ${named}`).to.throw(/append-only|constraint/)
      }
    }
    expect(insert('INSERT', 4, hash)).to.not.throw()
  })

  it('refuse an upsert, and a body that is none', () => {
    const { body: text, hash } = body(3, head().hash)
    const upsert = 'INSERT INTO entry (seq, body, hash) VALUES (3, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body'
    expect(() => connection.prepare(upsert).run(text, hash)).to.throw(/append-only/)
    for (const broken of ['', '{}', 'x', '{"seq":4}']) {
      const sql = 'INSERT INTO entry (seq, body, hash) VALUES (4, ?, ?)'
      expect(() => connection.prepare(sql).run(broken, hash), broken).to.throw()
    }
  })

  it('refuse a second record, and one without its entry', () => {
    const sql = (verb: string) => `${verb} INTO private_record (seq, salt, data) VALUES (?, ?, ?)`
    for (const verb of ['INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE']) {
      for (const seq of [1, 3, 4, 0]) {
        const put = () => connection.prepare(sql(verb)).run(seq, 'a'.repeat(64), '{"at":"2026"}')
        expect(put, `${verb} ${seq}`).to.throw(/written once/)
      }
    }
  })

  it(
    'refuse to replace what they hold from any other program too',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const ours = open(path)
      append(ours)
      ours.connection.exec("INSERT INTO document (hash, text) VALUES ('h', 'text')")
      // As sqlite3 opens it: without recursive_triggers, so REPLACE fires no delete trigger.
      const other = new Sqlite(path)
      other.pragma('recursive_triggers = OFF')
      const replace = (into: string) => () => other.exec(`INSERT OR REPLACE INTO ${into}`)
      expect(replace(`entry (seq, body, hash) SELECT seq, body, hash FROM entry`)).to.throw(/append-only/)
      expect(replace(`private_record (seq, salt, data) SELECT seq, salt, '{"at":"x"}' FROM private_record`)).to.throw(
        /once/,
      )
      expect(replace("document VALUES ('h', 'another text')")).to.throw(/never/)
      other.exec("INSERT INTO document VALUES ('h', 'text') ON CONFLICT DO NOTHING")
      other.close()
      ours.connection.close()
    }),
  )

  it('take no entry whose body the verifier would refuse for ever', () => {
    expect(() => append(opened, { expires: '+010000-01' })).to.throw(/form of one/)
  })

  it('hold no negative held balance', () => {
    expect(() => learnerWith(opened, '42') && append(opened, { subject: 'a'.repeat(24), held: -1 })).to.throw(/CHECK/)
  })
})

describe('Ledger', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())
  const bodies = () =>
    opened.connection.prepare<[], { body: string; hash: string; data: string }>(
      'SELECT body, hash, data FROM entry JOIN private_record USING (seq) ORDER BY seq',
    )

  it('chains every entry to the one before it', () => {
    for (let i = 0; i < 5; i++) append(opened, {}, NOW + i)
    let prev = GENESIS
    for (const [index, { body, hash }] of bodies().all().entries()) {
      expect(JSON.parse(body)).to.include({ seq: index + 1, prev })
      expect(entryHash(body)).to.equal(hash)
      prev = hash
    }
    expect(opened.stores.ledger.head().hash).to.equal(prev)
  })

  it('uses every salt once', () => {
    for (let i = 0; i < 150; i++) append(opened)
    const { salts, all } = opened.connection
      .prepare<[], { salts: number; all: number }>(
        'SELECT count(DISTINCT salt) AS salts, count(*) AS "all" FROM private_record',
      )
      .get()!
    expect([salts, all]).to.deep.equal([150, 150])
  })

  it('keeps the sums of a learner’s entries', () => {
    const kinds: ProposedEntry['kind'][] = [
      'grant',
      'hold',
      'release',
      'void',
      'revocation',
      'adjustment',
      'redemption',
    ]
    const change = fc.record({
      kind: fc.constantFrom(...kinds),
      points: fc.integer({ min: -20, max: 20 }),
      held: fc.integer({ min: -5, max: 20 }),
    })
    const subject = learnerWith(opened, '42')
    const { stores } = opened
    fc.assert(
      fc.property(change, ({ kind, points, held }) => {
        const before = stores.ledger.balance(subject)
        fc.pre(before.held + held >= 0)
        append(opened, { kind, subject, points, held })
        const earned = ['grant', 'release', 'revocation', 'adjustment'].includes(kind) ? points : 0
        expect(stores.ledger.balance(subject)).to.deep.equal({
          points: before.points + points,
          held: before.held + held,
          lifetime: before.lifetime + earned,
        })
      }),
      { numRuns: 200 },
    )
    expect(stores.ledger.balance('nobody')).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
  })

  it('takes back held points in a transaction of their own', () => {
    const subject = learnerWith(opened, '42')
    append(opened, { kind: 'hold', subject, held: 10 })
    append(opened, { kind: 'void', subject, held: -10 })
    expect(opened.stores.ledger.balance(subject).held).to.equal(0)
  })

  it('writes times in order: a clock set back a little stands still, one that was far ahead is not believed', () => {
    const MINUTE = 60_000
    for (const now of [0, 5 * MINUTE, 2 * MINUTE, 6 * MINUTE, 600 * MINUTE, 7 * MINUTE, 8 * MINUTE])
      append(opened, {}, NOW + now)
    const times = bodies()
      .all()
      .map(({ data }) => (Date.parse(JSON.parse(data).at) - NOW) / MINUTE)
    expect(times).to.deep.equal([0, 5, 5, 6, 600, 7, 8])
    opened.stores.ledger.clear()
    append(opened, {}, NOW + 7.5 * MINUTE)
    expect(opened.stores.ledger.lastWritten()).to.equal(NOW + 8 * MINUTE)
  })

  it('writes the civil day of the institution', () => {
    append(opened, {}, Date.parse('2026-11-23T23:59:59.999Z'))
    expect(JSON.parse(bodies().get()!.body).day).to.equal('2026-11-23')
    expect(opened.stores.ledger.lastWritten()).to.equal(Date.parse('2026-11-23T23:59:59.999Z'))
    expect(utc.dayOf(NOW)).to.equal('2026-11-23')
  })

  it('remembers the keys that signed, until there is a new one or what is on the disk is not what it knew', () => {
    const { ledger, writer } = opened.stores
    const key = (vkey: string) => append(opened, { kind: 'key', record: { detail: { origin: 'o', vkey } } })
    const vkeys = () => ledger.keys().map(({ vkey }) => vkey)
    expect(vkeys()).to.deep.equal([])
    key('a')
    expect(vkeys()).to.deep.equal(['a'])
    expect(ledger.keys()).to.equal(ledger.keys())
    const undone = () =>
      writer.write(() => {
        ledger.append(entry({ kind: 'key', record: { detail: { origin: 'o', vkey: 'b' } } }), 'moodle', NOW, utc)
        expect(vkeys()).to.deep.equal(['a', 'b'])
        throw new Error('undone')
      })
    expect(undone).to.throw('undone')
    expect(vkeys()).to.deep.equal(['a'])
  })

  it('has nothing at first', () => {
    expect(opened.stores.ledger.head()).to.deep.equal({ seq: 0, hash: GENESIS })
    expect(opened.stores.ledger.lastWritten()).to.equal(null)
  })
})

describe('whoever is named in an entry', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  const written = () =>
    opened.connection
      .prepare<[], { kind: string; subject: string | null; data: string }>(
        'SELECT kind, subject, data FROM entry JOIN private_record USING (seq) ORDER BY seq',
      )
      .all()
      .map(({ kind, subject, data }) => {
        const { user_id, actor, reason } = JSON.parse(data)
        return { kind, subject, user_id, actor, reason }
      })
  const subjectOf = (user: string) => opened.stores.ledger.subjects.of('moodle', user)
  /** One learner's entry, by somebody. */
  const by = (actor: string, subject: string | null = null) =>
    append(opened, { kind: 'adjustment', subject, record: { userId: '42', actor, reason: 'kind' } })

  it('stands there by subject, and the first time an entry before says who that is', () => {
    const learner = learnerWith(opened, '42')
    expect(by('moodle:boss', learner).seq).to.equal(2)
    expect(by('moodle:boss', learner).seq).to.equal(3)
    const boss = subjectOf('boss')
    const named = { kind: 'adjustment', subject: learner, user_id: '42', actor: `subject:${boss}`, reason: 'kind' }
    expect(written()).to.deep.equal([
      {
        kind: 'administration',
        subject: boss,
        user_id: 'boss',
        actor: 'server',
        reason: 'first named on the ledger',
      },
      named,
      named,
    ])
  })

  it('has no such entry where they have one of their own; to be known alone is none', () => {
    const [own, known] = [learnerWith(opened, 'own', 5), learnerWith(opened, 'known')]
    opened.stores.ledger.clear()
    expect(by('moodle:own').seq).to.equal(2)
    expect(by('moodle:known').seq).to.equal(4)
    expect(written().map(({ subject }) => subject)).to.deep.equal([own, null, known, null])
  })

  it('is the learner where it is their own entry, which says who they are by itself', () => {
    const learner = learnerWith(opened, '42')
    expect(by('moodle:42', learner).seq).to.equal(1)
    expect(written()[0]?.actor).to.equal('the learner')
  })

  it('is nobody of the LMS, and stays as they are', () => {
    for (const actor of ['server', 'bridge', 'cli:root', 'token:1', 'counter', 'subject:0123456789abcdef01234567']) {
      const { length } = written()
      by(actor)
      expect(written().slice(length)).to.have.length(1)
      expect(written().at(-1)?.actor).to.equal(actor)
    }
    expect(opened.connection.prepare('SELECT * FROM learner').all()).to.deep.equal([])
  })

  it('is named anew, with an entry before, where the first time was undone', () => {
    const { writer, ledger } = opened.stores
    const undone = () =>
      writer.write(() => {
        ledger.append(entry({ record: { actor: 'moodle:boss' } }), 'moodle', NOW, utc)
        ledger.append(entry({ record: { actor: 'moodle:boss' } }), 'moodle', NOW, utc)
        throw new Error('undone')
      })
    expect(undone).to.throw('undone')
    expect(by('moodle:boss').seq).to.equal(2)
    expect(written()[0]).to.include({ subject: subjectOf('boss'), user_id: 'boss' })
  })
})
