/** The command line: one table of commands. */
import { parseArgs } from 'node:util'
import { ImportRefused } from './actions/import-events.js'
import { Refusal } from './actions/refusal.js'
import { ActivityError } from './activity/activity-error.js'
import { pair, token, tokenList, tokenRevoke } from './cli/access.js'
import { importCommand, simulate } from './cli/activity.js'
import { auditCommand } from './cli/audit.js'
import { backup, restoreCommand } from './cli/backup.js'
import { checkpoint, key, receipt, tiles, witness } from './cli/checkpoint.js'
import { codesImport, codesList, codesWithdraw } from './cli/codes.js'
import { type Command, DONE, PROBLEM, USAGE, UsageError } from './cli/command.js'
import { doctor } from './cli/doctor.js'
import { jobsList, jobsRun } from './cli/jobs.js'
import {
  learnerErase,
  learnerExempt,
  learnerExportCommand,
  learnerFreeze,
  learnerMerge,
  learnerShow,
  learnerUnfreeze,
} from './cli/learner.js'
import { exportCommand } from './cli/ledger.js'
import { partnerTest } from './cli/partner.js'
import { pause, resume } from './cli/pause.js'
import { adjustCommand, liability } from './cli/points.js'
import {
  redemptionCancel,
  redemptionExtend,
  redemptionList,
  redemptionReissue,
  redemptionReplay,
} from './cli/redemption.js'
import { reviewChecks, reviewConfirm, reviewList, reviewRelease, reviewWeeks } from './cli/review.js'
import { check, publishCommand, test } from './cli/rules.js'
import { serve } from './cli/serve.js'
import { verify } from './cli/verify.js'
import { ConfigError, readConfig } from './config.js'
import { HomeError } from './home.js'
import { closest } from './rules/closest.js'
import { StorageUnavailable } from './store/database.js'
import { MigrationRefused } from './store/migrate.js'
import { STARTER, VERSION } from './version.js'

const COMMANDS: readonly Command[] = [
  serve,
  pair,
  token,
  tokenList,
  tokenRevoke,
  check,
  test,
  publishCommand,
  simulate,
  importCommand,
  adjustCommand,
  liability,
  reviewList,
  reviewRelease,
  reviewConfirm,
  reviewChecks,
  reviewWeeks,
  learnerShow,
  learnerExportCommand,
  learnerErase,
  learnerFreeze,
  learnerExempt,
  learnerUnfreeze,
  learnerMerge,
  codesImport,
  codesList,
  codesWithdraw,
  redemptionList,
  redemptionCancel,
  redemptionReissue,
  redemptionExtend,
  redemptionReplay,
  partnerTest,
  pause,
  resume,
  verify,
  exportCommand,
  checkpoint,
  key,
  receipt,
  auditCommand,
  tiles,
  witness,
  backup,
  restoreCommand,
  jobsList,
  jobsRun,
  doctor,
]

/** What went wrong is said in its message; a stack would only hide it. */
const EXPECTED = [ConfigError, HomeError, MigrationRefused, ActivityError, ImportRefused, Refusal, StorageUnavailable]

/** What to tell the person at the keyboard; null: this should not have happened, and its stack is wanted. */
function explain(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (EXPECTED.some((kind) => error instanceof kind)) return error.message
  const { code = '', syscall } = error as NodeJS.ErrnoException
  if (code.startsWith('SQLITE_'))
    return `The database cannot be used (${code}: ${error.message}): run scripts/rocket doctor`
  if (code === 'EADDRINUSE') return `${error.message}: stop what listens there, or set ROCKET_PORT`
  // The system's own sentence names the file or the address.
  return syscall === undefined ? null : error.message
}

/** Runs one command. @returns the exit code: 0 done, 1 found a problem, 2 wrong usage. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first, second] = args
  if (first === undefined || first === '--help' || first === 'help') return help(DONE)
  if (first === '--version') return say(VERSION)
  const command =
    COMMANDS.find(({ name }) => name === `${first} ${second}`) ?? COMMANDS.find(({ name }) => name === first)
  if (!command) {
    const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `))
    if (group.length === 0 || (second !== undefined && second !== '--help')) return unknown(args)
    return help(second === '--help' ? DONE : USAGE, group)
  }
  const rest = args.slice(command.name.split(' ').length)
  try {
    return await run(command, rest, env)
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nUsage: scripts/rocket ${command.name} ${command.usage}\n`)
      return USAGE
    }
    const explained = explain(error)
    if (explained === null) throw error
    if (error instanceof Refusal && rest.includes('--json')) {
      const { code, message, members } = error
      process.stdout.write(`${JSON.stringify({ ok: false, code, message, ...members }, null, 2)}\n`)
    } else process.stderr.write(`${explained}\n`)
    return error instanceof ConfigError ? USAGE : PROBLEM
  }
}

function run(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> | number {
  const options = { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean' } } as const
  const { values, positionals } = parse(command, args, options)
  if (values.help) return say(`scripts/rocket ${command.name} ${command.usage}\n  ${command.summary}`)
  const print = (value: object, text: string) => {
    const output = values.json ? JSON.stringify(value, null, 2) : printable(text)
    if (output !== '') process.stdout.write(`${output}\n`)
  }
  const note = (text: string) => {
    if (!values.json) process.stderr.write(`${text}\n`)
  }
  const [surplus] = positionals.slice(command.mostArguments ?? 0)
  if (surplus !== undefined) throw new UsageError(surplusArgument(command, surplus))
  const config = readConfig(env, STARTER)
  return command.run({ config, arguments: positionals, options: values, print, note })
}

function surplusArgument({ name }: Command, surplus: string): string {
  const longer = COMMANDS.map((command) => command.name).filter((other) => other.startsWith(`${name} `))
  const near = closest(`${name} ${surplus}`, longer)
  return `${name} does not take ${surplus}${near ? `; did you mean ${near}?` : ''}`
}

/** A number below zero is no option: `adjust 42 -10`. */
const isNegative = (arg: string): boolean => /^-[0-9]+$/.test(arg)

function parse(command: Command, given: readonly string[], options: NonNullable<Command['options']>) {
  const negative = given.filter(isNegative)
  const args = given.filter((arg) => !isNegative(arg))
  const { tokens } = parseArgs({ args, options, allowPositionals: true, strict: false, tokens: true })
  const stranger = tokens.find((token) => token.kind === 'option' && !Object.hasOwn(options, token.name))
  if (stranger?.kind === 'option') throw new UsageError(unknownOption(command, stranger.rawName, Object.keys(options)))
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true })
    return {
      values: values as Record<string, string | boolean | readonly string[] | undefined>,
      positionals: [...positionals, ...negative],
    }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function unknownOption({ name }: Command, written: string, options: readonly string[]): string {
  const near = closest(written.replace(/^-+/, ''), options)
  const allowed = options.map((option) => `--${option}`).join(', ')
  return `${name} has no option ${written}${near ? `; did you mean --${near}?` : '.'} Options: ${allowed}`
}

function unknown(args: readonly string[]): number {
  const written = args.slice(0, 2).join(' ')
  const names = COMMANDS.map(({ name }) => name)
  const near = closest(written, names) ?? closest(args[0] ?? '', names)
  process.stderr.write(`There is no command ${written}${near ? `; did you mean ${near}?` : ''}\n`)
  return help(USAGE)
}

/** Text from files may hold control characters, which a terminal would obey. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')

function help(code: number, commands = COMMANDS): number {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  const text = `Rocket ${VERSION}: points and rewards for Moodle\n\nscripts/rocket COMMAND [--json] [--help]\n\n${lines.join('\n')}\n`
  ;(code === DONE ? process.stdout : process.stderr).write(text)
  return code
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return DONE
}
