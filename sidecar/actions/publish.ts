/** Puts a set of configuration files in force: whole, or not at all. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Civil } from '../domain/civil.js'
import type { Configuration } from '../domain/configuration.js'
import { entryOf } from '../domain/entry.js'
import type { Catalogue } from '../domain/reward.js'
import type { Rule } from '../domain/rule.js'
import type { Problem } from '../rules/problem.js'
import { isPack, readConfiguration } from '../rules/read-configuration.js'
import { type Files, filesHash } from '../store/configuration.js'
import type { Learners } from '../store/learner.js'
import type { Redemptions } from '../store/redemption.js'
import type { Stores } from '../store/stores.js'
import { recordApprovals } from './approval.js'

/** The files hold mistakes; nothing was changed. */
export class ConfigurationRefused extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`the configuration has ${problems.length} mistakes`)
  }
}

/** Every YAML file in a folder and in its `rules/`, the examples left out: also those that are in the wrong place. */
export function readFolder(folder: string): Files {
  const paths = [...yamlIn(folder), ...yamlIn(join(folder, 'rules')).map((name) => `rules/${name}`)]
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

function yamlIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name) && !/\.examples\.ya?ml$/.test(name))
    .sort()
}

/** What a start and a publication ask of the files: that they can be read, and that there is a pack among them. */
export function examineFiles(files: Files): ReturnType<typeof readConfiguration> {
  const read = readConfiguration(files)
  if ([...files.keys()].some(isPack)) return read
  const message = 'there is no rule pack here: put one in rules/, such as rules/quiz.yaml'
  const none: Problem = { severity: 'error', file: 'rules', line: 1, column: 1, message }
  return { configuration: null, problems: [...read.problems, none] }
}

/** @throws ConfigurationRefused with every problem, warnings included, where there is an error among them. */
export function checkFiles(files: Files): { configuration: Configuration; problems: readonly Problem[] } {
  const { configuration, problems } = examineFiles(files)
  if (!configuration) throw new ConfigurationRefused(problems)
  return { configuration, problems }
}

/**
 * Makes the files the configuration in force, as an entry that names them by hash, their texts kept beside it.
 * @returns the entry's `seq`, or null where exactly these files are in force already.
 * @throws ConfigurationRefused
 */
export function publish(
  { ledger, learners, configurations, redemptions }: Stores,
  files: Files,
  by: { actor: string; reason: string; now: number },
): number | null {
  const { configuration } = checkFiles(files)
  const { settings, rules, catalogue } = configuration
  requireSameSource(learners, settings.source)
  requireSameCurrency(redemptions, catalogue)
  const latest = configurations.latest()
  if (latest && filesHash(latest.files) === filesHash(files)) return null
  if (latest) requireWholeMemory(rules, readConfiguration(latest.files).configuration?.rules ?? [])
  const civil = new Civil(settings.timezone, settings.weekStarts, settings.terms)
  const detail = { files: configurations.keep(files), hash: filesHash(files) }
  const proposed = entryOf({ kind: 'configuration', record: { actor: by.actor, reason: by.reason, detail } })
  const { seq } = ledger.append(proposed, settings.source, by.now, civil)
  recordApprovals(ledger, configuration, by.now, civil)
  return seq
}

/** Learners are known by source and id: under another source everybody would begin anew, their points out of reach. */
function requireSameSource(learners: Learners, source: string): void {
  const known = learners.source()
  if (known === null || known === source) return
  const message = `source is ${source}, but the learners on this ledger are those of ${known}: put \`source: ${known}\` back, or begin with an empty home`
  throw new ConfigurationRefused([{ severity: 'error', file: 'rocket.yaml', line: 1, column: 1, message }])
}

/** What a budget has committed is a sum of money: in another currency it would be another sum. */
function requireSameCurrency(redemptions: Redemptions, { budgets, currency }: Catalogue): void {
  const problems = budgets.flatMap(({ id }): Problem[] => {
    const before = redemptions.otherCurrency(id, currency)
    if (before === null) return []
    const message = `the budget ${id} has committed ${before}, and the currency is ${currency ?? 'none'} now: give the budget another id`
    return [{ severity: 'error', file: 'rewards.yaml', line: 1, column: 1, message }]
  })
  if (problems.length > 0) throw new ConfigurationRefused(problems)
}

/** A rule renamed twice keeps all of its names: under one that is left out it would pay again for what it paid for. */
function requireWholeMemory(rules: readonly Rule[], before: readonly Rule[]): void {
  const problems = rules.flatMap(({ id, was }) =>
    before
      .filter((former) => was.includes(former.id))
      .flatMap((former) =>
        former.was.filter((name) => !was.includes(name) && name !== id).map((name) => [former.id, name]),
      )
      .map(([former, name]): Problem => {
        const message = `rule ${id} was ${former}, and ${former} was ${name}: add ${name} to \`was\` of ${id}, or what it paid under that name is forgotten`
        return { severity: 'error', file: 'rules', line: 1, column: 1, message }
      }),
  )
  if (problems.length > 0) throw new ConfigurationRefused(problems)
}
