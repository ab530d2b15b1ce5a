/** How each scheduled job ended when it last ran. */
import type { Writer } from './database.js'

export interface JobRun {
  readonly name: string
  /** Epoch milliseconds. */
  readonly started: number
  readonly ended: number
  readonly ok: 0 | 1
  readonly message: string
}

export class JobRuns {
  readonly #upsert
  readonly #list

  constructor({ connection }: Writer) {
    this.#upsert = connection.prepare(
      'INSERT OR REPLACE INTO job_run (name, started, ended, ok, message) VALUES (?, ?, ?, ?, ?)',
    )
    this.#list = connection.prepare<[], JobRun>('SELECT name, started, ended, ok, message FROM job_run ORDER BY name')
  }

  keep({ name, started, ended, ok, message }: JobRun): void {
    this.#upsert.run(name, started, ended, ok, message)
  }

  list(): JobRun[] {
    return this.#list.all()
  }
}
