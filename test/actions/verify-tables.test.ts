/** Any one value of any table, changed in the database: what `ledger verify` finds, and what is no part of the proof. */
import { expect } from 'chai'
import fc from 'fast-check'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import type { Connection } from '../../sidecar/store/database.js'
import { page, tableOf } from '../docs/pages.js'
import { openRocket, type TestRocket } from '../support.js'
import { COLUMNS_OF_WHOLE, PARTLY, PROVEN, UNPROVEN } from './columns.js'
import { live, REWARDS, RULES } from './full-ledger.js'

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

  /** How one value is changed: in which row, where in the value and by what. `gone`: to NULL. */
  interface Change {
    readonly row: number
    readonly at: number
    readonly by: number
    readonly gone: boolean
  }

  /** Another value of the same type: one character, one bit or one byte of it is changed. */
  function other(value: unknown, type: string, { at, by, gone }: Change): unknown {
    if (gone) return null
    const short = type === 'INTEGER' ? 1 : type === 'BLOB' ? Buffer.from('x') : 'x'
    if (value === null) return short
    const bit = 2 ** (at % 40)
    if (typeof value === 'number') return value + (Math.floor(value / bit) % 2 === 1 ? -bit : bit)
    const bytes = Buffer.isBuffer(value) ? Buffer.from(value) : Buffer.from(String(value))
    if (bytes.length === 0) return short
    const place = at % bytes.length
    if (Buffer.isBuffer(value)) bytes[place] = bytes[place]! ^ by
    // Another letter, so that a text stays one.
    else bytes[place] = bytes[place] === 0x61 + (by % 26) ? 0x7a - (by % 26) : 0x61 + (by % 26)
    return Buffer.isBuffer(value) ? bytes : bytes.toString()
  }

  /** @returns whether it was found; null: nothing was changed, since there is no row, or the database refuses the value. */
  function isFound({ table, name, type }: Column, change: Change): boolean | null {
    const key = connection
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
      .pluck()
      .all(table)
    const where = key.map((column) => `${column} IS ?`).join(' AND ')
    const rows = connection
      .prepare<[], unknown[]>(`SELECT ${[name, ...key].join()} FROM ${table}`)
      .raw()
      .all()
    if (rows.length === 0) return null
    const [value, ...of] = rows[change.row % rows.length]!
    if (value === null && change.gone) return null
    connection.exec('SAVEPOINT change')
    try {
      const update = connection.prepare(`UPDATE ${table} SET ${name} = ? WHERE ${where}`)
      if (!isTaken(() => update.run(other(value, type, change), ...of))) return null
      return !verifyLedger(connection, { quick: false }).ok
    } finally {
      connection.exec('ROLLBACK TO change; RELEASE change')
    }
  }

  /** The first change that the database takes, of these. */
  function firstFound(column: Column, gone: boolean): boolean | null {
    for (let row = 0; row < 12; row++)
      for (const at of gone ? [0] : [3, 12]) {
        const found = isFound(column, { row, at, by: 1, gone })
        if (found !== null) return found
      }
    return null
  }

  it('is one of a column that is proven, or that is listed with the reason why not', () => {
    expect(verifyLedger(connection, { quick: false }).problems).to.deep.equal([])
    const ofTable = (name: string) => name.split('.')[0]!
    const whole = Object.keys(UNPROVEN).filter((name) => !name.includes('.'))
    expect([...new Set(COLUMNS_OF_WHOLE.map(ofTable))].sort()).to.deep.equal([...whole].sort())
    const single = Object.keys(UNPROVEN).filter((name) => name.includes('.'))
    const listed = [...PROVEN, ...Object.keys(PARTLY), ...single, ...COLUMNS_OF_WHOLE]
    expect(listed.sort()).to.deep.equal(columns().map(nameOf).sort())
  })

  it('is found in every column that is proven, and when it becomes NULL where it may', () => {
    for (const column of columns().filter((one) => PROVEN.includes(nameOf(one)))) {
      expect(firstFound(column, false), nameOf(column)).to.equal(true)
      expect(firstFound(column, true), `${nameOf(column)} to NULL`).to.not.equal(false)
    }
  })

  it('is found where its column is proven, whichever row, and whatever is changed in it', () => {
    const proven = columns().filter((column) => PROVEN.includes(nameOf(column)))
    const change = fc.record({
      column: fc.constantFrom(...proven),
      row: fc.nat(),
      at: fc.nat(),
      by: fc.integer({ min: 1, max: 255 }),
      gone: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    })
    fc.assert(
      fc.property(change, ({ column, ...given }) => {
        const found = isFound(column, given)
        fc.pre(found !== null)
        return found === true
      }),
      { numRuns: 200 },
    )
  })

  it('is found in some rows where its column is partly proven, and in others not', () => {
    for (const column of columns().filter((one) => nameOf(one) in PARTLY)) {
      const found = Array.from({ length: 6 }, (_, row) => isFound(column, { row, at: 2, by: 3, gone: false }))
      expect(found, nameOf(column)).to.include(true).and.to.include(false)
    }
  })

  it('is not found where its column is listed as no part of the proof, so that the list is not too long', () => {
    const names = [...Object.keys(UNPROVEN), ...COLUMNS_OF_WHOLE]
    for (const column of columns().filter((one) => names.includes(nameOf(one)))) {
      expect(firstFound(column, false), nameOf(column)).to.not.equal(true)
    }
  })

  it('is found where a token of a learner who is still there is made a revoked one, or a revoked one is made good', () => {
    const tokens = connection
      .prepare<[], { id: string; revoked: number | null }>('SELECT id, revoked FROM token WHERE user_id IS NOT NULL')
      .all()
    expect(tokens.map(({ revoked }) => revoked === null)).to.have.members([true, false])
    for (const { id, revoked } of tokens) {
      connection.exec('SAVEPOINT change')
      connection.prepare('UPDATE token SET revoked = ? WHERE id = ?').run(revoked === null ? 1 : null, id)
      const { problems } = verifyLedger(connection, { quick: false })
      connection.exec('ROLLBACK TO change; RELEASE change')
      expect(problems.map(({ message }) => message).join()).to.include(`the token ${id} is not what the entry`)
    }
  })

  it('is told of on the page for auditors, where it is no part of the proof', () => {
    const told = tableOf(page('auditors.md'), 'what is kept')
    expect(told).to.deep.equal(
      [...Object.entries(PARTLY), ...Object.entries(UNPROVEN)].map(([what, why]) => [`\`${what}\``, why]),
    )
  })
})

function unguard(connection: Connection): void {
  connection.pragma('foreign_keys = OFF')
  const triggers = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
  for (const name of triggers.all()) connection.exec(`DROP TRIGGER ${name}`)
}

/** False: a constraint or an index of the database refuses it. */
function isTaken(update: () => void): boolean {
  try {
    update()
    return true
  } catch (error) {
    if (/UNIQUE|NOT NULL|datatype mismatch|cannot store|malformed JSON/.test(String(error))) return false
    throw error
  }
}
