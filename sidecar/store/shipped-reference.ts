/** What weeks are compared with before an institution has enough of its own: learned once from public data. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reference } from '../domain/anomaly.js'

export interface ShippedReference extends Reference {
  /** Where the data come from, their licence, and how the file is made. */
  readonly credit: string
  /** It was learned where these were subscribed to: beside others it says nothing. */
  readonly events: readonly string[]
}

export const SHIPPED_REFERENCE = join(import.meta.dirname, 'reference', 'edify.json')

export function readShippedReference(): ShippedReference {
  return JSON.parse(readFileSync(SHIPPED_REFERENCE, 'utf8')) as ShippedReference
}
