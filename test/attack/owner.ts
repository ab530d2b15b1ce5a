/** Whoever owns the machine: a connection of their own, the triggers dropped, the files at hand, the key too if they like. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { readCheckpoint, signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { commitment, entryHash, GENESIS } from '../../sidecar/domain/entry.js'
import { type Signer, signerFrom } from '../../sidecar/domain/note.js'
import { rootOf } from '../../sidecar/domain/tree.js'
import { readLedgerKeys } from '../../sidecar/ledger-key.js'
import type { Connection } from '../../sidecar/store/database.js'

/** A body or a record, as an owner of the database edits it. */
export type Fields = Record<string, unknown>

export class Owner {
  readonly home = mkdtempSync(join(tmpdir(), 'rocket-owner-'))
  #connection: Connection | null = null

  /** @param home is copied; what is done is done to the copy. */
  constructor(home: string) {
    cpSync(home, this.home, { recursive: true })
  }

  /** Opened when it is first needed: an attack may replace the file before. */
  get connection(): Connection {
    if (this.#connection) return this.#connection
    const connection = new Sqlite(join(this.home, 'rocket.sqlite'))
    connection.pragma('foreign_keys = OFF')
    const triggers = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck()
    for (const name of triggers.all()) connection.exec(`DROP TRIGGER ${name}`)
    this.#connection = connection
    return connection
  }

  run(sql: string, ...params: (string | number)[]): void {
    const { changes } = this.connection.prepare(sql).run(...params)
    if (changes === 0) throw new Error(`this changed nothing: ${sql}`)
  }

  text(sql: string, ...params: (string | number)[]): string {
    return this.connection
      .prepare<(string | number)[], string>(sql)
      .pluck()
      .get(...params)!
  }

  number(sql: string, ...params: (string | number)[]): number {
    return Number(this.text(sql, ...params))
  }

  /** Edits one body as a text. @param hashed whether its hash is computed anew. */
  editBody(seq: number, edit: (body: string) => string, hashed: boolean): void {
    const before = this.text('SELECT body FROM entry WHERE seq = ?', seq)
    const body = edit(before)
    if (body === before) throw new Error('this edits nothing')
    this.run('UPDATE entry SET body = ? WHERE seq = ?', body, seq)
    if (hashed) this.run('UPDATE entry SET hash = ? WHERE seq = ?', entryHash(body), seq)
  }

  /** An index is built as if it were another one, and then says again that it is not. @param change of its definition. */
  reindex(name: string, change: (sql: string) => string): void {
    const { connection } = this
    const sql = this.text('SELECT sql FROM sqlite_schema WHERE name = ?', name)
    connection.unsafeMode(true)
    const define = (as: string): void => {
      connection.pragma('writable_schema = ON')
      this.run('UPDATE sqlite_schema SET sql = ? WHERE name = ?', as, name)
      connection.pragma('writable_schema = RESET')
    }
    define(change(sql))
    connection.exec(`REINDEX ${name}`)
    define(sql)
    connection.unsafeMode(false)
  }

  /** Gives an entry another number, the body as well, with fresh hashes of it alone. */
  renumber(seq: number, to: number): void {
    this.editBody(seq, (body) => body.replace(`"seq":${seq},`, `"seq":${to},`), true)
    for (const table of ['entry', 'private_record', 'granted']) {
      if (this.number(`SELECT count(*) FROM ${table} WHERE seq = ?`, seq) > 0)
        this.run(`UPDATE ${table} SET seq = ? WHERE seq = ?`, to, seq)
    }
  }

  /** From one entry on everything is written anew: commitments, links, hashes, the tree. */
  rewrite(from: number, edit: (seq: number, body: Fields, record: Fields) => void): void {
    const rows = this.connection
      .prepare<[number], { seq: number; body: string; salt: string; data: string }>(
        'SELECT seq, body, salt, data FROM entry JOIN private_record USING (seq) WHERE seq >= ? ORDER BY seq',
      )
      .all(from)
    let prev = from > 1 ? this.text('SELECT hash FROM entry WHERE seq = ?', from - 1) : GENESIS
    for (const { seq, body, salt, data } of rows) {
      const [fields, record] = [JSON.parse(body) as Fields, JSON.parse(data) as Fields]
      edit(seq, fields, record)
      const text = JSON.stringify(record)
      const anew = JSON.stringify({ ...fields, prev, priv: commitment(salt, text) })
      prev = entryHash(anew)
      this.run('UPDATE entry SET body = ?, hash = ? WHERE seq = ?', anew, prev, seq)
      this.run('UPDATE private_record SET data = ? WHERE seq = ?', text, seq)
    }
    this.growTree()
  }

  /** A grant brings more, and everything that is derived from it knows. */
  enrich(seq: number): void {
    const more = 81
    this.rewrite(seq, (at, body, record) => {
      if (at !== seq) return
      body.points = Number(body.points) + more
      record.detail = { data: { score: 900 } }
    })
    const subject = this.text("SELECT body ->> '$.subject' FROM entry WHERE seq = ?", seq)
    this.run('UPDATE granted SET points = points + ? WHERE seq = ?', more, seq)
    this.run('UPDATE balance SET points = points + ?, lifetime = lifetime + ? WHERE subject = ?', more, more, subject)
  }

  /** The last entries are gone, and what was derived from them. They are grants. */
  truncate(size: number): void {
    const sums = this.connection
      .prepare<[number], { subject: string; points: number }>(
        "SELECT body ->> '$.subject' AS subject, sum(body ->> '$.points') AS points FROM entry WHERE seq > ? GROUP BY 1",
      )
      .all(size)
    for (const { subject, points } of sums)
      this.run(
        'UPDATE balance SET points = points - ?, lifetime = lifetime - ? WHERE subject = ?',
        points,
        points,
        subject,
      )
    for (const table of ['private_record', 'granted', 'entry']) this.run(`DELETE FROM ${table} WHERE seq > ?`, size)
    this.growTree()
  }

  /** The kept tree is made to fit the hashes of the entries. */
  growTree(): void {
    const { connection } = this
    let row: Buffer[] = connection
      .prepare<[], string>('SELECT hash FROM entry ORDER BY seq')
      .pluck()
      .all()
      .map((hash) => Buffer.from(hash, 'hex'))
    connection.exec('DELETE FROM subtree')
    for (let height = 4; row.length >= 16; height += 4) {
      row = Array.from({ length: Math.floor(row.length / 16) }, (_, n) => rootOf(row.slice(n * 16, n * 16 + 16)))
      for (const [number, hash] of row.entries())
        connection.prepare('INSERT INTO subtree (height, number, hash) VALUES (?, ?, ?)').run(height, number, hash)
    }
  }

  /** Checkpoints over more entries than these are forgotten, in the table and in the files. */
  dropCheckpoints(size: number): void {
    this.run('DELETE FROM checkpoint WHERE size > ?', size)
    for (const path of this.#files()) if (readCheckpoint(readFileSync(path, 'utf8')).size > size) rmSync(path)
  }

  /** Every checkpoint kept here is signed anew, over what the entries are now. */
  signAnew(): void {
    const signers = this.signers()
    const { connection } = this
    const leaves = connection.prepare<[number], string>('SELECT hash FROM entry WHERE seq <= ? ORDER BY seq').pluck()
    const anew = (note: string): string => {
      const { origin, size } = readCheckpoint(note)
      const root = rootOf(leaves.all(size).map((hash) => Buffer.from(hash, 'hex')))
      return signCheckpoint({ origin, size, root }, signers)
    }
    const rows = connection.prepare<[], { size: number; note: string }>('SELECT size, note FROM checkpoint').all()
    for (const { size, note } of rows) this.run('UPDATE checkpoint SET note = ? WHERE size = ?', anew(note), size)
    for (const path of this.#files()) writeFileSync(path, anew(readFileSync(path, 'utf8')))
  }

  /** What a restore writes that lost entries: an entry of kind `key` that gives the ledger another name. */
  giveUp(): void {
    const seq = this.number('SELECT max(seq) FROM entry') + 1
    const { origin } = readCheckpoint(this.text('SELECT note FROM checkpoint LIMIT 1'))
    const leaves = this.connection.prepare<[], string>('SELECT hash FROM entry ORDER BY seq').pluck().all()
    const root = rootOf(leaves.map((hash) => Buffer.from(hash, 'hex'))).toString('base64')
    const { vkey } = signerFrom(`${origin}-2`, readLedgerKeys(this.home, {})[0]!)
    const detail = { origin: `${origin}-2`, vkey, former: { origin, size: seq - 1, root } }
    // The entry of the first key, with another record in another place.
    const key = "(SELECT seq FROM entry WHERE body ->> '$.kind' = 'key')"
    const record = JSON.parse(this.text(`SELECT data FROM private_record WHERE seq = ${key}`)) as Fields
    const [salt, data] = ['0'.repeat(64), JSON.stringify({ ...record, detail })]
    const like = JSON.parse(this.text(`SELECT body FROM entry WHERE seq = ${key}`)) as Fields
    const body = JSON.stringify({ ...like, prev: leaves.at(-1), priv: commitment(salt, data), seq })
    this.run('INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)', seq, body, entryHash(body))
    this.run('INSERT INTO private_record (seq, salt, data) VALUES (?, ?, ?)', seq, salt, data)
    this.growTree()
  }

  /** With the key of the ledger. */
  signers(): Signer[] {
    const { origin } = readCheckpoint(this.text('SELECT note FROM checkpoint LIMIT 1'))
    return readLedgerKeys(this.home, {}).map((seed) => signerFrom(origin, seed))
  }

  close(): void {
    this.#connection?.close()
    rmSync(this.home, { recursive: true })
  }

  #files(): string[] {
    const folder = join(this.home, 'checkpoints')
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  }
}
