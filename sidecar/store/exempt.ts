/** Against whom nothing is held by the clock. They are few, so all of them are kept in memory. */
import type { Writer } from './database.js'

export class Exempt {
  readonly #sql
  #known: Set<string> | null = null

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    this.#sql = {
      all: connection.prepare<[], string>('SELECT subject FROM exempt').pluck(),
      insert: connection.prepare('INSERT INTO exempt (subject, since) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      remove: connection.prepare('DELETE FROM exempt WHERE subject = ?'),
    }
  }

  clear(): void {
    this.#known = null
  }

  has(subject: string): boolean {
    this.#known ??= new Set(this.#sql.all.all())
    return this.#known.has(subject)
  }

  /** @param now epoch milliseconds. */
  add(subject: string, now: number): void {
    this.#sql.insert.run(subject, now)
    this.clear()
  }

  remove(subject: string): void {
    this.#sql.remove.run(subject)
    this.clear()
  }
}
