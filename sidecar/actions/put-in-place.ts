/**
 * The last steps of a restore: the copy that is ready takes the place of the database, which is kept. Whenever the machine
 * stops in between, the next start brings them to their end.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { sync, syncName } from '../files.js'
import { databasePath } from '../home.js'
import { intoOneFile, namesIn } from '../store/backup.js'
import { Refusal } from './refusal.js'

/** Puts checkpoints away that are of none of these names: the ledger will not know that it ever had another. */
export type PutAway = (names: ReadonlySet<string>) => void

/** @param why a sentence without its full stop. */
export const refused = (why: string): Refusal => new Refusal('state_conflict', `Nothing was restored. ${why}.`)

/** Where a restore works on its copy; whatever has this beginning is of no use any more once nobody works on it. */
export const workedOn = (home: string): string => `${databasePath(home)}.restoring`
const readyPath = (database: string, number: number): string => `${database}.restored-${number}`
const keptPath = (database: string, number: number): string => `${database}.before-restore-${number}`

/** From here on the copy will be the database, whatever happens. @throws Refusal where that one is in use. */
export function makeReady(home: string): void {
  const [copy, database] = [workedOn(home), databasePath(home)]
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

/**
 * Ends a restore that was cut short: before it was ready nothing of it is left, from then on it is done. Whoever calls holds
 * the home's lock.
 * @returns the file with what was there before; null: there was nothing to end.
 */
export function finishRestore(home: string, putAway: PutAway): string | null {
  const steps = finishing(home, putAway)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** The same, step by step. Each can be done again. */
export function* finishing(home: string, putAway: PutAway): Generator<string, string | null> {
  const database = databasePath(home)
  dropWorkedOn(home)
  const [number] = numbered(home, 'restored')
  if (number === undefined) return null
  const [ready, kept] = [readyPath(database, number), keptPath(database, number)]
  // Not before nothing can refuse it any more: the database that was there still has these names.
  putAway(namesIn(ready))
  yield 'put away'
  for (const ending of ['', '-wal']) {
    if (existsSync(database + ending)) renameSync(database + ending, kept + ending)
    yield `kept${ending}`
  }
  rmSync(`${database}-shm`, { force: true })
  renameSync(ready, database)
  syncName(database)
  yield 'in place'
  return existsSync(kept) ? kept : null
}

/** Nothing is left of a copy that was not ready. */
export function dropWorkedOn(home: string): void {
  const begins = basename(workedOn(home))
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
