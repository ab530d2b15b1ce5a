import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The checkout's root: this file stands one folder below it in the source, two in `dist/`. */
export const ROOT = findRoot(import.meta.dirname)

/** The version of this program, from package.json. */
export const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version

/** The version of the HTTP interface: it grows when something that callers rely on changes. */
export const API = 1
/** The oldest bridge that speaks it. */
export const MIN_BRIDGE = '0.1.0'

/** The configuration that is used where the home has none. */
export const STARTER = join(ROOT, 'rules-examples', '00-starter')

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder))
}
