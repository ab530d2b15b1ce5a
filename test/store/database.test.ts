import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Connection, openForReading, openForWriting, StorageUnavailable } from '../../sidecar/store/database.js'
import { append, inFolder, learnerWith, type Opened, open } from './files.js'

const DURABLE = { synchronous: 2, foreign_keys: 1, recursive_triggers: 1, secure_delete: 1 }
const pragmas = (connection: Connection) =>
  Object.fromEntries(Object.keys(DURABLE).map((name) => [name, connection.pragma(name, { simple: true })]))

describe('a database opened for writing', () => {
  it(
    'waits for the disk at every commit, after its first write too',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const { connection } = open(path)
      expect(connection.pragma('journal_mode', { simple: true })).to.equal('wal')
      expect(pragmas(connection)).to.deep.equal(DURABLE)
      append({ connection, stores: open(path).stores })
      connection.exec("INSERT INTO course (idnumber, course) VALUES ('a', '1')")
      expect(pragmas(connection)).to.deep.equal(DURABLE)
      connection.close()
      const again = openForWriting(path)
      again.exec("INSERT INTO course (idnumber, course) VALUES ('b', '1')")
      expect(pragmas(again)).to.deep.equal(DURABLE)
      again.close()
    }),
  )

  it(
    'can be read by its owner alone',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const { connection } = open(path)
      for (const name of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(name).mode & 0o777, name).to.equal(0o600)
      connection.close()
    }),
  )
})

describe('a database opened for reading', () => {
  it(
    'cannot be written, and must exist',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      expect(() => openForReading(path)).to.throw()
      open(path).connection.close()
      const reader = openForReading(path)
      expect(() => reader.exec("INSERT INTO course (idnumber, course) VALUES ('a', '1')")).to.throw(/readonly/)
      reader.close()
    }),
  )
})

describe('Writer', () => {
  let opened: Opened
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  const courses = () => opened.connection.prepare('SELECT idnumber FROM course ORDER BY idnumber').pluck().all()
  const name = (idnumber: string) => () => {
    opened.connection.prepare('INSERT INTO course (idnumber, course) VALUES (?, ?)').run(idnumber, '1')
    return idnumber
  }
  const failing = (idnumber: string) => () => {
    name(idnumber)()
    throw new Error(`not ${idnumber}`)
  }

  it('returns what the work returned, and throws what it threw', () => {
    expect(opened.stores.writer.write(name('a'))).to.equal('a')
    expect(() => opened.stores.writer.write(failing('b'))).to.throw('not b')
    expect(courses()).to.deep.equal(['a'])
    expect(opened.connection.inTransaction).to.equal(false)
  })

  it('undoes alone the work that throws', () => {
    const results = opened.stores.writer.writeAll([name('a'), failing('b'), name('c'), failing('d')])
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    expect(courses()).to.deep.equal(['a', 'c'])
  })

  it('takes for the work’s own fault what is no fault of the disk', () => {
    const [result] = opened.stores.writer.writeAll([() => void [name('a')(), name('a')()]])
    expect(result).to.deep.include({ status: 'rejected' })
    expect(courses()).to.deep.equal([])
  })

  it('keeps nothing of a batch whose commit fails, and says so to all of it', () => {
    const { connection, stores } = opened
    connection.exec(`CREATE TABLE later (seq INTEGER REFERENCES entry (seq) DEFERRABLE INITIALLY DEFERRED)`)
    const broken = () => void connection.exec('INSERT INTO later VALUES (999)')
    expect(() => stores.writer.writeAll([name('a'), broken, name('b')])).to.throw(StorageUnavailable, /FOREIGN KEY/)
    expect(() => stores.writer.write(broken)).to.throw(StorageUnavailable)
    expect(courses()).to.deep.equal([])
    expect(connection.inTransaction).to.equal(false)
    expect(stores.writer.write(name('c'))).to.equal('c')
  })

  it('says so where the disk is full, and goes on once it is not', () => {
    const { connection, stores } = opened
    const subject = learnerWith(opened, '42', 5)
    const pages = connection.pragma('page_count', { simple: true }) as number
    connection.pragma(`max_page_count = ${pages}`)
    const fill = () => {
      for (let i = 0; ; i++) append_(i)
    }
    const append_ = (i: number) => {
      connection.prepare('INSERT INTO document (hash, text) VALUES (?, ?)').run(`h${i}`, 'x'.repeat(2_000))
    }
    expect(() => stores.writer.writeAll([name('a'), fill, name('b')])).to.throw(StorageUnavailable, /full/)
    expect(() => stores.writer.write(fill)).to.throw(StorageUnavailable, /full/)
    expect(courses()).to.deep.equal([])
    expect(stores.ledger.balance(subject).points).to.equal(5)
    connection.pragma('max_page_count = 1000000')
    learnerWith(opened, '42', 6)
    expect(stores.ledger.balance(subject).points).to.equal(11)
  })

  it('never says that work was done which swallowed the error of a full disk', () => {
    const { connection, stores } = opened
    connection.pragma(`max_page_count = ${connection.pragma('page_count', { simple: true })}`)
    const swallow = () => {
      name('a')()
      try {
        for (let i = 0; ; i++) name('x'.repeat(2_000) + i)()
      } catch {
        return 'fine'
      }
    }
    expect(() => stores.writer.write(swallow)).to.throw(StorageUnavailable)
    expect(() => stores.writer.writeAll([swallow, name('b')])).to.throw(StorageUnavailable)
    expect(courses()).to.deep.equal([])
  })

  it('says so where it may not write', () => {
    const { connection, stores } = opened
    connection.pragma('query_only = ON')
    expect(() => stores.writer.writeAll([name('a'), name('b')])).to.throw(StorageUnavailable)
    expect(() => stores.writer.write(name('a'))).to.throw(StorageUnavailable)
    connection.pragma('query_only = OFF')
    expect(stores.writer.write(name('a'))).to.equal('a')
  })

  it(
    'says so where another process has the lock',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const [one, other] = [open(path), open(path)]
      one.connection.pragma('busy_timeout = 20')
      other.connection.exec('BEGIN IMMEDIATE')
      expect(() => one.stores.writer.write(() => 1)).to.throw(StorageUnavailable, /locked/)
      other.connection.exec('ROLLBACK')
      expect(one.stores.writer.write(() => 1)).to.equal(1)
      one.connection.close()
      other.connection.close()
    }),
  )
})

describe('what is mirrored in memory', () => {
  it(
    'is forgotten where work throws, where a commit fails and where somebody else wrote',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const [one, other] = [open(path), open(path)]
      let cleared = 0
      one.stores.writer.mirror({ clear: () => cleared++ })
      const change = (work: () => unknown) => {
        const before = cleared
        try {
          work()
        } catch {}
        return cleared - before > 0
      }
      one.stores.writer.write(() => 1)
      expect(change(() => append(one))).to.equal(false)
      expect(change(() => append(one))).to.equal(false)
      const fail = () => {
        throw new Error('no')
      }
      expect(change(() => one.stores.writer.write(fail))).to.equal(true)
      expect(change(() => one.stores.writer.writeAll([() => 1, fail]))).to.equal(true)
      append(other)
      expect(change(() => append(one))).to.equal(true)
      expect(change(() => append(one))).to.equal(false)
      one.connection.close()
      other.connection.close()
    }),
  )
})
