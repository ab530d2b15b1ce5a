import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../sidecar/config.js'
import { openContext } from '../../sidecar/context.js'
import { EMPTY, type Head, type ProposedEntry, sequence } from '../../sidecar/domain/entry.js'
import { completeSecrets, createHome, HomeError, readSecrets } from '../../sidecar/home.js'
import { createLog } from '../../sidecar/log.js'
import { type Connection, openForReading, openForWriting } from '../../sidecar/store/database.js'
import { checkVersion, MigrationRefused, migrate, migrations } from '../../sidecar/store/migrate.js'
import { createStores } from '../../sidecar/store/stores.js'
import { NOW } from '../support.js'
import { entry, inFolder } from './files.js'

/** What migrations there are, and the one that a later program would add. */
const LAST = migrations().at(-1)!.number
const numbered = (after: number, name: string): string => `${String(LAST + after).padStart(4, '0')}-${name}.sql`
const MORE = { [numbered(1, 'more')]: 'CREATE TABLE more (a TEXT) STRICT;' }

/** A folder of migrations of a later program: ours, and some more. */
function later(folder: string, more: Record<string, string>): string {
  const path = join(folder, `migrations-${Object.keys(more).length}`)
  mkdirSync(path)
  for (const { name, sql } of migrations()) writeFileSync(join(path, name), sql)
  for (const [name, sql] of Object.entries(more)) writeFileSync(join(path, name), sql)
  return path
}

const tables = (connection: Connection) =>
  connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all() as string[]
const version = (connection: Connection) => connection.pragma('user_version', { simple: true })

describe('a migration', () => {
  it(
    'makes a fresh database, once, without a copy',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      expect(checkVersion(connection)).to.equal(0)
      expect(migrate(connection)).to.equal(null)
      expect(tables(connection)).to.include.members(['entry', 'private_record', 'balance', 'granted', 'migration'])
      expect(version(connection)).to.equal(LAST)
      expect(connection.pragma('application_id', { simple: true })).to.equal(0x52434b54)
      expect(checkVersion(connection)).to.equal(LAST)
      expect(migrate(connection)).to.equal(null)
      expect(connection.prepare('SELECT number, name, checksum FROM migration').all()).to.deep.equal(
        migrations().map(({ number, name, checksum }) => ({ number, name, checksum })),
      )
      connection.close()
    }),
  )

  it('is numbered without gaps', () => {
    expect(migrations().map(({ number }) => number)).to.deep.equal(migrations().map((_, index) => index + 1))
    for (const { name } of migrations()) expect(name).to.match(/^[0-9]{4}-[a-z-]+\.sql$/)
  })

  it(
    'makes a copy before it changes a database that holds something',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const connection = openForWriting(path)
      migrate(connection)
      connection.exec("INSERT INTO course (idnumber, course) VALUES ('PHYS101', '7')")
      const copy = migrate(connection, later(folder, MORE))
      expect(copy).to.equal(`${path}.before-schema-${LAST + 1}`)
      expect(statSync(copy!).mode & 0o777).to.equal(0o600)
      expect(tables(connection)).to.include('more')
      const before = openForReading(copy!)
      expect(checkVersion(before)).to.equal(LAST)
      expect(tables(before)).to.not.include('more')
      expect(before.prepare('SELECT course FROM course').pluck().all()).to.deep.equal(['7'])
      before.close()
      connection.close()
    }),
  )

  it(
    'does not overwrite an earlier copy',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const first = `${path}.before-schema-${LAST + 1}`
      writeFileSync(first, 'an earlier one')
      const connection = openForWriting(path)
      migrate(connection)
      expect(migrate(connection, later(folder, MORE))).to.equal(`${first}-2`)
      expect(readFileSync(first, 'utf8')).to.equal('an earlier one')
      connection.close()
    }),
  )

  it(
    'that fails is rolled back whole, and those before it stay',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      migrate(connection)
      const broken = later(folder, {
        [numbered(1, 'good')]: 'CREATE TABLE good (a TEXT) STRICT;',
        [numbered(2, 'broken')]: 'CREATE TABLE half (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);',
      })
      expect(() => migrate(connection, broken)).to.throw(/nowhere/)
      expect(connection.inTransaction).to.equal(false)
      expect(version(connection)).to.equal(LAST + 1)
      expect(tables(connection)).to.include('good').and.to.not.include('half')
      expect(connection.prepare('SELECT max(number) FROM migration').pluck().get()).to.equal(LAST + 1)
      connection.close()
    }),
  )
})

/** What the first version of Rocket has written. */
interface FirstVersion {
  readonly connection: Connection
  /** A grant as that version wrote it. @returns its number. */
  grant(subject: string, points: number, expires: string | null): number
  revoke(subject: string, seq: number, points: number): void
}

/** A database of the first version, where points could be earned and taken back, and not be spent. */
function firstVersion(path: string, folder: string): FirstVersion {
  const only = join(folder, 'first')
  mkdirSync(only)
  const [first] = migrations()
  writeFileSync(join(only, first!.name), first!.sql)
  const connection = openForWriting(path)
  migrate(connection, only)
  let head: Head = EMPTY
  const append = (given: Partial<ProposedEntry>): number => {
    const place = { source: 'moodle', at: new Date(NOW).toISOString(), day: '2026-11-23', salt: '0'.repeat(64) }
    const written = sequence(head, entry({ rule: `r@${'0'.repeat(12)}`, ...given }), place)
    connection
      .prepare('INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)')
      .run(written.seq, written.body, written.hash)
    connection
      .prepare('INSERT INTO private_record (seq, salt, data) VALUES (?, ?, ?)')
      .run(written.seq, written.salt, written.data)
    head = written
    return written.seq
  }
  return {
    connection,
    grant(subject, points, expires) {
      const seq = append({ kind: 'grant', subject, points, expires })
      connection
        .prepare('INSERT INTO granted (subject, seq, rule, time, points, held, standing) VALUES (?, ?, ?, ?, ?, 0, 1)')
        .run(subject, seq, 'r', NOW, points)
      return seq
    },
    revoke(subject, seq, points) {
      append({ kind: 'revocation', subject, points: -points, ref: seq })
      connection.prepare('UPDATE granted SET standing = 0 WHERE subject = ? AND seq = ?').run(subject, seq)
    },
  }
}

describe('the step from counting points to spending them', () => {
  const [ann, bob] = ['a', 'b'].map((letter) => letter.repeat(24)) as [string, string]

  it(
    'makes lots of the standing grants that lapse: what was taken back has none, nor what never lapses',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const { connection, grant, revoke } = firstVersion(path, folder)
      const later = grant(ann, 10, '2027-07-31')
      const revoked = grant(ann, 20, '2027-01-31')
      grant(ann, 40, null)
      const sooner = grant(ann, 30, '2027-01-31')
      const other = grant(bob, 5, '2027-01-31')
      revoke(ann, revoked, 20)
      expect(migrate(connection)).to.equal(`${path}.before-schema-2`)
      const { lots } = createStores(connection, { eventKey: 'test', redemptionKey: 'test' }).ledger
      expect(lots.of(ann)).to.deep.equal([
        { seq: sooner, expires: '2027-01-31', left: 30 },
        { seq: later, expires: '2027-07-31', left: 10 },
      ])
      expect(lots.of(bob)).to.deep.equal([{ seq: other, expires: '2027-01-31', left: 5 }])
      connection.close()
    }),
  )

  it(
    'gives a home the key for tokens that it lacks, and keeps its other secrets',
    inFolder((home) => {
      createHome(home)
      const { redemptionKey, ...before } = readSecrets(home)
      writeFileSync(join(home, 'secrets.json'), JSON.stringify(before), { mode: 0o600 })
      const completed = completeSecrets(home, readSecrets(home), false)
      expect(readSecrets(home)).to.deep.equal(completed)
      expect(completed).to.deep.include(before)
      expect(Buffer.from(completed.redemptionKey, 'base64url')).to.have.length(32)
      expect(completed.redemptionKey).to.not.equal(redemptionKey)
      expect(completeSecrets(home, completed, true)).to.equal(completed)
    }),
  )

  it(
    'makes no new key where there are tokens under the old one: that has to be put back',
    inFolder((home) => {
      const config = readConfig({ ROCKET_HOME: home, ROCKET_LOG: 'silent' }, home)
      createHome(home)
      const { redemptionKey, ...others } = readSecrets(home)
      const { stores, close } = openContext(config, createLog('silent'), true)
      const batch = { id: 'batch_1', reward: 'pool', imported: 0, file: 'codes.csv' }
      stores.writer.write(() => {
        stores.codes.addBatch(batch)
        stores.codes.add(batch, 1, 'secret', null)
      })
      close()
      writeFileSync(join(home, 'secrets.json'), JSON.stringify(others), { mode: 0o600 })
      expect(() => openContext(config, createLog('silent'), true)).to.throw(HomeError, /no redemptionKey.*backup/)
      writeFileSync(join(home, 'secrets.json'), JSON.stringify({ ...others, redemptionKey }), { mode: 0o600 })
      openContext(config, createLog('silent'), true).close()
    }),
  )
})

describe('the step to people by subject', () => {
  it(
    'lets go of who else stands in events that are kept, and of nothing else in them',
    inFolder((folder) => {
      const before = join(folder, 'before')
      mkdirSync(before)
      const earlier = migrations().filter(({ number }) => number < 6)
      for (const { name, sql } of earlier) writeFileSync(join(before, name), sql)
      const connection = openForWriting(join(folder, 'a.sqlite'))
      migrate(connection, before)
      const insert = connection.prepare(
        "INSERT INTO event (subject, time, received, body, decisions) VALUES ('s', 1, 1, ?, ?)",
      )
      const event = { id: 'a', actor: null, data: { score: 1e21, graded_by: 'person', note: 'é"' } }
      const refused = (field: string) => JSON.stringify([['r', 'refused', 0, 0, 'condition_not_met', { field }]])
      insert.run(JSON.stringify(event), refused('score'))
      insert.run(JSON.stringify({ ...event, actor: '77', data: { graded_by: '78' } }), refused('actor'))
      migrate(connection)
      const kept = connection.prepare<[], { body: string; decisions: string | null }>(
        'SELECT body, decisions FROM event',
      )
      const [plain, named] = kept.all()
      expect(JSON.parse(plain!.body)).to.deep.equal(event)
      expect(plain!.decisions).to.equal(refused('score'))
      expect(JSON.parse(named!.body)).to.deep.equal({ id: 'a', actor: null, data: {} })
      expect(named!.decisions).to.equal(null)
      connection.close()
    }),
  )
})

describe('a database', () => {
  it(
    'that is newer than this program is refused',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      migrate(connection, later(folder, MORE))
      expect(() => migrate(connection)).to.throw(
        MigrationRefused,
        `newer Rocket (schema ${LAST + 1}; this program knows ${LAST})`,
      )
      connection.close()
    }),
  )

  it(
    'of another program is refused, and not touched',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      connection.exec('CREATE TABLE theirs (a)')
      expect(() => migrate(connection)).to.throw(MigrationRefused, /not a Rocket database/)
      expect(tables(connection)).to.deep.equal(['theirs'])
      connection.close()
    }),
  )

  it(
    'whose migrations differ from ours is refused',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      migrate(connection)
      connection.exec("UPDATE migration SET checksum = 'other'")
      expect(() => migrate(connection)).to.throw(MigrationRefused, /Migration 1 .* is not the one this program has/)
      expect(readdirSync(folder).some((name) => name.includes('before-schema'))).to.equal(false)
      expect(existsSync(join(folder, 'a.sqlite'))).to.equal(true)
      connection.close()
    }),
  )
})
