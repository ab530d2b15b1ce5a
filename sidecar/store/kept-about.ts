/** Everything that is kept about one learner, as it is kept. Read-only, and whole: it throws rather than leave something out. */
import type { Fact } from '../domain/fact.js'
import type { ReasonCode } from '../domain/reason.js'
import type { Writer } from './database.js'
import { type KeptEvent, keptEvent } from './event.js'
import { LEDGER_COLUMNS, type LedgerRow } from './ledger-view.js'

/** Rows of one learner, of which one account may have been merged into another. */
export interface Kept {
  readonly accounts: readonly { readonly subject: string; readonly source: string; readonly user_id: string }[]
  readonly entries: readonly (LedgerRow & { readonly record: Readonly<Record<string, unknown>> })[]
  readonly events: readonly (KeptEvent & { readonly received: number })[]
  readonly facts: readonly Fact[]
  readonly withdrawals: readonly { readonly deed: string; readonly rule: string; readonly time: number }[]
  readonly notices: readonly {
    readonly time: number
    readonly code: ReasonCode
    readonly params: Readonly<Record<string, string | number | null>>
  }[]
  readonly tiers: readonly { readonly tier: string; readonly time: number }[]
  /** Points that were held, grants that were flagged, weeks that stood out. */
  readonly reviews: readonly {
    readonly kind: string
    readonly state: string
    readonly seq: number | null
    readonly week: string | null
    readonly found_by: string
    readonly opened: number
    readonly due: number | null
    readonly appealed: number | null
    readonly decided: number | null
    readonly evidence: unknown
    readonly opinion: unknown
  }[]
  /** What checks found, those in shadow too. */
  readonly hits: readonly {
    readonly check: string
    readonly state: string
    readonly event: string
    readonly time: number
    readonly points: number
    readonly observed: number
    readonly threshold: number
  }[]
  /** Attempts, posts and deletions of the last days, as checks compare them. Whom a post answered is left out. */
  readonly traces: readonly {
    readonly deed: string
    readonly object: string
    readonly time: number
    readonly event: string
    readonly activity: string | null
  }[]
  readonly weeks: readonly {
    readonly week: string
    readonly features: unknown
    readonly score: number | null
    readonly because: unknown
  }[]
  /** Since when nothing is held against them by the clock. */
  readonly exempt: readonly { readonly time: number }[]
  /** Calls with an idempotency key, and what was answered. */
  readonly calls: readonly { readonly asks: string; readonly answer: unknown; readonly time: number }[]
  readonly tokens: readonly {
    readonly id: string
    readonly scope: string
    readonly name: string | null
    readonly created: number
    readonly expires: number
    readonly revoked: number | null
  }[]
}

export class KeptAbout {
  readonly #connection

  constructor({ connection }: Writer) {
    this.#connection = connection
  }

  /** @param subjects of all of a learner's accounts. */
  read(subjects: readonly string[]): Kept {
    const connection = this.#connection
    const of = JSON.stringify(subjects)
    const rows = <Row>(sql: string): Row[] => connection.prepare<[{ of: string }], Row>(sql).all({ of })
    const mine = 'subject IN (SELECT value FROM json_each(@of))'
    const entries = rows<LedgerRow & { data: string | null }>(
      `SELECT ${LEDGER_COLUMNS.join()}, (SELECT data FROM private_record WHERE private_record.seq = ledger.seq) AS data
       FROM ledger WHERE ${mine} ORDER BY seq`,
    )
    return {
      accounts: rows(`SELECT subject, source, user_id FROM learner WHERE ${mine}`),
      entries: entries.map(({ data, ...entry }) => ({ ...entry, record: opened(entry.seq, data) })),
      events: rows<Parameters<typeof keptEvent>[0] & { received: number }>(
        `SELECT number, time, body, decisions, received FROM event WHERE ${mine} ORDER BY number`,
      ).map((row) => ({ ...keptEvent(row), received: row.received })),
      facts: rows(`SELECT kind, key, name, value, time FROM fact WHERE ${mine} ORDER BY kind, key`),
      withdrawals: rows(`SELECT deed, rule, time FROM withdrawal WHERE ${mine} ORDER BY time`),
      notices: rows<{ time: number; code: ReasonCode; params: string }>(
        `SELECT time, code, params FROM notice WHERE ${mine} ORDER BY number`,
      ).map((row) => ({ ...row, params: JSON.parse(row.params) })),
      tiers: rows(`SELECT tier, time FROM tier_reached WHERE ${mine} ORDER BY time`),
      reviews: rows<Record<'evidence' | 'opinion', string> & Kept['reviews'][number]>(
        `SELECT kind, state, seq, week, found_by, opened, due, appealed, decided, evidence, opinion FROM review
         WHERE ${mine} ORDER BY id`,
      ).map((row) => ({ ...row, evidence: JSON.parse(row.evidence), opinion: JSON.parse(row.opinion ?? 'null') })),
      hits: rows(
        `SELECT check_id AS "check", state, event, time, points, observed, threshold FROM check_hit
         WHERE ${mine} ORDER BY number`,
      ),
      traces: rows(`SELECT deed, object, time, event, activity FROM trace WHERE ${mine} ORDER BY time, object`),
      weeks: rows<Record<'features' | 'because', string> & Kept['weeks'][number]>(
        `SELECT week, features, score, because FROM learner_week WHERE ${mine} ORDER BY week`,
      ).map((row) => ({ ...row, features: JSON.parse(row.features), because: JSON.parse(row.because ?? 'null') })),
      exempt: rows(`SELECT since AS time FROM exempt WHERE ${mine}`),
      calls: rows<{ asks: string; answer: string; time: number }>(
        `SELECT fingerprint AS asks, answer, created AS time FROM idempotency
         WHERE caller IN (SELECT 'learner ' || value FROM json_each(@of)) OR (caller = 'adjustments' AND
           answer ->> '$.user_id' IN (SELECT user_id FROM learner WHERE ${mine})) ORDER BY created, fingerprint`,
      ).map((row) => ({ ...row, answer: JSON.parse(row.answer) })),
      tokens: rows(
        `SELECT id, scope, name, created, expires, revoked FROM token
         WHERE user_id IN (SELECT user_id FROM learner WHERE ${mine}) ORDER BY created`,
      ),
    }
  }
}

/** @throws where it is gone: an export that leaves something out is worse than none. */
function opened(seq: number, data: string | null): Readonly<Record<string, unknown>> {
  if (data === null) throw new Error(`the record of entry ${seq} is gone: run scripts/rocket ledger verify`)
  return JSON.parse(data)
}
