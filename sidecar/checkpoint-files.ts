/** Checkpoints as files beside the database, for whoever keeps them elsewhere; and the pulse that writes them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.js'
import { replaceFile } from './files.js'

const KEEP_EVERY = 60_000

const folderOf = (home: string): string => join(home, 'checkpoints')

/**
 * Keeps a checkpoint in the database, and writes it to `checkpoints/latest` and to the file of its day (UTC), which holds the
 * last one of that day in the end.
 */
export function keepCheckpoint({ notary, config, now }: Context, note: string): void {
  notary.keep(note)
  const folder = folderOf(config.home)
  const latest = join(folder, 'latest')
  if (existsSync(latest) && readFileSync(latest, 'utf8') === note) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  replaceFile(join(folder, new Date(now()).toISOString().slice(0, 10)), note)
  replaceFile(latest, note)
}

/** Writes a checkpoint that a witness signed, too, to `checkpoints/witnessed`. */
export function keepWitnessed(home: string, note: string): void {
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 })
  replaceFile(join(folderOf(home), 'witnessed'), note)
}

/** The texts of all files in the folder, by name. */
export function checkpointFiles(home: string): Map<string, string> {
  const folder = folderOf(home)
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^(latest|witnessed|\d{4}-\d\d-\d\d)$/.test(name))
    : []
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/**
 * Puts away the files of other names than these, with the end of their name behind the file's: where a restored ledger does
 * not know that it ever had a name, who verifies it would miss those entries.
 */
export function putAwayOthers(home: string, names: ReadonlySet<string>): void {
  for (const [name, text] of checkpointFiles(home)) {
    const [origin = ''] = text.split('\n')
    if (names.has(origin)) continue
    const path = join(folderOf(home), name)
    renameSync(path, `${path}.${origin.replace(/^.*\//, '').replace(/[^\w-]/g, '_')}`)
  }
}

/** Keeps a checkpoint once a minute, where there are new entries. @returns how to stop it: with a last one. */
export function startCheckpoints(context: Context, every = KEEP_EVERY): () => void {
  const keep = () => {
    try {
      const note = context.notary.newest()
      if (note !== null) keepCheckpoint(context, note)
    } catch (err) {
      context.log.error({ err }, 'the checkpoint could not be kept; it is tried again in a minute')
    }
  }
  keep()
  // Not what keeps a process alive that could not listen.
  const keeping = setInterval(keep, every).unref()
  return () => {
    clearInterval(keeping)
    keep()
  }
}
