/** Who earns and redeems nothing for the time being. They are few, so all of them are kept in memory. */
import type { Writer } from './database.js'

export interface Freeze {
  /** Epoch milliseconds. */
  readonly since: number
  readonly reason: string
}

export class Frozen {
  readonly #sql
  #known: Map<string, Freeze> | null = null

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    this.#sql = {
      all: connection.prepare<[], Freeze & { subject: string }>('SELECT subject, since, reason FROM frozen'),
      insert: connection.prepare('INSERT INTO frozen (subject, since, reason) VALUES (?, ?, ?)'),
      remove: connection.prepare('DELETE FROM frozen WHERE subject = ?'),
    }
  }

  clear(): void {
    this.#known = null
  }

  /** Null: they earn and redeem as everybody. */
  of(subject: string): Freeze | null {
    this.#known ??= new Map(this.#sql.all.all().map(({ subject: who, ...freeze }) => [who, freeze]))
    return this.#known.get(subject) ?? null
  }

  add(subject: string, { since, reason }: Freeze): void {
    this.#sql.insert.run(subject, since, reason)
    this.clear()
  }

  remove(subject: string): void {
    this.#sql.remove.run(subject)
    this.clear()
  }
}
