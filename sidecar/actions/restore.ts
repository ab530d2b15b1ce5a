/**
 * A backup takes the place of the database. All that has to follow (an entry that says so, another name for the ledger where
 * entries are lost, erasures done again, redeeming paused, a resend asked for) is written into the copy before it is put in
 * place, so that there is the one database or the other, whenever the machine stops.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Head } from '../domain/entry.js'
import { completeSecrets, databasePath, readSecrets } from '../home.js'
import { type Former, faultOf, intoOneFile, readFormer } from '../store/backup.js'
import { openForWriting } from '../store/database.js'
import { migrate } from '../store/migrate.js'
import type { Resend } from '../store/resend.js'
import { createStores } from '../store/stores.js'
import { needsItsSecret } from '../store/vault.js'
import { recordAdministration } from './administer.js'
import type { Progress } from './backup.js'
import { eraseAgain, readErasedList } from './erased-list.js'
import { copyFile, digestOf, sync, syncName } from './files.js'
import type { KeyFile } from './ledger-keys.js'
import { Notary } from './notary.js'
import { Refusal } from './refusal.js'
import { askToResend } from './resend.js'
import { RulesInForce } from './rules-in-force.js'
import { verifyLedger } from './verify.js'

export interface RestoreOrder {
  readonly home: string
  readonly file: string
  readonly actor: string
  readonly reason: string
  /** Of the ledger: a new name has to be signed. */
  readonly key: KeyFile
  readonly now: () => number
  /** Puts checkpoints away that are of none of these names: the ledger will not know that it ever had another. */
  readonly putAway: (names: ReadonlySet<string>) => void
}

export interface RestoreOutcome {
  readonly sha256: string
  /** Where the ledger of the backup ends, and where the one that it replaces did; null: that could not be read. */
  readonly head: Head
  readonly replaced: Head | null
  /** Entries that somebody may hold a checkpoint of are lost, or may be: the ledger has another name now. */
  readonly renamed: boolean
  readonly erasedAgain: number
  /** Subjects of learners on the list of the erased whom a legal hold keeps. */
  readonly held: readonly string[]
  readonly resend: Resend
  /** The file with what was there before; null: nothing was. */
  readonly kept: string | null
}

/** The copy while it is worked on; whatever has this beginning is of no use any more once nobody works on it. */
const WORKED_ON = 'restoring'

/**
 * The home's lock is held by whoever calls. Each step is done when it is named; until `ready` nothing has happened, and
 * from then on `finishRestore` brings it to its end.
 * @throws Refusal, HomeError
 */
export function* restore(order: RestoreOrder, onProgress: Progress): Generator<string, RestoreOutcome> {
  const { home, file } = order
  const database = databasePath(home)
  finishRestore(home)
  requireSource(file, database)
  const copy = `${database}.${WORKED_ON}`
  try {
    copyFile(file, copy, (done, of) => onProgress('copied', done, of))
    // A copy that somebody made of the files of a database may have a log beside it.
    if (existsSync(`${file}-wal`)) copyFile(`${file}-wal`, `${copy}-wal`)
    yield 'copied'
    check(copy, onProgress)
    yield 'checked'
    const { outcome, names } = writeInto(copy, order, digestOf(file), readFormer(database))
    yield 'written'
    makeReady(copy, database)
    // Not before nothing can refuse it any more: the database that was there still has these names.
    order.putAway(names)
    yield 'ready'
    return { ...outcome, kept: yield* finishing(home) }
  } finally {
    dropWorkedOn(home)
  }
}

const refused = (why: string): Refusal => new Refusal('state_conflict', `Nothing was restored. ${why}.`)

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
  try {
    migrate(connection)
    const { problems } = verifyLedger(connection, {
      quick: false,
      onProgress: (done, of) => onProgress('verified', done, of),
    })
    const [first] = problems
    if (!first) return
    const where = first.seq === null ? '' : `entry ${first.seq}: `
    throw refused(`The ledger in it does not verify: ${where}${first.message}. Take another backup`)
  } finally {
    connection.close()
  }
}

type Outcome = Omit<RestoreOutcome, 'kept'>

/** What follows from a restore, all of it in one transaction. @returns the names that the ledger has had as well. */
function writeInto(
  copy: string,
  order: RestoreOrder,
  sha256: string,
  former: Former | null,
): { outcome: Outcome; names: ReadonlySet<string> } {
  const { home, file, actor, reason, key } = order
  const connection = openForWriting(copy)
  try {
    const secrets = completeSecrets(home, readSecrets(home), needsItsSecret(connection))
    const stores = createStores(connection, secrets)
    const { ledger, restored, writer, configurations } = stores
    if (configurations.latestHash() === null) throw refused('No configuration was ever in force in it')
    const rules = new RulesInForce(configurations, () => ledger.approvals())
    const notary = new Notary(stores, rules, key, order.now)
    const outcome = writer.write((): Outcome => {
      const moment = { stores, rules, now: order.now() }
      const lastSeen = Math.max(ledger.lastWritten() ?? 0, restored.lastReceived() ?? 0)
      const { seq, hash } = ledger.head()
      const [head, replaced] = [{ seq, hash }, former?.head ?? null]
      const renamed = replaced === null || !restored.hasEntry(replaced)
      const detail = { file: basename(file), sha256, head, replaced, why: reason }
      const what = { actor, reason: 'restored from a backup', detail, now: moment.now }
      restored.passOverNotices()
      // Before any other entry: it says how many are left of those under the name before.
      if (renamed) notary.openOrigin('the database was restored from a backup')
      recordAdministration(ledger, rules.current(), what)
      const listed = new Set([...readErasedList(home), ...(former?.erased ?? [])])
      const { erased: erasedAgain, held } = eraseAgain(moment, listed, actor)
      const resend = askToResend(moment, lastSeen, actor)
      return { sha256, head, replaced, renamed, erasedAgain, held, resend }
    })
    writer.emptyLog()
    return { outcome, names: new Set(ledger.keys().map(({ origin }) => origin)) }
  } finally {
    connection.close()
  }
}

/** From here on it will be the database. */
function makeReady(copy: string, database: string): void {
  intoOneFile(copy)
  sync(copy)
  if (existsSync(database) && isInUse(database))
    throw refused('Another command has the database open: let it end, or stop it')
  let number = 1
  while ([keptPath, readyPath].some((path) => existsSync(path(database, number)))) number++
  renameSync(copy, readyPath(database, number))
  syncName(copy)
}

/** One that nobody can open any more is kept as it is, in all its parts. */
function isInUse(database: string): boolean {
  try {
    return !intoOneFile(database)
  } catch {
    return false
  }
}

const readyPath = (database: string, number: number): string => `${database}.restored-${number}`
const keptPath = (database: string, number: number): string => `${database}.before-restore-${number}`

/**
 * Ends a restore that was cut short: before it was ready nothing of it is left, from then on it is done. Whoever calls holds
 * the home's lock.
 * @returns the file with what was there before; null: there was nothing to end.
 */
export function finishRestore(home: string): string | null {
  const steps = finishing(home)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

function* finishing(home: string): Generator<string, string | null> {
  const database = databasePath(home)
  dropWorkedOn(home)
  const [number] = numbered(home, 'restored')
  if (number === undefined) return null
  const kept = keptPath(database, number)
  for (const ending of ['', '-wal']) {
    if (existsSync(database + ending)) renameSync(database + ending, kept + ending)
    yield `kept${ending}`
  }
  rmSync(`${database}-shm`, { force: true })
  renameSync(readyPath(database, number), database)
  syncName(database)
  yield 'in place'
  return existsSync(kept) ? kept : null
}

function dropWorkedOn(home: string): void {
  const begins = `${basename(databasePath(home))}.${WORKED_ON}`
  const names = existsSync(home) ? readdirSync(home) : []
  for (const name of names) if (name.startsWith(begins)) rmSync(join(home, name))
}

/** The numbers of the files of a kind, smallest first. */
function numbered(home: string, kind: 'restored' | 'before-restore'): number[] {
  const pattern = new RegExp(`^${basename(databasePath(home))}\\.${kind}-(\\d+)$`)
  const names = existsSync(home) ? readdirSync(home) : []
  return names.flatMap((name) => Number(pattern.exec(name)?.[1] ?? []) || []).sort((a, b) => a - b)
}

/** What restores have put aside, oldest first. */
export function keptBefore(home: string): { file: string; since: number }[] {
  return numbered(home, 'before-restore')
    .map((number) => keptPath(databasePath(home), number))
    .map((file) => ({ file, since: statSync(file).ctimeMs }))
}
