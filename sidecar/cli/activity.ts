/** `simulate` and `events import`: recorded activity, tried or taken in. */
import { existsSync } from 'node:fs'
import { importEvents } from '../actions/import-events.js'
import { ConfigurationRefused, checkFiles, readFolder } from '../actions/publish.js'
import { type Simulation, simulate as simulateEvents } from '../actions/simulate.js'
import { type Activity, readActivity } from '../activity/read-activity.js'
import type { Settings } from '../domain/configuration.js'
import { runningServer } from '../home.js'
import { formatProblem } from '../rules/problem.js'
import {
  actor,
  type Command,
  DONE,
  type Invocation,
  inForce,
  PROBLEM,
  textOption,
  UsageError,
  withContext,
} from './command.js'
import { createProgress, grouped } from './progress.js'

const READING = {
  timezone: { type: 'string' },
  dates: { type: 'string' },
  'keep-staff': { type: 'boolean' },
} as const

export const simulate: Command = {
  name: 'simulate',
  usage: 'FILE… [--config FOLDER] [--point-value 0.01] [--timezone ZONE] [--dates dmy|mdy] [--keep-staff]',
  mostArguments: Number.POSITIVE_INFINITY,
  summary: 'what the rules would have granted for recorded activity; writes nothing',
  options: { ...READING, config: { type: 'string' }, 'point-value': { type: 'string' } },
  run: async (invocation) => {
    const folder = textOption(invocation, 'config') ?? invocation.config.configFolder
    if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}`)
    const pointValue = pointValueOf(invocation)
    const files = readFolder(folder)
    try {
      const { settings } = checkFiles(files).configuration
      const activity = await read(invocation, settings)
      const progress = createProgress()
      const result = await simulateEvents(files, activity.events, (done) =>
        progress.show(`judging ${grouped(done)} of ${grouped(activity.events.length)} events`),
      )
      progress.end()
      const cost =
        pointValue === null
          ? null
          : { point_value: pointValue, currency: settings.currency, total: result.points * pointValue }
      const { files: read_, notes, faults } = activity
      const text = activity.events.length === 0 ? nothingRead(activity) : report(result, activity, folder, cost)
      invocation.print({ ...result, cost, files: read_, notes, faults }, text)
      return faults.length === 0 ? DONE : PROBLEM
    } catch (error) {
      if (!(error instanceof ConfigurationRefused)) throw error
      invocation.print({ problems: error.problems }, error.problems.map(formatProblem).join('\n'))
      return PROBLEM
    }
  },
}

export const importCommand: Command = {
  name: 'events import',
  usage: 'FILE… [--timezone ZONE] [--dates dmy|mdy] [--keep-staff]',
  mostArguments: Number.POSITIVE_INFINITY,
  summary: 'the same activity through the real path, once only however often it is run',
  options: READING,
  run: (invocation) =>
    withContext(invocation.config, async (context) => {
      const { settings } = inForce(context.rules)
      const activity = await read(invocation, settings)
      const progress = createProgress()
      const of = grouped(activity.events.length)
      const result = await importEvents(context, activity, {
        actor: actor(),
        reading: readingOf(invocation, settings),
        serverRuns: runningServer(context.config.home) !== null,
        onProgress: (done) => progress.show(`${grouped(done)} of ${of} events`),
      })
      progress.end()
      const { recorded, duplicate, ignored, rejected, points, held } = result
      const { files, notes, faults } = activity
      const lines = [
        `${grouped(recorded)} events recorded, ${grouped(points)} points granted${held ? `, ${grouped(held)} held` : ''}.`,
        `${grouped(duplicate)} were here already; ${grouped(ignored)} concern no rule; ${grouped(rejected)} were rejected.`,
        ...asides(activity),
      ]
      invocation.print({ ...result, files, notes, faults }, lines.join('\n'))
      return faults.length === 0 && rejected === 0 ? DONE : PROBLEM
    }),
}

async function read(invocation: Invocation, settings: Settings): Promise<Activity> {
  const { arguments: paths, options } = invocation
  if (paths.length === 0)
    throw new UsageError('which file? One or more logs downloaded from Moodle, or events as NDJSON')
  const { dates } = options
  if (dates !== undefined && dates !== 'dmy' && dates !== 'mdy') throw new UsageError('--dates is dmy or mdy')
  const progress = createProgress()
  const activity = await readActivity(paths, {
    source: settings.source,
    timezone: textOption(invocation, 'timezone') ?? settings.timezone,
    staff: options['keep-staff'] === true ? 'keep' : 'leave_out',
    ...(dates ? { dates } : {}),
    onProgress: ({ records, bytes, totalBytes }) =>
      progress.show(`reading: ${grouped(records)} records, ${Math.floor((100 * bytes) / Math.max(1, totalBytes))} %`),
  })
  progress.end()
  return activity
}

/** How the times of logs are read; it goes into the ids of what a log says. */
const readingOf = ({ options }: Invocation, settings: Settings): string =>
  `${options.timezone ?? settings.timezone}${options.dates ? `, ${options.dates}` : ''}`

function pointValueOf({ options }: Invocation): number | null {
  const written = options['point-value']
  if (written === undefined) return null
  const value = written === '' ? Number.NaN : Number(written)
  if (!(value >= 0)) throw new UsageError(`--point-value ${written} is no amount of money: write 0.01`)
  return value
}

interface Cost {
  readonly total: number
  readonly currency: string | null
}

function report(result: Simulation, activity: Activity, folder: string, cost: Cost | null): string {
  const { events, ignored, rejected, learners, earners, points, held, percentiles } = result
  const lines = [
    `Rules from ${folder}, tried on ${activity.files.length === 1 ? 'one file' : `${activity.files.length} files`}. Nothing was written.`,
    '',
    `${grouped(points)} points would have been granted${held ? `, and ${grouped(held)} held for review` : ''}, to ${grouped(earners)} of ${grouped(learners)} learners.`,
    `${grouped(events)} events were judged; ${grouped(ignored)} concern no rule${rejected ? `; ${grouped(rejected)} were rejected` : ''}.`,
    cost === null
      ? 'Cost: give a point’s worth with --point-value 0.01 to see what redeeming everything would cost.'
      : `Cost if everything were redeemed: ${cost.total.toFixed(2)} ${cost.currency ?? '(currency: see rocket.yaml)'}.`,
    '',
    table(
      ['rule', 'grants', 'points', 'learners', 'revoked'],
      result.rules.map((rule) => [rule.ruleId, rule.grants, rule.points + rule.held, rule.learners, rule.revoked]),
    ),
    '',
    ...refusals(result),
    ...unjudged(result),
    '',
    table(
      ['week of', 'grants', 'points', 'learners'],
      result.weeks.map(({ week, grants, points: granted, learners: who }) => [week, grants, granted, who]),
    ),
    '',
    `Points of a learner, by percentile: ${Object.entries(percentiles)
      .map(([name, value]) => `${name} ${grouped(value)}`)
      .join(', ')}.`,
    ...asides(activity),
  ]
  return lines.join('\n')
}

function refusals({ rules }: Simulation): string[] {
  const lines = rules.flatMap(({ ruleId, refused }) =>
    refused.map(({ code, count, example }) => `  ${ruleId}: ${code} ${grouped(count)} × — ${example}`),
  )
  return lines.length === 0 ? [] : ['What refused, and what a learner would have read:', ...lines]
}

/** A refusal for want of a field says nothing about the learner: live events carry what a log export does not. */
function unjudged(result: Simulation): string[] {
  const lines = result.unjudged.map(
    ({ ruleId, field, count }) => `  ${ruleId}: ${grouped(count)} events carry no ${field}`,
  )
  return lines.length === 0 ? [] : ['', 'What could not be judged, for want of what these rules ask for:', ...lines]
}

const FAULTS_SHOWN = 20

const nothingRead = (activity: Activity): string =>
  ['There is no event to judge in what was read.', ...asides(activity)].join('\n')

/** What could not be judged, was left out, or was wrong in the files. */
function asides({ notes, faults }: Activity): string[] {
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ path, line, message }) => `  ${path}:${line} ${message}`)
  const more =
    faults.length > FAULTS_SHOWN ? [`  and ${grouped(faults.length - FAULTS_SHOWN)} more (--json lists all)`] : []
  return [
    ...(notes.length > 0 ? ['', 'What to know about this activity:', ...notes.map(({ text }) => `  ${text}`)] : []),
    ...(faults.length > 0 ? ['', 'What could not be read:', ...shown, ...more] : []),
  ]
}

/** Columns: the first to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? grouped(cell) : cell)))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
    )
    .join('\n')
}
