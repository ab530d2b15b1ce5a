/** A private record, opened, and what it can be held against. */
import type { Body } from '../domain/entry.js'
import type { Remembered } from '../store/audit-memory.js'

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
  readonly reason?: string
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

/** What the rules have to remember of a grant that stands, by its body and its record. @param subject whose it is now. */
export function rememberedOf(subject: string, seq: number, body: Body, record: OpenedRecord): Remembered {
  const { act = null, course = null, activity = null, object = null, time = '' } = record
  return {
    subject,
    seq,
    rule: body.ruleId,
    act,
    deed: act ?? object,
    course,
    activity,
    object,
    time: Date.parse(time),
    points: body.points + body.held,
    held: body.kind === 'hold' ? 1 : 0,
    standing: 1,
    void: 0,
  }
}

/** Whether a civil day somewhere on Earth can hold an instant. */
export function isNear(at: string, day: string): boolean {
  return at.startsWith(day) || Math.abs(Date.parse(at.slice(0, 10)) - Date.parse(day)) <= 86_400_000
}
