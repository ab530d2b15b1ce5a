/**
 * A backup takes the place of the database. All that has to follow (an entry that says so, another name for the ledger where
 * entries are lost, erasures done again, redeeming paused, a resend asked for) is written into the copy before it is put in
 * place, so that there is the one database or the other, whenever the machine stops.
 */
import { existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { LegalHold } from '../domain/configuration.js'
import type { Head } from '../domain/entry.js'
import { signerFrom } from '../domain/note.js'
import type { KeyDetail } from '../domain/signing.js'
import { copyFile, digestOf } from '../files.js'
import { completeSecrets, databasePath, readSecrets } from '../home.js'
import { faultOf, keysSince, readFormer } from '../store/backup.js'
import { openForWriting } from '../store/database.js'
import { migrate } from '../store/migrate.js'
import type { Resend } from '../store/resend.js'
import { createStores, type Stores } from '../store/stores.js'
import { needsItsSecret } from '../store/vault.js'
import { recordAdministration } from './administer.js'
import { type Progress, verifyCopy } from './backup.js'
import { eraseAgain, readErasedList } from './erased-list.js'
import type { KeyFile } from './ledger-keys.js'
import { Notary } from './notary.js'
import { dropWorkedOn, finishing, finishRestore, makeReady, type PutAway, refused, workedOn } from './put-in-place.js'
import { askToResend } from './resend.js'
import { RESTORED } from './restore-receipts.js'
import { RulesInForce } from './rules-in-force.js'

export interface RestoreOrder {
  readonly home: string
  readonly file: string
  readonly actor: string
  readonly reason: string
  /** Of the ledger: a new name has to be signed. */
  readonly key: KeyFile
  /** Whether the key that signed the backup's ledger is gone for good: then a new one signs. */
  readonly keyLost: boolean
  /** Who must not be erased by the configuration in the home, besides those whom the backup's own keeps. */
  readonly holds: readonly LegalHold[]
  readonly now: () => number
  readonly putAway: PutAway
}

export interface RestoreOutcome {
  readonly sha256: string
  /** Where the ledger of the backup ends, and where the one that it replaces did; null: that could not be read. */
  readonly head: Head
  readonly replaced: Head | null
  /** When the newest entry or event in the backup came, epoch milliseconds. */
  readonly lastSeen: number
  /** Entries that somebody may hold a checkpoint of are lost, or may be: the ledger has another name now. */
  readonly renamed: boolean
  readonly erasedAgain: number
  /** Subjects of learners on the list of the erased whom a legal hold keeps. */
  readonly held: readonly string[]
  /** Null: no Moodle was ever paired that could send again what is lost. */
  readonly resend: Resend | null
  /** The file with what was there before; null: nothing was. */
  readonly kept: string | null
}

const NO_KEY =
  'The key of its ledger is not here. Best is to bring the old ledger.key from where the secrets are kept, and to restore then. Where it is gone for good, say so with --key-lost: a new key is made, the ledger goes on under another name, and whoever keeps its key or checkpoints has to be told'

/**
 * The home's lock is held by whoever calls. Each step is done when it is named; until `ready` nothing has happened, and
 * from then on `finishRestore` brings it to its end.
 * @throws Refusal, HomeError
 */
export function* restore(order: RestoreOrder, onProgress: Progress): Generator<string, RestoreOutcome> {
  const { home, file, putAway } = order
  finishRestore(home, putAway)
  requireSource(file, databasePath(home))
  const copy = workedOn(home)
  try {
    copyFile(file, copy, (done, of) => onProgress('copied', done, of))
    // A copy that somebody made of the files of a database may have a log beside it.
    if (existsSync(`${file}-wal`)) copyFile(`${file}-wal`, `${copy}-wal`)
    yield 'copied'
    check(copy, onProgress)
    yield 'checked'
    const outcome = writeInto(copy, order, digestOf(file))
    yield 'written'
    makeReady(home)
    yield 'ready'
    return { ...outcome, kept: yield* finishing(home, putAway) }
  } finally {
    dropWorkedOn(home)
  }
}

function requireSource(file: string, database: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw refused(`There is no file ${file}`)
  const now = statSync(database, { throwIfNoEntry: false })
  if (found.dev === now?.dev && found.ino === now.ino) throw refused(`${file} is the database itself`)
}

function check(copy: string, onProgress: Progress): void {
  const fault = faultOf(copy)
  if (fault !== null) throw refused(`The file cannot be used: ${fault.replace(/\.$/, '')}`)
  const connection = openForWriting(copy)
  const refusedFor = (why: string) => refused(`${why}. Take another backup`)
  try {
    verifyCopy(connection, migrate, refusedFor, onProgress)
  } finally {
    connection.close()
  }
}

/** What follows from a restore, all of it in one transaction. */
function writeInto(copy: string, order: RestoreOrder, sha256: string): Omit<RestoreOutcome, 'kept'> {
  const { home, file, actor, reason, key, keyLost, holds } = order
  const former = readFormer(databasePath(home))
  const connection = openForWriting(copy)
  try {
    const secrets = completeSecrets(home, readSecrets(home), needsItsSecret(connection))
    const stores = createStores(connection, secrets)
    const { ledger, restored, writer, configurations } = stores
    if (configurations.latestHash() === null) throw refused('No configuration was ever in force in it')
    const rules = new RulesInForce(configurations, () => ledger.approvals())
    const signedBy = ledger.keys().at(-1)
    prepareKey(order, signedBy)
    const notary = new Notary(stores, rules, key, order.now)
    const outcome = writer.write(() => {
      const moment = { stores, rules, now: order.now() }
      const lastSeen = Math.max(ledger.lastWritten() ?? 0, restored.lastReceived() ?? 0)
      const { seq, hash } = ledger.head()
      const [head, replaced] = [{ seq, hash }, former?.head ?? null]
      const renamed = keyLost || replaced === null || !restored.hasEntry(replaced)
      const lost = keyLost ? { key_lost: signedBy?.vkey } : {}
      const detail = { file: basename(file), sha256, head, replaced, why: reason, ...lost }
      const what = { actor, reason: RESTORED, detail, now: moment.now }
      restored.passOverNotices()
      // Before any other entry: it says how many are left of those under the name before.
      if (renamed) notary.keys.openOrigin(whyRenamed(keyLost), keysSince(databasePath(home), head))
      recordAdministration(ledger, rules.current(), what)
      const listed = new Set([...readErasedList(home), ...(former?.erased ?? [])])
      const { erased: erasedAgain, held } = eraseAgain(moment, listed, actor, holds)
      // Nobody else keeps what was sent.
      const resend = secrets.pairing !== null || wasPaired(stores) ? askToResend(moment, lastSeen, actor) : null
      return { sha256, head, replaced, lastSeen, renamed, erasedAgain, held, resend }
    })
    writer.emptyLog()
    return outcome
  } finally {
    connection.close()
  }
}

const whyRenamed = (keyLost: boolean): string =>
  `the database was restored from a backup${keyLost ? ', and the key that signed it is lost' : ''}`

/** Also where its secrets are from before it was paired: it has to be paired again, and has what it sent. */
const wasPaired = ({ ledger }: Stores): boolean => ledger.administrations().some(({ reason }) => reason === 'paired')

/** @throws Refusal where no key is at hand, and nobody says that it is lost; or somebody does, and it is not. */
function prepareKey({ key, keyLost }: RestoreOrder, newest: KeyDetail | undefined): void {
  const seeds = key.read()
  const isAtHand = newest !== undefined && seeds.some((seed) => signerFrom(newest.origin, seed).vkey === newest.vkey)
  if (keyLost && (newest === undefined || isAtHand))
    throw refused('No key of its ledger is missing here: leave out --key-lost')
  if (seeds.length > 0 || newest === undefined) return
  if (!keyLost) throw refused(NO_KEY)
  key.renew()
}
