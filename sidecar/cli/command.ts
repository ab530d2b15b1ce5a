/** What a command is, and what it gets to work with. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { ParseArgsConfig } from 'node:util'
import type { Moment } from '../actions/moment.js'
import type { RulesInForce } from '../actions/rules-in-force.js'
import type { Config } from '../config.js'
import { type Context, openContext } from '../context.js'
import type { Civil } from '../domain/civil.js'
import type { CompiledRules } from '../domain/compile.js'
import { instantOf } from '../domain/instant.js'
import { databasePath, HomeError, requireHome } from '../home.js'
import { createLog } from '../log.js'
import { formatProblem, type Problem } from '../rules/problem.js'
import { type Connection, openForReading } from '../store/database.js'
import { requireCurrent } from '../store/migrate.js'

export interface Command {
  /** `rules check`. */
  readonly name: string
  /** What follows the name: `[PATH]`. */
  readonly usage: string
  readonly summary: string
  readonly options?: NonNullable<ParseArgsConfig['options']>
  /** How many arguments it takes at most: none where this is missing. */
  readonly mostArguments?: number
  /** @returns the exit code: 0 done, 1 found a problem, 2 wrong usage. */
  readonly run: (invocation: Invocation) => Promise<number> | number
}

export interface Invocation {
  readonly config: Config
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  /** Prints the result: `--json` the value, else the text, where there is one. */
  readonly print: (value: object, text: string) => void
  /** Says something beside the result, on standard error; with `--json` the value says it. */
  readonly note: (text: string) => void
}

export const DONE = 0
export const PROBLEM = 1
export const USAGE = 2

/** The command was used wrongly; the message says how. */
export class UsageError extends Error {}

/** Opens the home that a server has made, for a command that writes; closes it again. */
export async function withContext<T>(config: Config, work: (context: Context) => T | Promise<T>): Promise<T> {
  requireHome(config.home)
  const context = openContext(config, createLog(config.logLevel), false)
  try {
    return await work(context)
  } finally {
    context.close()
  }
}

/** Opens the home's database for reading alone; closes it again. */
export async function withReader<T>(config: Config, work: (connection: Connection) => T | Promise<T>): Promise<T> {
  requireHome(config.home)
  const connection = openForReading(databasePath(config.home))
  try {
    requireCurrent(connection)
    return await work(connection)
  } finally {
    connection.close()
  }
}

/** The rules that a server put in force. @throws HomeError where none was started well yet. */
export function inForce(rules: RulesInForce): CompiledRules {
  if (rules.configurations.latestHash() !== null) return rules.current()
  throw new HomeError(
    'No configuration is in force yet: run `scripts/rocket rules check`, then start the server (npm start)',
  )
}

/** Problems of a configuration folder, as lines that an editor can follow. */
export const problemLines = (folder: string, problems: readonly Problem[]): string[] =>
  problems.map((problem) => formatProblem({ ...problem, file: join(folder, problem.file) }))

/** `1 rule`, `2 rules`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Who is at the keyboard, for the ledger. */
export const actor = (): string => `cli:${userInfo().username}`

/** An option that holds a text, where it is given. */
export function textOption({ options }: Invocation, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** An option that holds one of these words, where it is given. @throws UsageError where it holds another. */
export function wordOption<T extends string>(
  invocation: Invocation,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const given = textOption(invocation, name)
  const known = allowed.find((one) => one === given)
  if (given !== undefined && known === undefined) throw new UsageError(`--${name} is one of ${allowed.join(', ')}`)
  return known
}

/** How many lines are shown, by `--limit`. @throws UsageError */
export function limitOption(invocation: Invocation, usual: number): number {
  const limit = Number(textOption(invocation, 'limit') ?? usual)
  if (!Number.isSafeInteger(limit) || limit < 1) throw new UsageError('--limit is a whole number from 1')
  return limit
}

/** The time that an option gives. @throws UsageError where that is none. */
export function instantIn(written: string, name: string, civil: Civil): number {
  const instant = instantOf(written, civil)
  if (instant !== null) return instant
  throw new UsageError(`--${name} ${written} is neither 2026-11-23 nor 2026-11-23T09:00:00Z`)
}

/** Whether there is a folder for a file that is to be written; where not, the user is told. */
export function hasFolder(out: string): boolean {
  if (existsSync(dirname(out))) return true
  process.stderr.write(`There is no folder ${dirname(out)}, so ${out} was not written: make the folder first\n`)
  return false
}

/** An option that has to be given. @throws UsageError */
export function requiredOption({ options }: Invocation, name: string, example: string): string {
  const value = options[name]
  if (typeof value !== 'string' || value === '')
    throw new UsageError(`--${name} is missing, such as --${name} ${example}`)
  return value
}

/** Runs an action in a transaction of its own, by the configuration in force. */
export function act<T>(context: Context, action: (moment: Moment) => T): T {
  const { stores, rules, now } = context
  inForce(rules)
  return stores.writer.write(() => action({ stores, rules, now: now() }))
}

/** The argument at a place. @throws UsageError where it is missing. */
export function argument({ arguments: given }: Invocation, index: number, missing: string): string {
  const value = given[index]
  if (value === undefined || value === '') throw new UsageError(missing)
  return value
}
