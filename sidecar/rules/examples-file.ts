import type { Place } from './cursor.js'
import { readDocument } from './document.js'
import { type ExampleEvent, exampleEvent } from './example-event.js'
import { fieldsOf, mapOf } from './fields.js'
import type { Problem } from './problem.js'
import { Report } from './report.js'
import { completed, course } from './requires.js'
import { listOf, number, type Reader, text, whole, word } from './values.js'

export type { ExampleEvent } from './example-event.js'
export type { Expectation, ExpectedOfRule, ExpectedOutcome } from './expectation.js'

/** A case that a rule pack is meant to decide, written beside it: an example is a test. */
export interface Example {
  /** What the example shows. */
  readonly title: string
  readonly facts: ExampleFacts
  /** In the order in which they are sent; each with what it should bring. */
  readonly events: readonly ExampleEvent[]
  readonly place: Place
}

/** What is known of every learner of the example before its first event. */
export interface ExampleFacts {
  /** `badge:17` or an exact name. */
  readonly badges: readonly string[]
  /** `course:7`, a course's ID number or `activity:quiz:123`. */
  readonly completed: readonly string[]
  /** Percent, by `course:7` or a course's ID number. */
  readonly completionRate: ReadonlyMap<string, number>
  /** Lifetime points. */
  readonly lifetime: number
}

/**
 * Reads the examples of one file (`quiz.examples.yaml` beside `quiz.yaml`): a list of `{title, facts, events}`.
 *
 * Pure, and never throws. Whether the rules named exist is for the runner to say, which has the rules.
 * @returns all examples, or none where there is an error; and all mistakes by line and column.
 */
export function readExamples(file: string, content: string): { examples: Example[]; problems: Problem[] } {
  const report = new Report()
  const document = readDocument(file, content, report)
  const isEmpty = document?.shape.kind === 'scalar' && document.shape.value === null
  let count = 0
  const read: Reader<Example> = (at) => {
    count += 1
    return exampleOf(count)(at)
  }
  const examples = document && !isEmpty ? listOf(read)(document) : []
  return { examples: report.errors === 0 ? (examples ?? []) : [], problems: report.sorted() }
}

const NOTHING_KNOWN: ExampleFacts = { badges: [], completed: [], completionRate: new Map(), lifetime: 0 }

function exampleOf(position: number): Reader<Example> {
  return (at) => {
    const fields = fieldsOf(at, 'an example', ['title', 'facts', 'events'])
    if (!fields) return null
    const title = fields.need('title', text)
    const facts = fields.read('facts', readFacts) ?? NOTHING_KNOWN
    let count = 0
    const events = fields.need(
      'events',
      listOf((event) => {
        count += 1
        return exampleEvent(`example-${position}-event-${count}`)(event)
      }),
    )
    if (title === null || events === null) return null
    if (events.length === count && events.every(({ expect }) => expect === null)) {
      return fields.key('events').fail('no event of this example says what to expect; give at least one `expect`')
    }
    return { title, facts, events, place: at.place }
  }
}

const readFacts: Reader<ExampleFacts> = (at) => {
  const fields = fieldsOf(at, 'facts', ['badges', 'completed', 'completion_rate', 'lifetime'])
  if (!fields) return null
  return {
    badges: fields.read('badges', listOf(word)) ?? [],
    completed: fields.read('completed', listOf(completed)) ?? [],
    completionRate: fields.read('completion_rate', readRates) ?? new Map(),
    lifetime: fields.read('lifetime', whole(0, 1_000_000_000)) ?? 0,
  }
}

const readRates: Reader<ReadonlyMap<string, number>> = (at) => {
  const rates = new Map<string, number>()
  for (const { key, value } of mapOf(at, at.name) ?? []) {
    const name = course(key)
    const rate = number(0, 100)(value)
    if (name !== null && rate !== null) rates.set(name, rate)
  }
  return rates
}
