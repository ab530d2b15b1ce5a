/** Any one byte of an entry or a private record, changed in the file itself. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { ingest } from '../../sidecar/actions/ingest.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { type Connection, openForReading, openForWriting } from '../../sidecar/store/database.js'
import { inFolder } from '../store/files.js'
import { learningEvent, NOW, sandbox } from '../support.js'

const PACK = '- { id: quiz, event: quiz.graded, points: { per: 10, of: score, points: 1 } }\n'
/** Beyond ASCII; and the sign that stands for bytes which are no UTF-8, in a record that is right. */
const USERS = ['42', 'zoë “é” 學 🎓', 'lost \ufffd, and \ufffd\ufffd']

interface Row {
  readonly seq: number
  readonly body: string
  readonly hash: string
  readonly salt: string
  readonly data: string
}

/** A ledger of a few learners in a file of its own. @returns its rows. */
function write(path: string): Row[] {
  const { stores, rules, close } = sandbox(PACK)
  for (const [n, user] of [...USERS, ...USERS].entries()) {
    const event = learningEvent({ user, object: `attempts:${n}`, course: [...user].at(-1)!, data: { score: 80 } })
    stores.writer.write(() => ingest(stores, rules, event, NOW))
  }
  const { connection } = stores.writer
  connection.prepare('VACUUM INTO ?').run(path)
  const rows = connection
    .prepare<[], Row>('SELECT seq, body, hash, salt, data FROM entry JOIN private_record USING (seq)')
    .all()
  close()
  return rows
}

describe('any one byte of the ledger', function () {
  this.timeout(120_000)

  const caught = (path: string): boolean => {
    const reader = openForReading(path)
    try {
      return !verifyLedger(reader, { quick: false }).ok
    } finally {
      reader.close()
    }
  }

  const text = fc.record({
    table: fc.constantFrom('entry', 'private_record'),
    row: fc.nat(),
    at: fc.nat(),
    change: fc.integer({ min: 1, max: 255 }),
  })

  it(
    'is caught when it is changed in a text, UTF-8 or not',
    inFolder((folder) => {
      const [path, broken] = [join(folder, 'ledger.sqlite'), join(folder, 'broken.sqlite')]
      const rows = write(path)
      const file = readFileSync(path)
      expect(caught(path)).to.equal(false)
      const isCaught = (place: number, change: number) => {
        const bytes = Buffer.from(file)
        bytes[place] = bytes[place]! ^ change
        writeFileSync(broken, bytes)
        return caught(broken)
      }
      fc.assert(
        fc.property(text, ({ table, row, at, change }) => {
          const { body, hash, salt, data } = rows[row % rows.length]!
          // The texts of a row lie one behind the other, and nowhere else.
          const stored = Buffer.from(table === 'entry' ? body + hash : salt + data)
          const start = file.indexOf(stored)
          expect(start).to.be.greaterThan(0)
          return isCaught(start + (at % stored.length), change)
        }),
        { numRuns: 350 },
      )
      // Here some changes make bytes that are read as the very same sign.
      const sign = file.indexOf('\ufffd')
      for (let change = 1; change < 256; change++)
        expect(isCaught(sign, change), `byte ${sign}: ${change}`).to.equal(true)
    }),
  )

  it(
    'is caught when it is changed in a number',
    inFolder((folder) => {
      const path = join(folder, 'ledger.sqlite')
      const size = write(path).length
      const connection = openForWriting(path)
      unguard(connection)
      const number = fc.record({
        table: fc.constantFrom('entry', 'private_record'),
        seq: fc.integer({ min: 1, max: size }),
        bit: fc.nat({ max: 46 }),
      })
      fc.assert(
        fc.property(number, ({ table, seq, bit }) => {
          // Another bit of the number, up to what SQLite and JavaScript agree on.
          const to = seq + (Math.floor(seq / 2 ** bit) % 2 === 1 ? -(2 ** bit) : 2 ** bit)
          connection.exec('SAVEPOINT change')
          try {
            fc.pre(connection.prepare(`SELECT 1 FROM ${table} WHERE seq = ?`).get(to) === undefined)
            connection.prepare(`UPDATE ${table} SET seq = ? WHERE seq = ?`).run(to, seq)
            return !verifyLedger(connection, { quick: false }).ok
          } finally {
            connection.exec('ROLLBACK TO change; RELEASE change')
          }
        }),
        { numRuns: 150 },
      )
      connection.close()
    }),
  )
})

function unguard(connection: Connection): void {
  connection.pragma('foreign_keys = OFF')
  const triggers = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
  for (const name of triggers.all()) connection.exec(`DROP TRIGGER ${name}`)
}
