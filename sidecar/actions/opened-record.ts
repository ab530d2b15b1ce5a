/** A private record, opened, and what it can be held against. */
import type { Body } from '../domain/entry.js'
import type { Remembered } from '../store/audit.js'

/** What a private record says, as far as it can be held against anything. */
export interface OpenedRecord {
  readonly at: string
  readonly source: string
  readonly user_id?: string
  readonly act?: string
  readonly course?: string
  readonly activity?: string
  readonly object?: string
  readonly time?: string
  readonly detail?: Readonly<Record<string, unknown>> & { readonly files?: Readonly<Record<string, string>> }
}

/** Null: it is not JSON with a source and a time. */
export function parseRecord(data: string): OpenedRecord | null {
  try {
    const record = JSON.parse(data) as OpenedRecord
    return typeof record.source === 'string' && typeof record.at === 'string' ? record : null
  } catch {
    return null
  }
}

export const isGrant = ({ kind }: Body): boolean => kind === 'grant' || kind === 'hold'

/** Whether the rules' memory of a grant is what its body and its record say. */
export function remembers(row: Remembered | undefined, body: Body, record: OpenedRecord): boolean {
  const { act = null, course = null, activity = null, object = null, time } = record
  return (
    row !== undefined &&
    row.rule === body.ruleId &&
    row.points === body.points + body.held &&
    row.held === (body.kind === 'hold' ? 1 : 0) &&
    row.act === act &&
    row.deed === (act ?? object) &&
    row.course === course &&
    row.activity === activity &&
    row.object === object &&
    new Date(row.time).toISOString() === time
  )
}

/** Whether a civil day somewhere on Earth can hold an instant. */
export function isNear(at: string, day: string): boolean {
  return at.startsWith(day) || Math.abs(Date.parse(at.slice(0, 10)) - Date.parse(day)) <= 86_400_000
}
