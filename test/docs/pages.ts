import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { runExample } from '../../sidecar/actions/run-examples.js'
import { readExamples } from '../../sidecar/rules/examples-file.js'
import { formatProblem } from '../../sidecar/rules/problem.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { ROOT } from '../../sidecar/version.js'

export const page = (name: string): string => readFileSync(join(ROOT, 'sidecar', 'docs', name), 'utf8')

export interface Block {
  /** What stands behind the three backticks: `yaml`, `yaml wrong`. */
  readonly info: string
  readonly text: string
  readonly line: number
}

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S[^\n]*)\n(.*?)^```$/gms)].map(({ 1: info = '', 2: content = '', index }) => ({
    info,
    text: content,
    line: text.slice(0, index).split('\n').length,
  }))
}

/** The rows of the first table whose headings begin with these, as cells. */
export function tableOf(text: string, heading: string): string[][] {
  const lines = text.split('\n')
  const cells = (line: string) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
  const start = lines.findIndex((line) => line.startsWith('|') && cells(line).join(' | ').startsWith(heading))
  if (start < 0) throw new Error(`there is no table with the heading ${heading}`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map(cells)
}

export const codesIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(({ 1: code = '' }) => code)
export const firstColumn = (rows: readonly string[][]): string[] => rows.flatMap(([cell]) => codesIn(cell))

/** What the pages' packs may refer to. */
export const SETTINGS = `
source: moodle
timezone: Europe/London
terms: [{ id: autumn, from: 2026-09-28, to: 2026-12-11 }]
custom_events: [custom.lecture_visit]
`
export const SCAFFOLD: Readonly<Record<string, string>> = { id: 'example', event: 'quiz.graded', points: '10' }

/** A few keys as the page shows them, made a whole rule. */
export const ruleWith = (keys: string): string => itemWith(SCAFFOLD, keys)

function itemWith(scaffold: Readonly<Record<string, string>>, keys: string): string {
  const missing = Object.entries(scaffold).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(keys))
  const lines = [...missing.map(([key, value]) => `${key}: ${value}`), ...keys.trimEnd().split('\n')]
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}\n`).join('')
}

/** A ladder, for the rules and rewards that name a tier. */
const LADDER = `tiers:
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 200 }
  - { id: gold, title: Gold, points: 500 }
`
const PARTS_OF_REWARDS = `currency: GBP
${LADDER}budgets: [{ id: main, monthly: 500.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }, { id: canteen }]
rewards:
`
const REWARD_SCAFFOLD: Readonly<Record<string, string>> = {
  id: 'example',
  title: 'An example',
  approved: '{ by: Head of student life, on: 2026-08-20 }',
}

/** A few keys of a reward as the page shows them, made a whole rewards.yaml. */
export function rewardWith(keys: string): string {
  const scaffold = /^(cost|funding: hybrid)/m.test(keys) ? REWARD_SCAFFOLD : { ...REWARD_SCAFFOLD, cost: '50' }
  return PARTS_OF_REWARDS + itemWith(scaffold, keys)
}

export const packFiles = (pack: string) =>
  new Map([
    ['rocket.yaml', SETTINGS],
    ['rules/pack.yaml', pack],
    ['rewards.yaml', LADDER],
  ])
export const rewardsFiles = (rewards: string) => packFiles(ruleWith('id: submit_quiz')).set('rewards.yaml', rewards)
export const problemsOf = (files: ReadonlyMap<string, string>): string[] =>
  readConfiguration(files).problems.map(formatProblem)

/** Every message, in its order; one that the page cuts short ends in `…`. */
export function expectMessages(messages: readonly string[], shown: readonly string[]): void {
  expect(messages.length, messages.join('\n')).to.equal(shown.length)
  for (const [index, message] of messages.entries()) {
    const line = shown[index] ?? ''
    if (line.endsWith('…')) expect(message.slice(0, line.length - 1)).to.equal(line.slice(0, -1))
    else expect(message).to.equal(line)
  }
}

/** The file that a block with mistakes stands for. */
const WRITTEN_IN = {
  'yaml wrong': 'rules/pack.yaml',
  'yaml wrong settings': 'rocket.yaml',
  'yaml wrong rewards': 'rewards.yaml',
} as const

for (const name of ['rules.md', 'rocket-yaml.md', 'rewards.md', 'fair-play.md']) {
  describe(`the YAML in ${name}`, () => {
    const blocks = blocksOf(page(name))
    let pack = ''
    for (const [index, { info, text, line }] of blocks.entries()) {
      if (!info.startsWith('yaml')) continue
      const title = `line ${line}: ${info}`
      switch (info) {
        case 'yaml':
          pack = text
          it(`${title} loads`, () => expect(problemsOf(packFiles(text))).to.deep.equal([]))
          break
        case 'yaml keys':
          it(`${title} of a rule load`, () => expect(problemsOf(packFiles(ruleWith(text)))).to.deep.equal([]))
          break
        case 'yaml settings':
          it(`${title} load`, () => expect(problemsOf(new Map([['rocket.yaml', text]]))).to.deep.equal([]))
          break
        case 'yaml rewards':
          it(`${title} loads`, () => expect(problemsOf(rewardsFiles(text))).to.deep.equal([]))
          break
        case 'yaml reward keys':
          it(`${title} load`, () => expect(problemsOf(rewardsFiles(rewardWith(text)))).to.deep.equal([]))
          break
        case 'yaml examples': {
          const { examples, problems } = readExamples('pack.examples.yaml', text)
          const files = packFiles(pack)
          it(`${title} come out`, () => {
            expect(problems.map(formatProblem)).to.deep.equal([])
            expect(examples.flatMap((example) => runExample(files, example).failures)).to.deep.equal([])
          })
          break
        }
        case 'yaml wrong':
        case 'yaml wrong settings':
        case 'yaml wrong rewards':
          it(`${title} is refused with the messages below it`, () => {
            const files = new Map([[WRITTEN_IN[info], text]])
            expect(readConfiguration(files).configuration).to.equal(null)
            expect(blocks[index + 1]?.info).to.equal('text')
            expectMessages(problemsOf(files), blocks[index + 1]?.text.trimEnd().split('\n') ?? [])
          })
          break
        default:
          it(title, () => expect.fail(`no test knows what a block marked ${info} is`))
      }
    }
  })
}

/** The keys that a reader allows, as it lists them when it refuses another one. */
export function allowedKeys(file: string, text: string): string[] {
  const [problem] = readConfiguration(new Map([[file, text]])).problems.filter(({ message }) => message.includes('zzz'))
  return problem?.message.split('Allowed: ')[1]?.split(', ') ?? []
}
