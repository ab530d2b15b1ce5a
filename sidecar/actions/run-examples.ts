/** Runs the examples beside the packs: each in a Rocket of its own, by the real path. */
import type { CompiledRules } from '../domain/compile.js'
import { sums } from '../domain/decision.js'
import { entryOf } from '../domain/entry.js'
import { completionKey, type Fact } from '../domain/fact.js'
import type { Example, ExpectedOutcome } from '../rules/examples-file.js'
import type { Files } from '../store/configuration.js'
import type { Stores } from '../store/stores.js'
import { type IngestResult, ingest } from './ingest.js'
import { openSandbox } from './sandbox.js'

export interface ExampleRun {
  readonly title: string
  /** What came out otherwise than expected, with the place of the expectation; empty where all went as it should. */
  readonly failures: readonly { readonly line: number; readonly column: number; readonly message: string }[]
}

/** @throws ConfigurationRefused where the packs themselves hold mistakes. */
export function runExample(files: Files, example: Example): ExampleRun {
  const sandbox = openSandbox(files)
  const { stores, rules } = sandbox
  try {
    const failures = example.events.flatMap(({ event, expect }, index) => {
      const result = stores.writer.write(() => {
        const isFirst = !example.events.slice(0, index).some((earlier) => earlier.event.user === event.user)
        if (isFirst) giveFacts(stores, rules, event.user, example)
        return ingest(stores, rules, event, event.time)
      })
      if (!expect) return []
      if (expect.kind === 'event') return compare(expect.place, '', expect.outcome, result, result.decisions)
      return expect.rules.flatMap(({ rule, outcome, place }) => {
        const decisions = result.decisions.filter(({ ruleId }) => ruleId === rule)
        const known = rules.rules.some((compiled) => compiled.rule.id === rule)
        if (!known) return [{ ...place, message: `there is no active rule ${rule}` }]
        return compare(place, `${rule}: `, outcome, result, decisions)
      })
    })
    return { title: example.title, failures }
  } finally {
    sandbox.close()
  }
}

interface Place {
  readonly line: number
  readonly column: number
}

function compare(
  { line, column }: Place,
  who: string,
  expected: ExpectedOutcome,
  { status }: IngestResult,
  decisions: IngestResult['decisions'],
): ExampleRun['failures'] {
  const { points, held } = sums(decisions)
  const codes = decisions.map(({ reason }) => reason.code)
  const came =
    decisions.length === 0 ? `no rule decided (${status})` : `${points} points, ${held} held (${codes.join(', ')})`
  const fine =
    expected.kind === 'points'
      ? points === expected.points
      : expected.kind === 'held'
        ? held === expected.points
        : codes.includes(expected.code) && (points === 0 || decisions.length === 1)
  const wanted = expected.kind === 'reason' ? expected.code : `${expected.points} ${expected.kind}`
  return fine ? [] : [{ line, column, message: `${who}expected ${wanted}, came ${came}` }]
}

/** What a learner of the example has before its first event. */
function giveFacts(
  { learners, ledger }: Stores,
  { settings, civil }: CompiledRules,
  user: string,
  example: Example,
): void {
  const { badges, completed, completionRate, lifetime } = example.facts
  const subject = learners.enrol(settings.source, user)
  const know = (kind: Fact['kind'], key: string, name: string, value: number) =>
    learners.addFact(subject, { kind, key, name, value, time: 0 })
  for (const badge of badges) know('badge', badge.startsWith('badge:') ? badge : `badge:named ${badge}`, badge, 1)
  for (const target of completed) know('completed', factKey(target, example), '', 1)
  for (const [course, rate] of completionRate) know('completion_rate', factKey(course, example), '', rate)
  if (lifetime === 0) return
  const record = { userId: user, reason: 'given by the example' }
  ledger.append(entryOf({ kind: 'adjustment', subject, points: lifetime, record }), settings.source, 0, civil)
}

/** A course named by its ID number is the one that an event of the example gives this ID number; else it is known by that. */
function factKey(target: string, { events }: Example): string {
  if (target.startsWith('course:') || target.startsWith('activity:')) return completionKey(target)
  const course = events.find(({ event }) => event.courseIdnumber === target)?.event.course
  return course ? `course:${course}` : `idnumber:${target}`
}
