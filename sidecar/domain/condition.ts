/** Conditions compiled once to closures. */
import { type FieldValue, fieldOf, type LearningEvent } from './learning-event.js'
import type { Condition, Test } from './rule.js'

/** The first test that failed: what a learner is told. */
export interface Failure {
  readonly field: string
  readonly test: string
  readonly value: FieldValue | null
}

/** Null: the condition holds. */
export type CompiledCondition = (event: LearningEvent) => Failure | null

export function compileCondition(condition: Condition): CompiledCondition {
  switch (condition.kind) {
    case 'test': {
      const { field, written } = condition
      const holds = compileTest(condition.test)
      return (event) => {
        const value = fieldOf(event, field)
        return holds(value) ? null : { field, test: written, value: value ?? null }
      }
    }
    case 'all': {
      const parts = condition.of.map(compileCondition)
      return (event) => {
        for (const part of parts) {
          const failure = part(event)
          if (failure) return failure
        }
        return null
      }
    }
    case 'any': {
      const parts = condition.of.map(compileCondition)
      return (event) => {
        let first: Failure | null = null
        for (const part of parts) {
          const failure = part(event)
          if (!failure) return null
          first ??= failure
        }
        return first
      }
    }
    case 'not': {
      const inner = compileCondition(condition.of)
      const fields = fieldsOf(condition.of)
      const field = [...fields][0] ?? ''
      return (event) => (inner(event) ? null : { field, test: 'otherwise', value: fieldOf(event, field) ?? null })
    }
  }
}

/** A test of one value; `undefined` is a field that was not sent. */
export function compileTest(test: Test): (value: FieldValue | undefined) => boolean {
  switch (test.op) {
    case '>=':
      return (value) => typeof value === 'number' && value >= test.value
    case '>':
      return (value) => typeof value === 'number' && value > test.value
    case '<=':
      return (value) => typeof value === 'number' && value <= test.value
    case '<':
      return (value) => typeof value === 'number' && value < test.value
    case 'between':
      return (value) => typeof value === 'number' && value >= test.low && value <= test.high
    case '=':
      return (value) => same(value, test.value)
    case '!=':
      return (value) => !same(value, test.value)
    case 'in':
      return (value) => test.values.some((wanted) => same(value, wanted))
    case 'like': {
      const matches = glob(test.pattern)
      return (value) => value !== undefined && matches(String(value))
    }
    case 'present':
      return (value) => value !== undefined
    case 'absent':
      return (value) => value === undefined
  }
}

/** Course 7 is the course "7": YAML reads a number where the wire has text. */
function same(value: FieldValue | undefined, wanted: FieldValue): boolean {
  return value === wanted || (value !== undefined && String(value) === String(wanted))
}

/** `*` stands for any text; case does not matter. Linear in the text, so no pattern can be made slow. */
function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split('*')
  const [first = '', last = ''] = [parts[0], parts.at(-1)]
  if (parts.length === 1) return (text) => text.toLowerCase() === first
  return (text) => {
    const lower = text.toLowerCase()
    if (!lower.startsWith(first) || !lower.endsWith(last)) return false
    let from = first.length
    for (const part of parts.slice(1, -1)) {
      const at = lower.indexOf(part, from)
      if (at < 0) return false
      from = at + part.length
    }
    return from <= lower.length - last.length
  }
}

/** Every field a condition reads. */
export function fieldsOf(condition: Condition | null): Set<string> {
  if (!condition) return new Set()
  if (condition.kind === 'test') return new Set([condition.field])
  const parts = condition.kind === 'not' ? [condition.of] : condition.of
  return new Set(parts.flatMap((part) => [...fieldsOf(part)]))
}
