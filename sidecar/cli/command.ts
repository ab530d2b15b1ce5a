/** What a command is, and what it gets to work with. */
import { userInfo } from 'node:os'
import type { ParseArgsConfig } from 'node:util'
import type { Config } from '../config.js'
import { type Context, openContext } from '../context.js'
import { requireHome } from '../home.js'
import { createLog } from '../log.js'

export interface Command {
  /** `rules check`. */
  readonly name: string
  /** What follows the name: `[PATH]`. */
  readonly usage: string
  readonly summary: string
  readonly options?: NonNullable<ParseArgsConfig['options']>
  /** @returns the exit code: 0 done, 1 found a problem, 2 wrong usage. */
  readonly run: (invocation: Invocation) => Promise<number> | number
}

export interface Invocation {
  readonly config: Config
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** Prints the result: `--json` the value, else the text. */
  readonly print: (value: object, text: string) => void
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

/** Who is at the keyboard, for the ledger. */
export const actor = (): string => `cli:${userInfo().username}`

/** The one argument a command takes at most. @throws UsageError */
export function optionalArgument({ arguments: given }: Invocation): string | undefined {
  if (given.length > 1) throw new UsageError(`too many arguments: ${given.slice(1).join(' ')}`)
  return given[0]
}

/** An option that has to be given. @throws UsageError */
export function requiredOption({ options }: Invocation, name: string, example: string): string {
  const value = options[name]
  if (typeof value !== 'string' || value === '')
    throw new UsageError(`--${name} is missing, such as --${name} ${example}`)
  return value
}
