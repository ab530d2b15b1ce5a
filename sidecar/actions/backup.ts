/** Backups: made beside a running server, verified before they get their name; and the nightly ones with their time. */
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Context } from '../context.js'
import type { Head } from '../domain/entry.js'
import { digestOf, dropRemains, partOf, place, sync } from '../files.js'
import { databasePath } from '../home.js'
import { copyDatabase, damageIn } from '../store/backup.js'
import { type Connection, openForReading } from '../store/database.js'
import { requireCurrent } from '../store/migrate.js'
import { Refusal } from './refusal.js'
import { type Verification, verifyLedger } from './verify.js'

export interface Backup {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly entries: number
  readonly head: Head
}

/** Told what is being done, and how far it is. */
export type Progress = (what: string, done: number, of: number) => void

const DAY = 86_400_000

/**
 * Copies the database of a home into a file, and verifies the copy in full. Only then it gets its name, in place of a backup
 * that has it.
 * @throws Refusal where something else has that name, or the copy does not verify.
 */
export async function makeBackup(home: string, file: string, onProgress: Progress): Promise<Backup> {
  const database = databasePath(home)
  requireFree(file, database)
  const part = partOf(file)
  try {
    await copyDatabase(database, part, (done, of) => onProgress('copied', done, of))
    const { entries, head } = verified(part, onProgress)
    sync(part)
    const backup = { file, bytes: statSync(part).size, sha256: digestOf(part), entries, head }
    place(part, file)
    return backup
  } finally {
    for (const ending of ['', '-journal']) rmSync(part + ending, { force: true })
  }
}

/** @throws Refusal */
function requireFree(file: string, database: string): void {
  if (!existsSync(dirname(file))) throw refused(`There is no folder ${dirname(file)}: make it first`)
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (!there) return
  if (!there.isFile()) throw refused(`${file} is there and no plain file: name another one`)
  const { dev, ino } = statSync(database)
  const inUse = (there.dev === dev && there.ino === ino) || existsSync(`${file}-wal`)
  if (inUse) throw refused(`${file} is a database that is in use: name another file`)
  if (there.size > 0 && !isBackup(file)) throw refused(`${file} is there and no backup of Rocket’s: name another file`)
}

/** SQLite's first bytes, and at byte 68 what files of ours carry. */
function isBackup(file: string): boolean {
  const header = Buffer.alloc(72)
  const opened = openSync(file, 'r')
  readSync(opened, header)
  closeSync(opened)
  return header.subarray(0, 16).toString('latin1') === 'SQLite format 3\0' && header.subarray(68).toString() === 'RCKT'
}

function verified(part: string, onProgress: Progress): Verification {
  const connection = openForReading(part)
  try {
    return verifyCopy(connection, requireCurrent, refused, onProgress)
  } finally {
    connection.close()
  }
}

/**
 * Verifies a copy in full, and with it that SQLite finds it whole.
 * @param begin is done first. @param refused says that the copy is not used, and why.
 * @throws Refusal with the first thing that is wrong.
 */
export function verifyCopy(
  connection: Connection,
  begin: (connection: Connection) => void,
  refused: (why: string) => Refusal,
  onProgress: Progress,
): Verification {
  try {
    begin(connection)
    const told = (done: number, of: number) => onProgress('verified', done, of)
    const result = verifyLedger(connection, { quick: false, onProgress: told })
    const [first] = result.problems
    if (!first) return result
    throw refused(`The ledger does not verify: ${first.seq === null ? '' : `entry ${first.seq}: `}${first.message}`)
  } catch (error) {
    const damage = damageIn(error)
    throw damage === null ? error : refused(`SQLite finds it damaged (${damage})`)
  }
}

const refused = (why: string): Refusal => new Refusal('state_conflict', `No backup was made. ${why}.`)

export interface NightlyBackup {
  readonly name: string
  /** The civil day on which it was made. */
  readonly day: string
  /** Epoch milliseconds. */
  readonly made: number
  readonly bytes: number
}

const folderOf = (home: string): string => join(home, 'backups')

/** Those that the job made, newest first. */
export function nightlyBackups(home: string): NightlyBackup[] {
  const folder = folderOf(home)
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .flatMap((name) => {
      const day = /^rocket-(\d{4}-\d\d-\d\d)\.sqlite$/.exec(name)?.[1]
      if (day === undefined) return []
      const { mtimeMs, size } = statSync(join(folder, name))
      return [{ name, day, made: mtimeMs, bytes: size }]
    })
    .sort((a, b) => (a.day < b.day ? 1 : -1))
}

/**
 * Today's backup; then those whose time is over are deleted. Where it fails nothing is: so the newest that verified stays,
 * however old it is.
 * @param make makes a backup under a path. @returns what was done, in a sentence.
 */
export async function backUpNightly(
  { config: { home }, rules, now }: Pick<Context, 'config' | 'rules' | 'now'>,
  make: (file: string) => Promise<Backup>,
): Promise<string> {
  const { civil, settings } = rules.current()
  const folder = folderOf(home)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // What attempts on earlier days left behind that were cut short.
  dropRemains(folder)
  const file = join(folder, `rocket-${civil.dayOf(now())}.sqlite`)
  const { bytes, entries } = await make(file)
  const first = civil.dayOf(now() - settings.retention.backups * DAY)
  const old = nightlyBackups(home).filter(({ day, name }) => day < first && name !== basename(file))
  for (const { name } of old) rmSync(join(folder, name))
  const size = `${Math.ceil(bytes / 1024 ** 2)} MiB, ${entries} entries, verified`
  return `${file}: ${size}${old.length > 0 ? `; ${old.length} older ones deleted` : ''}`
}
