/** The list of erased learners outside the database, by their random names: what a restore brings back goes again by it. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../context.js'
import type { LegalHold } from '../domain/configuration.js'
import { syncName } from '../files.js'
import { forget } from './erase.js'
import { mergedAway } from './learner.js'
import { heldFor } from './legal-hold.js'
import type { Moment } from './moment.js'

const pathOf = (home: string): string => join(home, 'erased.txt')

/** Everybody on the list. */
export function readErasedList(home: string): Set<string> {
  const path = pathOf(home)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  return new Set(lines.flatMap((line) => /^([0-9a-f]{24}) \d{4}-\d\d-\d\d$/.exec(line)?.[1] ?? []))
}

/**
 * Writes down whoever was erased and is not on the list yet: after each erasure, and at the start for those that a crash came
 * in between. On the disk when it returns.
 */
export function listErased({ stores, config: { home } }: Pick<Context, 'stores' | 'config'>): void {
  const listed = readErasedList(home)
  const missing = stores.restored.erased().filter(({ subject }) => !listed.has(subject))
  if (missing.length === 0) return
  const path = pathOf(home)
  const isNew = !existsSync(path)
  const file = openSync(path, 'a', 0o600)
  try {
    // A line that a crash cut short would swallow the next one.
    const cut = !isNew && !readFileSync(path, 'utf8').endsWith('\n')
    writeSync(file, (cut ? '\n' : '') + missing.map(({ subject, day }) => `${subject} ${day}\n`).join(''))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  if (isNew) syncName(path)
}

/**
 * Erases whoever is on a list and is known again, but for those whom a legal hold keeps. Inside a transaction only.
 * @param holds beside those of the configuration in force.
 * @returns how many, and the subjects of those who are held.
 */
export function eraseAgain(
  moment: Moment,
  subjects: Iterable<string>,
  actor: string,
  holds: readonly LegalHold[] = [],
): { readonly erased: number; readonly held: readonly string[] } {
  const { learners, erased } = moment.stores
  const held: string[] = []
  let count = 0
  for (const subject of subjects) {
    const userId = erased.has(subject) ? '' : learners.userOf(subject)
    // An account that is part of another goes with that one, which is on the list as well.
    if (userId === '' || mergedAway(moment, userId) !== null) continue
    if (heldFor(moment, subject, holds) !== null) {
      held.push(subject)
      continue
    }
    forget(moment, subject, { actor, reason: 'erased before the restore' })
    count++
  }
  return { erased: count, held }
}
