/** `rules check`, `rules test`, `rules publish`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfigurationRefused, publish, readFolder } from '../actions/publish.js'
import { runExample } from '../actions/run-examples.js'
import { readExamples } from '../rules/examples-file.js'
import { formatProblem, type Problem } from '../rules/problem.js'
import { readConfiguration } from '../rules/read-configuration.js'
import type { Files } from '../store/configuration.js'
import { actor, type Command, DONE, PROBLEM, requiredOption, UsageError, withContext } from './command.js'

export const check: Command = {
  name: 'rules check',
  usage: '[PATH]',
  mostArguments: 1,
  summary: 'every mistake in a configuration folder, or in one pack',
  run: (invocation) => {
    const { files, shown } = filesAt(invocation.arguments[0] ?? invocation.config.configFolder)
    const { configuration, problems } = readConfiguration(files)
    const listed = problems.map((problem) => ({ ...problem, file: shown(problem.file) }))
    const count = configuration
      ? `${counted(configuration.rules.length, 'rule')}, no mistake.`
      : `${errors(listed)} to mend.`
    invocation.print({ ok: configuration !== null, problems: listed }, [...listed.map(formatProblem), count].join('\n'))
    return configuration ? DONE : PROBLEM
  },
}

export const test: Command = {
  name: 'rules test',
  usage: '[PATH]',
  mostArguments: 1,
  summary: 'runs the *.examples.yaml beside the packs',
  run: (invocation) => {
    const { files, shown, folder } = filesAt(invocation.arguments[0] ?? invocation.config.configFolder)
    const { configuration, problems } = readConfiguration(files)
    const problemsFound: Problem[] = configuration ? [] : [...problems]
    let passed = 0
    for (const path of configuration ? exampleFiles(folder) : []) {
      const { examples, problems: unreadable } = readExamples(path, readFileSync(join(folder, path), 'utf8'))
      problemsFound.push(...unreadable.filter(({ severity }) => severity === 'error'))
      for (const example of examples) {
        const { failures, title } = runExample(files, example)
        if (failures.length === 0) passed++
        for (const { line, column, message } of failures) {
          problemsFound.push({ severity: 'error', file: path, line, column, message: `${title}: ${message}` })
        }
      }
    }
    const listed = problemsFound.map((problem) => ({ ...problem, file: shown(problem.file) }))
    const count = `${counted(passed, 'example')} passed, ${errors(listed)}.`
    invocation.print({ passed, problems: listed }, [...listed.map(formatProblem), count].join('\n'))
    return listed.length === 0 ? DONE : PROBLEM
  },
}

export const publishCommand: Command = {
  name: 'rules publish',
  usage: '--reason R',
  summary: 'makes changed files live, all or nothing',
  options: { reason: { type: 'string' } },
  run: (invocation) => {
    const reason = requiredOption(invocation, 'reason', '"term starts"')
    const { config } = invocation
    return withContext(config, ({ stores, now }) => {
      const files = readFolder(config.configFolder)
      try {
        const seq = stores.writer.write(() => publish(stores, files, { actor: actor(), reason, now: now() }))
        const text = seq === null ? 'These files are in force already.' : `Live now, as entry ${seq} of the ledger.`
        invocation.print({ published: seq !== null, seq }, text)
        return DONE
      } catch (error) {
        if (!(error instanceof ConfigurationRefused)) throw error
        const lines = error.problems.map(formatProblem)
        invocation.print(
          { published: false, problems: error.problems },
          [...lines, 'Nothing was published.'].join('\n'),
        )
        return PROBLEM
      }
    })
  },
}

const errors = (problems: readonly Problem[]): string => {
  const count = problems.filter(({ severity }) => severity === 'error').length
  return counted(count, 'mistake')
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

interface Found {
  readonly files: Files
  readonly folder: string
  /** A file's path as the person gave it. */
  readonly shown: (file: string) => string
}

/** A configuration folder, or one pack by itself (with the `rocket.yaml` above it, where it lies in a `rules` folder). */
function filesAt(path: string): Found {
  if (!existsSync(path)) throw new UsageError(`there is no ${path}`)
  if (statSync(path).isDirectory()) {
    return { files: readFolder(path), folder: path, shown: (file) => join(path, file) }
  }
  const folder = basename(dirname(path)) === 'rules' ? dirname(dirname(path)) : dirname(path)
  const name = path.slice(folder.length + (folder === '.' ? 0 : 1))
  const settings = join(folder, 'rocket.yaml')
  const files = new Map([[name, readFileSync(path, 'utf8')]])
  if (existsSync(settings)) files.set('rocket.yaml', readFileSync(settings, 'utf8'))
  return { files, folder, shown: (file) => join(folder, file) }
}

function exampleFiles(folder: string): string[] {
  const rules = join(folder, 'rules')
  if (!existsSync(rules)) return []
  return readdirSync(rules)
    .filter((name) => /\.examples\.ya?ml$/.test(name))
    .sort()
    .map((name) => `rules/${name}`)
}
