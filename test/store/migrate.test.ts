import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Connection, openForReading, openForWriting } from '../../sidecar/store/database.js'
import { checkVersion, MigrationRefused, migrate, migrations } from '../../sidecar/store/migrate.js'
import { inFolder } from './files.js'

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
      expect(version(connection)).to.equal(migrations().at(-1)!.number)
      expect(connection.pragma('application_id', { simple: true })).to.equal(0x52434b54)
      expect(checkVersion(connection)).to.equal(1)
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
      const copy = migrate(connection, later(folder, { '0002-more.sql': 'CREATE TABLE more (a TEXT) STRICT;' }))
      expect(copy).to.equal(`${path}.before-schema-2`)
      expect(statSync(copy!).mode & 0o777).to.equal(0o600)
      expect(tables(connection)).to.include('more')
      const before = openForReading(copy!)
      expect(checkVersion(before)).to.equal(1)
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
      writeFileSync(`${path}.before-schema-2`, 'an earlier one')
      const connection = openForWriting(path)
      migrate(connection)
      expect(migrate(connection, later(folder, { '0002-more.sql': 'SELECT 1;' }))).to.equal(`${path}.before-schema-2-2`)
      expect(readFileSync(`${path}.before-schema-2`, 'utf8')).to.equal('an earlier one')
      connection.close()
    }),
  )

  it(
    'that fails is rolled back whole, and those before it stay',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      migrate(connection)
      const broken = later(folder, {
        '0002-good.sql': 'CREATE TABLE good (a TEXT) STRICT;',
        '0003-broken.sql': 'CREATE TABLE half (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);',
      })
      expect(() => migrate(connection, broken)).to.throw(/nowhere/)
      expect(connection.inTransaction).to.equal(false)
      expect(version(connection)).to.equal(2)
      expect(tables(connection)).to.include('good').and.to.not.include('half')
      expect(connection.prepare('SELECT max(number) FROM migration').pluck().get()).to.equal(2)
      connection.close()
    }),
  )
})

describe('a database', () => {
  it(
    'that is newer than this program is refused',
    inFolder((folder) => {
      const connection = openForWriting(join(folder, 'a.sqlite'))
      migrate(connection, later(folder, { '0002-more.sql': 'CREATE TABLE more (a TEXT) STRICT;' }))
      expect(() => migrate(connection)).to.throw(MigrationRefused, /newer Rocket \(schema 2; this program knows 1\)/)
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
