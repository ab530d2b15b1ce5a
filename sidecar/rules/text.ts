/** What a learner reads: one text, or a map from language to text. */
import type { Text } from '../domain/rule.js'
import { type Cursor, quote } from './cursor.js'
import { mapOf } from './fields.js'
import { text } from './values.js'

/** A language as Moodle names it: `en`, `pt_br`, `de_kids`. */
const LANGUAGE = /^[a-z]{2,3}(?:[_-][A-Za-z0-9]+)*$/

export function readText(at: Cursor): Text | null {
  if (at.shape.kind !== 'map') return text(at)
  const texts = new Map<string, string>()
  for (const { key, name, value } of mapOf(at, at.name) ?? []) {
    if (!LANGUAGE.test(name)) key.fail(`${quote(name)} is not a language code such as en, de or pt_br`)
    const written = text(value)
    if (written !== null) texts.set(name, written)
  }
  return Object.fromEntries(texts)
}
