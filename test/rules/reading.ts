/** What the tests of the rules language share: reading a few lines and saying what came of them. */
import { expect } from 'chai'
import type { Configuration, Settings } from '../../sidecar/domain/configuration.js'
import type { Catalogue, Reward } from '../../sidecar/domain/reward.js'
import type { Rule } from '../../sidecar/domain/rule.js'
import { formatProblem } from '../../sidecar/rules/problem.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'

/** A rule that is complete; the keys under test stand from line 4 on, at column 3. */
const RULE = ['- id: r', '  event: quiz.graded', '  points: 10']
const TERMS = 'terms: [{ id: autumn, from: 2026-09-01, to: 2026-12-18 }]\ncustom_events: [custom.lecture_visit]'

/** The lines as the keys of a rule. */
export const rulePack = (...lines: string[]): string => [...RULE, ...lines.map((line) => `  ${line}`)].join('\n')

export const files = (pack: string, settings = TERMS): Map<string, string> =>
  new Map([
    ['rocket.yaml', settings],
    ['rules/a.yaml', pack],
  ])

/** What a reward may refer to. The keys under test stand from line 9 on, at column 3. */
const REWARDS = [
  'currency: GBP',
  'tiers: [{ id: bronze, title: Bronze, points: 50 }, { id: silver, title: Silver, points: 200 }]',
  'budgets: [{ id: main, monthly: 500.00 }]',
  'partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }, { id: canteen }]',
  'rewards:',
  '- id: gift',
  '  title: A gift',
  '  approved: { by: Head of student life, on: 2026-08-20 }',
]

/** The lines as the keys of a reward, which costs 50 points unless they say what it costs. */
export function rewardFile(...lines: string[]): string {
  const priced = lines.some((line) => /^(cost|funding: hybrid)/.test(line))
  return [...REWARDS, ...[...lines, ...(priced ? [] : ['cost: 50'])].map((line) => `  ${line}`)].join('\n')
}

/** A rewards.yaml beside a rule `r`. */
export const rewardFiles = (rewards: string, settings = TERMS): Map<string, string> =>
  files(rulePack(), settings).set('rewards.yaml', rewards)

/** A rewards.yaml that has to be right, down to the last warning. */
export const catalogueOf = (rewards: string): Catalogue => configurationOf(rewardFiles(rewards)).catalogue

export function rewardOf(...lines: string[]): Reward {
  const [reward] = catalogueOf(rewardFile(...lines)).rewards
  if (!reward) throw new Error('the file holds no reward')
  return reward
}

/** Every problem in the form `line:column message`, of all files. */
export function problemsIn(contents: ReadonlyMap<string, string>): string[] {
  return readConfiguration(contents).problems.map((problem) => formatProblem(problem))
}

/** The rules of a pack that has to be right, down to the last warning. */
export function rulesOf(pack: string): readonly Rule[] {
  return configurationOf(files(pack)).rules
}

export function ruleOf(pack: string): Rule {
  const [rule] = rulesOf(pack)
  if (!rule) throw new Error('the pack holds no rule')
  return rule
}

export const settingsOf = (text: string): Settings => configurationOf(new Map([['rocket.yaml', text]])).settings

function configurationOf(contents: ReadonlyMap<string, string>): Configuration {
  const { configuration, problems } = readConfiguration(contents)
  expect(problems.map(formatProblem)).to.deep.equal([])
  if (!configuration) throw new Error('no problem and no configuration')
  return configuration
}

/** Expects exactly one problem, at this place, whose message holds all of these words. */
export function expectOne(problems: readonly string[], place: string, ...words: string[]): void {
  expect(problems, problems.join('\n')).to.have.length(1)
  expect(problems[0]).to.contain(`${place} `)
  for (const word of words) expect(problems[0]).to.contain(word)
}

/** A refused case: the lines under a complete rule or reward, the place `line:column`, words of the message. */
export type Refused = readonly [lines: string | readonly string[], place: string, ...words: string[]]

/** One test for each case, as keys of a rule. */
export function refuses(cases: readonly Refused[]): void {
  refusesIn('rules/a.yaml', (lines) => files(rulePack(...lines)), cases)
}

/** One test for each case, as keys of a reward. */
export function refusesReward(cases: readonly Refused[]): void {
  refusesIn('rewards.yaml', (lines) => rewardFiles(rewardFile(...lines)), cases)
}

/** One test for each case, as the lines of rewards.yaml. */
export function refusesRewards(cases: readonly Refused[]): void {
  refusesIn('rewards.yaml', (lines) => rewardFiles(lines.join('\n')), cases)
}

function refusesIn(file: string, build: (lines: readonly string[]) => Map<string, string>, cases: readonly Refused[]) {
  for (const [lines, place, ...words] of cases) {
    const written = typeof lines === 'string' ? [lines] : lines
    it(`refuses ${written.join(' ⏎ ').slice(0, 80)}`, () => {
      const read = readConfiguration(build(written))
      expectOne(read.problems.map(formatProblem), `${file}:${place}`, ...words)
      expect(read.configuration === null).to.equal(read.problems.some(({ severity }) => severity === 'error'))
    })
  }
}
