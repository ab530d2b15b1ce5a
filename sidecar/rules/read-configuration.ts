import type { Configuration } from '../domain/configuration.js'
import type { Rule } from '../domain/rule.js'
import { readDocument } from './document.js'
import type { Problem } from './problem.js'
import { References } from './references.js'
import { Report } from './report.js'
import { type ReadRewards, type RewardsContext, readRewards } from './rewards-file.js'
import { readRule, type Surroundings } from './rule.js'
import { type ReadSettings, readSettings } from './settings.js'

/**
 * Reads an institution's files.
 *
 * Pure, and never throws: whatever is wrong comes back as a problem with its place, all of them at once, by file, line
 * and column.
 * @param files texts by their path in the configuration folder: `rocket.yaml`, `rewards.yaml`, and rule packs such as
 *   `rules/quiz.yaml`.
 *   `*.examples.yaml` are passed over: `readExamples` reads them.
 * @returns the configuration, or null where there is at least one error. Warnings alone do not stop it.
 */
export function readConfiguration(files: ReadonlyMap<string, string>): {
  configuration: Configuration | null
  problems: Problem[]
} {
  const report = new Report()
  refuseUnread(files, report)
  const { settings, terms, currency, customEvents } = readRocketYaml(files, report)
  const references = new References()
  // Before the packs, whose rules may require a tier; the rules that it requires in turn are looked up after them.
  const { catalogue, tier } = readRewardsYaml(files, report, {
    terms,
    currency,
    onRule: (needs, at, strict) => references.need({ rule: null, needs, at, strict }),
  })
  const rules = readPacks(files, { report, references, terms, customEvents, tier })
  const configuration = report.errors === 0 ? { settings, rules, catalogue } : null
  return { configuration, problems: report.sorted() }
}

const SETTINGS_FILE = 'rocket.yaml'
const REWARDS_FILE = 'rewards.yaml'

/** A file that nobody reads must not look as if it were in force. */
function refuseUnread(files: ReadonlyMap<string, string>, report: Report): void {
  for (const file of files.keys()) {
    if (isUnread(file)) report.add({ severity: 'error', file, line: 1, column: 1, message: whyUnread(file) })
  }
}

function whyUnread(file: string): string {
  if (file === 'rewards.yml') return 'rewards are read from rewards.yaml only: rename it'
  if (file === 'rocket.yml') return 'the settings are read from rocket.yaml only: rename it'
  return 'rule packs belong in rules/: move it there'
}

function readRocketYaml(files: ReadonlyMap<string, string>, report: Report): ReadSettings {
  const text = files.get(SETTINGS_FILE)
  if (text === undefined) return readSettings(null)
  const document = readDocument(SETTINGS_FILE, text, report)
  if (document) return readSettings(document)
  const currency = { code: null, readable: false }
  return { ...readSettings(null), terms: true, currency, customEvents: null }
}

function readRewardsYaml(files: ReadonlyMap<string, string>, report: Report, context: RewardsContext): ReadRewards {
  const text = files.get(REWARDS_FILE)
  return readRewards(text === undefined ? null : (readDocument(REWARDS_FILE, text, report) ?? 'unreadable'), context)
}

/** All packs, by name; their order changes nothing that is granted, but reports and listings should not depend on it. */
function readPacks(files: ReadonlyMap<string, string>, surroundings: Surroundings): Rule[] {
  const packs = [...files.keys()].filter(isPack).sort()
  // A misplaced pack may hold rules that others refer to.
  let complete = ![...files.keys()].some(isUnread)
  const rules = packs.flatMap((file) => {
    const read = readPack(file, files.get(file) ?? '', surroundings)
    if (read === null) complete = false
    return read ?? []
  })
  surroundings.references.check(complete)
  return rules
}

const isExamples = (file: string): boolean => /\.examples\.ya?ml$/.test(file)

export const isPack = (file: string): boolean => file.startsWith('rules/') && !isExamples(file)

const isUnread = (file: string): boolean =>
  file !== SETTINGS_FILE && file !== REWARDS_FILE && !isPack(file) && !isExamples(file)

/** The rules of one pack that have no mistake. Null: the file is no list at all. */
function readPack(file: string, text: string, surroundings: Surroundings): Rule[] | null {
  const document = readDocument(file, text, surroundings.report)
  if (document === null) return null
  const { shape } = document
  if (shape.kind === 'scalar' && shape.value === null) return []
  if (shape.kind !== 'list') {
    return document.fail('a rule pack is a list of rules: each begins with a dash, such as `- id: submit_quiz`')
  }
  return shape.items.flatMap((item) => readRule(item, surroundings) ?? [])
}
