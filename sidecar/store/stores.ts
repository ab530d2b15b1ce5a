/** Everything that is kept, over one connection. */
import { CheckHits } from './check-hit.js'
import { Checkpoints } from './checkpoint.js'
import { Codes } from './code.js'
import { Configurations } from './configuration.js'
import { type Connection, Writer } from './database.js'
import { Erased } from './erased.js'
import { Events } from './event.js'
import { Exempt } from './exempt.js'
import { Histories } from './history.js'
import { Idempotency } from './idempotency.js'
import { JobRuns } from './job-run.js'
import { KeptAbout } from './kept-about.js'
import { Learners } from './learner.js'
import { LearnerWeeks } from './learner-week.js'
import { Ledger } from './ledger.js'
import { Messages } from './message.js'
import { Notices } from './notice.js'
import { Opinions } from './opinion.js'
import { Pauses } from './pause.js'
import { Redemptions } from './redemption.js'
import { Resends } from './resend.js'
import { Restored } from './restored.js'
import { Reviews } from './review.js'
import { Tokens } from './token.js'
import { Vault } from './vault.js'

export interface Stores {
  readonly writer: Writer
  readonly ledger: Ledger
  readonly checkpoints: Checkpoints
  readonly learners: Learners
  readonly keptAbout: KeptAbout
  readonly erased: Erased
  readonly events: Events
  readonly histories: Histories
  readonly checkHits: CheckHits
  readonly configurations: Configurations
  readonly tokens: Tokens
  readonly jobRuns: JobRuns
  readonly vault: Vault
  readonly redemptions: Redemptions
  readonly codes: Codes
  readonly messages: Messages
  readonly notices: Notices
  readonly idempotency: Idempotency
  readonly pauses: Pauses
  readonly opinions: Opinions
  readonly resends: Resends
  readonly restored: Restored
  readonly reviews: Reviews
  readonly learnerWeeks: LearnerWeeks
  readonly exempt: Exempt
}

/** The secrets under which things are kept. */
export interface Keys {
  /** Of event ids. */
  readonly eventKey: string
  /** Of tokens, codes and idempotency keys. */
  readonly redemptionKey: string
}

export function createStores(connection: Connection, { eventKey, redemptionKey }: Keys): Stores {
  const writer = new Writer(connection)
  const ledger = new Ledger(writer)
  const vault = new Vault(redemptionKey)
  return {
    writer,
    ledger,
    checkpoints: new Checkpoints(writer),
    learners: new Learners(writer, ledger),
    keptAbout: new KeptAbout(writer),
    erased: new Erased(writer),
    events: new Events(writer, eventKey),
    histories: new Histories(writer),
    checkHits: new CheckHits(writer),
    configurations: new Configurations(writer),
    tokens: new Tokens(writer),
    jobRuns: new JobRuns(writer),
    vault,
    redemptions: new Redemptions(writer),
    codes: new Codes(writer, vault),
    messages: new Messages(writer),
    notices: new Notices(writer),
    idempotency: new Idempotency(writer, vault),
    pauses: new Pauses(writer),
    opinions: new Opinions(writer),
    resends: new Resends(writer),
    restored: new Restored(writer),
    reviews: new Reviews(writer),
    learnerWeeks: new LearnerWeeks(writer),
    exempt: new Exempt(writer),
  }
}
