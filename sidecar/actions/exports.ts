/** Exports in the folder `exports` of the home: how each was made, and made anew once somebody in it is erased. */
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { createInterface } from 'node:readline'
import type { Context } from '../context.js'
import { isStale, replaceFile, replaceFileInSteps } from '../files.js'
import { LEDGER_COLUMNS, type LedgerFilter } from '../store/ledger-view.js'

/** How an export was made: from the ledger, or as everything that is kept of one person. */
export type Recipe =
  | { readonly format: 'csv' | 'jsonl'; readonly filter: LedgerFilter }
  | { readonly format: 'personal'; readonly subject: string }

/** What became of the exports that showed somebody who is erased: their names in the folder. */
export interface Remade {
  readonly remade: readonly string[]
  /** Of the erased alone: nothing would be left of them. And what was never whole. */
  readonly deleted: readonly string[]
  /** Nobody wrote down how they were made, they are no text, or could not be written: a person has to delete them. */
  readonly left: readonly string[]
}

const RECIPE = '.recipe.json'
/** What stands beside an export: its recipe and the checkpoint it is under; and files that are not whole yet. */
const BESIDE = /\.(recipe\.json|checkpoint|part)$/
const UNFINISHED = /\.part$/

const folderOf = (home: string): string => join(home, 'exports')

/** Writes down how a file or folder was made, beside it, where it lies in the home's folder of exports. */
export function keepRecipe(home: string, path: string, recipe: Recipe): void {
  const within = relative(folderOf(home), resolve(path))
  if (within !== '' && !within.startsWith('..') && !isAbsolute(within))
    replaceFile(`${resolve(path)}${RECIPE}`, `${JSON.stringify(recipe)}\n`)
}

type Needs = Pick<Context, 'config' | 'view' | 'stores' | 'rules'>

/** One after the other: the last to be written has seen every erasure. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Makes every export anew that shows more of somebody erased than is still kept: the same entries, without their records.
 * May be done at any time, and again.
 */
export function remakeExports(needs: Needs): Promise<Remade> {
  const done = last.then(() => remakeAll(needs))
  last = done.catch(() => undefined)
  return done
}

async function remakeAll(needs: Needs): Promise<Remade> {
  const folder = folderOf(needs.config.home)
  const names = existsSync(folder) ? filesIn(folder) : []
  const made = names.filter((name) => name.endsWith(RECIPE)).map((name) => name.slice(0, -RECIPE.length))
  const others = names.filter((name) => !BESIDE.test(name) && !made.some((one) => isOf(name, one)))
  const sealed = needs.stores.erased.sealed()
  const found: Record<keyof Remade, string[]> = { remade: [], deleted: [], left: [] }
  const unfinished = names.filter((name) => UNFINISHED.test(name))
  for (const name of [...unfinished, ...made, ...others]) {
    const what = await mend(needs, join(folder, name), sealed).catch(() => 'left' as const)
    if (what) found[what].push(name)
  }
  return found
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()

/** Whether a file is this export, or lies in it. */
const isOf = (name: string, made: string): boolean => name === made || name.startsWith(`${made}${sep}`)

/** @returns what was done with one export; null: it shows nobody who is erased. */
async function mend(needs: Needs, path: string, sealed: ReadonlySet<number>): Promise<keyof Remade | null> {
  if (UNFINISHED.test(path)) return dropStale(path)
  const recipe = existsSync(`${path}${RECIPE}`)
    ? (JSON.parse(readFileSync(`${path}${RECIPE}`, 'utf8')) as Recipe)
    : null
  if (recipe && isOfErased(needs, recipe)) {
    for (const file of [path, `${path}.checkpoint`, `${path}${RECIPE}`]) rmSync(file, { recursive: true, force: true })
    return 'deleted'
  }
  if (recipe?.format === 'personal' || !existsSync(path) || !(await showsAny(path, sealed, recipe === null)))
    return null
  if (!recipe) return 'left'
  await replaceFileInSteps(path, needs.view[recipe.format](recipe.filter))
  return 'remade'
}

/** What was being written when its program was ended. */
function dropStale(path: string): 'deleted' | null {
  if (!isStale(path)) return null
  rmSync(path)
  return 'deleted'
}

/** Whether an export is of one person, to whom nothing leads any more. */
function isOfErased({ stores, rules }: Needs, recipe: Recipe): boolean {
  const { learners } = stores
  if (recipe.format === 'personal') return learners.userOf(recipe.subject) === ''
  const { userId } = recipe.filter
  return userId !== undefined && learners.subjectOf(rules.current().settings.source, userId) === null
}

/** @param orMay what is no text, so that nobody can search it, counts as well. */
async function showsAny(path: string, sealed: ReadonlySet<number>, orMay: boolean): Promise<boolean> {
  if (sealed.size === 0) return false
  const input = createReadStream(path, 'utf8')
  try {
    for await (const line of createInterface({ input }))
      if (shows(line, sealed) || (orMay && NO_TEXT.test(line))) return true
    return false
  } finally {
    input.destroy()
  }
}

const FIELD = '(?:"(?:[^"]|"")*"|[^",]*)'
const CSV_LINE = new RegExp(`^(${FIELD}),${`${FIELD},`.repeat(LEDGER_COLUMNS.indexOf('seq') - 1)}(\\d+),`)
const JSON_LINE = /^\{"body":"\{.*?\\"seq\\":(\d+),\\"source\\"/

/** What no UTF-8 text has: a zero, or bytes that were not UTF-8. */
const NO_TEXT = /[\0\uFFFD]/

/** Whether a line of an export, CSV or JSON, has a record that was deleted. */
function shows(line: string, sealed: ReadonlySet<number>): boolean {
  const [, seq] = JSON_LINE.exec(line) ?? []
  if (seq !== undefined) return sealed.has(Number(seq)) && !line.endsWith('"data":null}')
  const [, user, at] = CSV_LINE.exec(line) ?? []
  return user !== undefined && user !== '"erased"' && sealed.has(Number(at))
}
