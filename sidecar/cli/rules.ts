/** `rules check`, `rules test`, `rules publish`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { unapproved } from '../actions/approval.js'
import { ConfigurationRefused, checkFiles, examineFiles, publish, readFolder } from '../actions/publish.js'
import { runExample } from '../actions/run-examples.js'
import type { Configuration } from '../domain/configuration.js'
import { readExamples } from '../rules/examples-file.js'
import { formatProblem, type Problem } from '../rules/problem.js'
import type { Files } from '../store/configuration.js'
import {
  actor,
  type Command,
  counted,
  DONE,
  type Invocation,
  PROBLEM,
  problemLines,
  requiredOption,
  UsageError,
  withContext,
} from './command.js'

export const check: Command = {
  name: 'rules check',
  usage: '[PATH]',
  mostArguments: 1,
  summary: 'every mistake in a configuration folder, or in one file of it',
  run: (invocation) => {
    const target = targetOf(invocation)
    const { files, only, shown } = target
    const { configuration, problems } = examineFiles(files)
    const all = [...problems, ...target.examples.flatMap((file) => examplesIn(target, file).problems)]
    const asked = only === null ? all : all.filter(({ file }) => file === only)
    const listed = asked.map((problem) => ({ ...problem, file: shown(problem.file) }))
    const mistakes = errors(asked)
    const elsewhere = errors(all) - mistakes
    const fine = only === null && configuration ? `${sizeOf(configuration)}, no mistake.` : 'No mistake.'
    const verdict = mistakes === 0 ? fine : `${counted(mistakes, 'mistake')} to mend.`
    const others = elsewhere === 0 ? '' : ` Its folder has ${counted(elsewhere, 'mistake')} in other files.`
    invocation.print(
      { ok: mistakes === 0, problems: listed },
      [...listed.map(formatProblem), verdict + others].join('\n'),
    )
    return mistakes === 0 ? DONE : PROBLEM
  },
}

export const test: Command = {
  name: 'rules test',
  usage: '[PATH]',
  mostArguments: 1,
  summary: 'runs the *.examples.yaml beside the packs, or beside one of them',
  run: (invocation) => {
    const target = targetOf(invocation)
    const { files, only, shown } = target
    const { configuration, problems } = examineFiles(files)
    const { passed, problems: found } = configuration ? runExamples(target) : { passed: 0, problems }
    const none: Problem = { severity: 'error', file: only ?? 'rules', line: 1, column: 1, message: NO_EXAMPLE }
    const listed = (passed === 0 && found.length === 0 ? [none] : found).map((problem) => ({
      ...problem,
      file: shown(problem.file),
    }))
    const count = `${counted(passed, 'example')} passed, ${counted(errors(listed), 'mistake')}.`
    invocation.print({ passed, problems: listed }, [...listed.map(formatProblem), count].join('\n'))
    return listed.length === 0 ? DONE : PROBLEM
  },
}

const NO_EXAMPLE =
  'there is no example here: write what a pack should decide beside it, such as quiz.examples.yaml beside quiz.yaml'

function runExamples(target: Target): { passed: number; problems: Problem[] } {
  const { files, only } = target
  const problems: Problem[] = []
  let passed = 0
  for (const file of target.examples.filter((path) => only === null || stem(path) === stem(only))) {
    const { examples, problems: unreadable } = examplesIn(target, file)
    problems.push(...unreadable.filter(({ severity }) => severity === 'error'))
    for (const example of examples) {
      const { failures, title } = runExample(files, example)
      if (failures.length === 0) passed++
      for (const { line, column, message } of failures) {
        problems.push({ severity: 'error', file, line, column, message: `${title}: ${message}` })
      }
    }
  }
  return { passed, problems }
}

export const publishCommand: Command = {
  name: 'rules publish',
  usage: '--reason R',
  summary: 'makes changed files live, all or nothing',
  options: { reason: { type: 'string' } },
  run: (invocation) => {
    const reason = requiredOption(invocation, 'reason', '"term starts"')
    const { configFolder } = invocation.config
    return withContext(invocation.config, ({ stores, rules, now }) => {
      const files = readFolder(configFolder)
      try {
        const { configuration, problems } = checkFiles(files)
        const seq = stores.writer.write(() => publish(stores, files, { actor: actor(), reason, now: now() }))
        const size = sizeOf(configuration)
        const live = `${size} from ${configFolder} ${size === '1 rule' ? 'is' : 'are'} in force, as entry ${seq} of the ledger.`
        const text = seq === null ? 'These files are in force already.' : live
        const locked = unapproved(rules)
        const waiting = locked.map(({ reward, todo }) => `The reward ${reward} cannot be redeemed yet: ${todo}.`)
        invocation.print(
          { published: seq !== null, seq, problems, unapproved: locked },
          [...problemLines(configFolder, problems), text, ...waiting].join('\n'),
        )
        return DONE
      } catch (error) {
        if (!(error instanceof ConfigurationRefused)) throw error
        const { problems } = error
        invocation.print(
          { published: false, problems },
          [...problemLines(configFolder, problems), 'Nothing was published.'].join('\n'),
        )
        return PROBLEM
      }
    })
  },
}

/** `5 rules and 3 rewards`. */
const sizeOf = ({ rules, catalogue }: Configuration): string =>
  [
    counted(rules.length, 'rule'),
    ...(catalogue.rewards.length > 0 ? [counted(catalogue.rewards.length, 'reward')] : []),
  ].join(' and ')

const errors = (problems: readonly Problem[]): number => problems.filter(({ severity }) => severity === 'error').length

/** What a person asked about. */
interface Target {
  readonly files: Files
  /** The examples files that belong to them. */
  readonly examples: readonly string[]
  /** The one file that was asked about; null: all of them. */
  readonly only: string | null
  /** Where a file is. */
  readonly locate: (file: string) => string
  /** A file's path, beginning as the person gave it. */
  readonly shown: (file: string) => string
}

function targetOf({ arguments: [given], config }: Invocation): Target {
  if (given === undefined) return targetIn(config.configFolder, config.configFolder, null)
  const path = resolve(given)
  if (!existsSync(path)) throw new UsageError(`there is no ${given}`)
  const [folder, name] = [dirname(path), basename(path)]
  if (statSync(path).isDirectory()) {
    return targetIn(given, name === 'rules' && !existsSync(join(path, 'rules')) ? folder : path, null)
  }
  if (!/\.ya?ml$/.test(name)) throw new UsageError(`${given} is no configuration file: their names end in .yaml`)
  if (basename(folder) === 'rules') return targetIn(given, dirname(folder), `rules/${name}`)
  if (name === 'rocket.yaml' || name === 'rewards.yaml') return targetIn(given, folder, name)
  return loneTarget(given, folder, name)
}

/** A configuration folder, or one file of it. */
function targetIn(given: string, folder: string, only: string | null): Target {
  const locate = (file: string) => join(folder, file)
  const examples = examplesBeside(join(folder, 'rules'))
  return { files: readFolder(folder), examples, only, locate, shown: shownAs(given, locate) }
}

/** A pack that is in no folder `rules`: by itself, with the `rocket.yaml` beside it. */
function loneTarget(given: string, folder: string, name: string): Target {
  const locate = (file: string) => join(folder, file.replace(/^rules\//, ''))
  const only = `rules/${name}`
  const files = ['rocket.yaml', `${stem(only)}.yaml`, `${stem(only)}.yml`].filter((file) => existsSync(locate(file)))
  return {
    files: new Map(files.map((file) => [file, readFileSync(locate(file), 'utf8')])),
    examples: examplesBeside(folder).filter((file) => stem(file) === stem(only)),
    only,
    locate,
    shown: shownAs(given, locate),
  }
}

const shownAs = (given: string, locate: Target['locate']) => (file: string) =>
  join(given, relative(resolve(given), resolve(locate(file))))

/** The name that a pack and its examples share. */
const stem = (file: string): string => file.replace(/(\.examples)?\.ya?ml$/, '')

function examplesBeside(packs: string): string[] {
  if (!existsSync(packs)) return []
  return readdirSync(packs)
    .filter((name) => /\.examples\.ya?ml$/.test(name))
    .sort()
    .map((name) => `rules/${name}`)
}

const examplesIn = ({ locate }: Target, file: string): ReturnType<typeof readExamples> =>
  readExamples(file, readFileSync(locate(file), 'utf8'))
