/**
 * `npm run bench:abuse -- [FOLDER] [--seeds N]`: abuse injected into real weeks of Moodle's logs, taken in by the real path
 * and scored by the nightly job; how much of it is found, and how many honest weeks a rule touches. The folder (or
 * ROCKET_REAL_DATA, its parent) holds the EDIFY exports; without them it says so and ends.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { ROOT } from '../../sidecar/version.js'
import { KINDS } from './abuse.js'
import { addHonest, addressesOf, honestEvents, Maker, type WeekOf } from './honest.js'
import { auroc, averagePrecision, mean, precisionAt, type Ranked, recallByKind } from './metrics.js'
import { Random } from './random.js'
import { readRealWeeks, type ScoredWeek, scoreWeeks } from './real-weeks.js'
import { measureSpeed } from './speed.js'

const SEVERITIES = { mixed: [1, 0.66, 0.33], mild: [0.33], stealth: [0.15] } as const
type Severity = keyof typeof SEVERITIES
const ABUSIVE = 0.02
const TOP = 0.02

interface Found {
  readonly week: ScoredWeek
  readonly kind: string | null
}

/** @param dayOfWeek the first day of the week of an instant. */
async function run(
  real: readonly LearningEvent[],
  severity: Severity,
  seed: number,
  dayOfWeek: (time: number) => string,
): Promise<{ found: Found[]; queued: Found[] }> {
  const random = new Random(seed)
  const honest = honestEvents(real, random)
  const weeks = weeksIn(honest, dayOfWeek)
  const maker = new Maker(random)
  addHonest(weeks, maker)
  const kinds = inject(weeks, severity, maker)
  const addressOf = addressesOf([...new Set(weeks.map(({ user }) => user))], random)
  const events = [...honest, ...maker.made]
    .map((event) => ({ ...event, data: { ip_hash: addressOf(event.user), ...event.data } }))
    .sort((a, b) => a.time - b.time)
  const scored = await scoreWeeks(events)
  const found = scored.weeks.map((week) => ({ week, kind: kinds.get(`${week.user} ${week.week}`) ?? null }))
  return { found, queued: found.slice(0, scored.queued) }
}

function weeksIn(events: readonly LearningEvent[], dayOfWeek: (time: number) => string): WeekOf[] {
  const weeks = new Map<string, { user: string; course: string; week: string; events: LearningEvent[] }>()
  for (const event of events) {
    if (event.actor !== null || event.course === null) continue
    const week = dayOfWeek(event.time)
    const key = `${event.user} ${week}`
    const known = weeks.get(key)
    if (known) known.events.push(event)
    else weeks.set(key, { user: event.user, course: event.course, week, events: [event] })
  }
  return [...weeks.values()]
}

/** @returns the kind of each abusive week, by `user week`. */
function inject(weeks: readonly WeekOf[], severity: Severity, maker: Maker): Map<string, string> {
  const { random } = maker
  const kinds = new Map<string, string>()
  const names = Object.keys(KINDS)
  const most = Math.round(weeks.length * ABUSIVE)
  for (let tries = 0; kinds.size < most && tries < 20 * most; tries++) {
    const week = random.pick(weeks)
    const name = names[tries % names.length]!
    if (kinds.has(keyOf(week))) continue
    const others = weeks.filter((other) => other.week === week.week && !kinds.has(keyOf(other)))
    const peers = KINDS[name]!.does(week, random.pick(SEVERITIES[severity]), maker, others)
    if (name === 'ring of two' && peers.length === 0) continue
    for (const one of [week, ...peers]) kinds.set(keyOf(one), name)
  }
  return kinds
}

const keyOf = ({ user, week }: WeekOf): string => `${user} ${week}`

const PER_RULE = 5
const fired = ({ week }: Found, without: readonly string[] = []): number =>
  week.because.found.filter(({ check }) => !without.includes(check)).length
const rare = (one: Found): number => (one.week.score ?? 0) - PER_RULE * Math.min(3, fired(one))
const hybrid = (one: Found, without: readonly string[] = []): number =>
  rare(one) + PER_RULE * Math.min(3, fired(one, without))

const METHODS: Readonly<Record<string, (one: Found) => number>> = {
  'rules, how many fired': (one) => fired(one),
  'ECOD, top three features': rare,
  'both (what Rocket does)': (one) => hybrid(one),
}

const ranked = (found: readonly Found[], score: (one: Found) => number): Ranked[] =>
  found.map((one) => ({ score: score(one), kind: one.kind }))

const shown = (value: number): string => value.toFixed(3)
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const { values, positionals } = parseArgs({ options: { seeds: { type: 'string' } }, allowPositionals: true })
const parent = process.env.ROCKET_REAL_DATA ?? join(ROOT, '..', 'shared', 'data')
const real = await readRealWeeks(positionals[0] ?? join(parent, 'edify'))
if (real !== null) await report(real, Number(values.seeds ?? 5))

async function report(events: readonly LearningEvent[], seeds: number): Promise<void> {
  const plain = await scoreWeeks(events)
  const learners = new Set(plain.weeks.map(({ user }) => user)).size
  const untouched = plain.weeks.filter(({ because }) => because.found.length > 0).length
  const say = (text: string) => process.stdout.write(`${text}\n\n`)
  say(`# Abuse in real weeks, ${new Date().toISOString().slice(0, 10)}`)
  say(
    `${plain.weeks.length} real weeks of ${learners} learners (EDIFY: Hasan et al. 2021, Data 6(11):110, CC BY 4.0). Quizzes, posts, ` +
      `addresses and seconds are made up, abuse is added onto ${100 * ABUSIVE} % of the weeks, ${Object.keys(KINDS).length} kinds, by this ` +
      `bench's own generator; ${seeds} seeds, means. The thresholds do not come from it. In the logs as they are, without ` +
      `anything made up, a rule fires in ${untouched} weeks (${((100 * untouched) / plain.weeks.length).toFixed(2)} %).`,
  )
  for (const severity of Object.keys(SEVERITIES) as Severity[]) {
    const runs: { found: Found[]; queued: Found[] }[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      process.stderr.write(`${severity}, seed ${seed} of ${seeds}\n`)
      runs.push(await run(events, severity, seed, plain.dayOfWeek))
    }
    say(`## ${severity}: ${SEVERITIES[severity].join(', ')} of the whole`)
    say(overall(runs.map(({ found }) => found)))
    say(byKind(runs.map(({ found }) => found)))
    const honest = runs.flatMap(({ found }) => found.filter(({ kind }) => kind === null))
    const touched = honest.filter((one) => fired(one) > 0)
    const queued = runs.flatMap((one) => one.queued)
    const abusive = queued.filter(({ kind }) => kind !== null).length
    say(
      `A rule fires in ${((100 * touched.length) / honest.length).toFixed(2)} % of honest weeks (aim: 0.7 % at most; ${touched.length} of ` +
        `${honest.length}: ${rulesOf(touched)}). The queue got ${queued.length} weeks, ${abusive} of them abusive.`,
    )
  }
  say(await measureSpeed())
}

function overall(runs: readonly (readonly Found[])[]): string {
  const rows = Object.entries(METHODS).map(([name, score]) => {
    const lists = runs.map((found) => ranked(found, score))
    return [
      name,
      shown(mean(lists.map(auroc))),
      shown(mean(lists.map(averagePrecision))),
      shown(mean(lists.map((list) => precisionAt(list, 20)))),
    ]
  })
  return table(['method', 'AUROC', 'average precision', 'P@20'], rows)
}

/** Recall in the top 2 %; the last column has no rule that was written for the kind: abuse that nobody foresaw. */
function byKind(runs: readonly (readonly Found[])[]): string {
  const recalls = (score: (one: Found) => number, kind: string) =>
    shown(mean(runs.flatMap((found) => recallByKind(ranked(found, score), TOP).get(kind) ?? [])))
  const rows = Object.entries(KINDS).map(([kind, { rules }]) => [
    kind,
    ...Object.values(METHODS).map((score) => recalls(score, kind)),
    recalls((one) => hybrid(one, rules), kind),
  ])
  return table([`recall in the top ${100 * TOP} %`, ...Object.keys(METHODS), 'both, its own rules left out'], rows)
}

function rulesOf(found: readonly Found[]): string {
  const counts = new Map<string, number>()
  for (const { week } of found)
    for (const { check } of week.because.found) counts.set(check, (counts.get(check) ?? 0) + 1)
  return (
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([rule, count]) => `${rule} ${count}`)
      .join(', ') || 'none'
  )
}
