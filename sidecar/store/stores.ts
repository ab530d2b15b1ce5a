/** Everything that is kept, over one connection. */
import { Configurations } from './configuration.js'
import { type Connection, Writer } from './database.js'
import { Events } from './event.js'
import { JobRuns } from './job-run.js'
import { Learners } from './learner.js'
import { Ledger } from './ledger.js'
import { Tokens } from './token.js'

export interface Stores {
  readonly writer: Writer
  readonly ledger: Ledger
  readonly learners: Learners
  readonly events: Events
  readonly configurations: Configurations
  readonly tokens: Tokens
  readonly jobRuns: JobRuns
}

/** @param eventKey the secret under which event ids are kept. */
export function createStores(connection: Connection, eventKey: string): Stores {
  const writer = new Writer(connection)
  const ledger = new Ledger(writer)
  return {
    writer,
    ledger,
    learners: new Learners(writer, ledger),
    events: new Events(writer, eventKey),
    configurations: new Configurations(writer),
    tokens: new Tokens(writer),
    jobRuns: new JobRuns(writer),
  }
}
