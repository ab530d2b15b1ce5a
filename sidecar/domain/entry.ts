/**
 * One line of the ledger. Its body is one line of JSON with fixed keys in sorted order (byte-identical to RFC 8785), and
 * it identifies nobody: what does lies beside it in the private record, bound to the body by a salted commitment.
 * The bytes made here can never change; `test/golden` freezes them.
 */
import { hash } from 'node:crypto'

export const KINDS = [
  'grant',
  'hold',
  'release',
  'void',
  'revocation',
  'expiry',
  'adjustment',
  'redemption',
  'consumption',
  'refund',
  'merge',
  'erasure',
  'configuration',
  'approval',
  'administration',
  'key',
] as const
export type Kind = (typeof KINDS)[number]

/** Kinds whose points count towards lifetime: spending never demotes. */
export const LIFETIME_KINDS: ReadonlySet<Kind> = new Set(['grant', 'release', 'revocation', 'adjustment'])

/** The `prev` of the first entry. */
export const GENESIS = '0'.repeat(64)

/** Where the chain stands: the last entry's number and hash. */
export interface Head {
  readonly seq: number
  readonly hash: string
}
export const EMPTY: Head = { seq: 0, hash: GENESIS }

/** What is decided, before it has a place in the chain. */
export interface ProposedEntry {
  readonly kind: Kind
  /** The learner's opaque name on the ledger; null where no learner is concerned. */
  readonly subject: string | null
  /** Signed change of the spendable balance. */
  readonly points: number
  /** Signed change of the held balance. */
  readonly held: number
  /** `id@version`. */
  readonly rule: string | null
  /** Civil day on which the points lapse. */
  readonly expires: string | null
  /** The `seq` this entry answers. */
  readonly ref: number | null
  readonly spending?: Spending | undefined
  readonly record: PrivateRecord
}

/** An entry of a kind, with its record; whatever else is not said is nothing. */
export function entryOf(given: Pick<ProposedEntry, 'kind' | 'record'> & Partial<ProposedEntry>): ProposedEntry {
  return { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null, ...given }
}

/** What an entry about a reward adds. */
export interface Spending {
  readonly reward: string
  readonly budget: string | null
  /** Money, in minor units: committed, or with a minus given back. */
  readonly amountMinor: number | null
  /** ISO 4217; null where there is no money. */
  readonly currency: string | null
}
const NO_SPENDING = { reward: null, budget: null, amountMinor: null, currency: null }

/** What identifies and explains; deleted when the learner is erased. Only keys that have a value are written. */
export interface PrivateRecord {
  /** The learner in the LMS. */
  readonly userId?: string | undefined
  readonly eventId?: string | undefined
  readonly event?: string | undefined
  /** When it happened, RFC 3339. */
  readonly time?: string | undefined
  readonly course?: string | undefined
  readonly activity?: string | undefined
  readonly object?: string | undefined
  readonly act?: string | undefined
  readonly origin?: string | undefined
  readonly actor?: string | undefined
  readonly reason?: string | undefined
  /** What was decided on, and anything else that belongs to this kind of entry. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

/** An entry in its place, as it is stored: exact bytes, never rebuilt. */
export interface Entry {
  readonly seq: number
  readonly body: string
  readonly hash: string
  readonly salt: string
  readonly data: string
}

/** Where and when an entry is written. */
export interface Writing {
  readonly source: string
  /** Exact time, RFC 3339 with milliseconds. */
  readonly at: string
  /** The same instant as a civil day in the institution's zone. */
  readonly day: string
  /** 64 hex digits, random, used once. */
  readonly salt: string
}

/** The exact text of a private record. Keys are in sorted order; those without a value are left out. */
export function recordText(record: PrivateRecord, writing: Writing): string {
  return JSON.stringify({
    act: record.act,
    activity: record.activity,
    actor: record.actor,
    at: writing.at,
    course: record.course,
    detail: record.detail,
    event: record.event,
    event_id: record.eventId,
    object: record.object,
    origin: record.origin,
    reason: record.reason,
    source: writing.source,
    time: record.time,
    user_id: record.userId,
  })
}

/** The commitment under `priv`: SHA-256 of a prefix, the salt and the record's exact text, a line each. */
export function commitment(salt: string, data: string): string {
  return hash('sha256', `rocket-private/v1\n${salt}\n${data}`, 'hex')
}

/** SHA-256(0x00 ‖ body): the link of the chain, and the leaf hash of RFC 6962 §2.1 at once. */
export function entryHash(body: string): string {
  return hash('sha256', `\0${body}`, 'hex')
}

/** Puts a proposed entry in its place after `head`. Pure: time, salt and place are given. */
export function sequence(head: Head, proposed: ProposedEntry, writing: Writing): Entry {
  const seq = head.seq + 1
  const data = recordText(proposed.record, writing)
  const { reward, budget, amountMinor, currency } = proposed.spending ?? NO_SPENDING
  const body = JSON.stringify({
    amount_minor: amountMinor,
    budget,
    currency,
    day: writing.day,
    expires: proposed.expires,
    held: proposed.held,
    kind: proposed.kind,
    points: proposed.points,
    prev: head.hash,
    priv: commitment(writing.salt, data),
    ref: proposed.ref,
    reward,
    rule: proposed.rule,
    seq,
    source: writing.source,
    subject: proposed.subject,
    v: 1,
  })
  return { seq, body, hash: entryHash(body), salt: writing.salt, data }
}

/** What a body says, as far as re-deriving needs it. */
export interface Body {
  readonly amountMinor: number | null
  readonly budget: string | null
  readonly currency: string | null
  readonly day: string
  readonly expires: string | null
  readonly held: number
  readonly kind: string
  readonly points: number
  readonly priv: string
  readonly ref: number | null
  readonly reward: string | null
  /** Without its version. */
  readonly ruleId: string | null
  readonly source: string
  readonly subject: string | null
}

const kept = (pattern: string) => `(?:null|"(${pattern})")`
const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
const whole = '(?:0|-?[1-9][0-9]{0,15})'
const slug = '[A-Za-z0-9._-]+'
const BODY = new RegExp(
  `^\\{"amount_minor":(null|${whole}),"budget":${kept(slug)},"currency":${kept('[A-Z]{3}')},"day":"(${date})",` +
    `"expires":${kept(date)},"held":(${whole}),"kind":"([a-z]+)","points":(${whole}),` +
    `"prev":"[0-9a-f]{64}","priv":"([0-9a-f]{64})","ref":(null|[1-9][0-9]{0,15}),"reward":${kept(slug)},` +
    `"rule":(?:null|"(${slug})@[0-9a-f]{12}"),"seq":[1-9][0-9]{0,15},"source":"(${slug})","subject":(?:null|"([0-9a-f]{24})"),"v":1\\}$`,
)

/**
 * Reads a body, where it has exactly the form that `sequence` writes: no text in it needs an escape, so one pattern is
 * the whole grammar, and twice as fast as a parser and a second look at its keys. Null: it is not one of ours.
 */
export function readBody(body: string): Body | null {
  const match = BODY.exec(body)
  if (!match) return null
  const [
    ,
    amount,
    budget,
    currency,
    day = '',
    expires,
    held,
    kind = '',
    points,
    priv = '',
    ref,
    reward,
    ruleId,
    source = '',
    subject,
  ] = match
  return {
    amountMinor: amount === 'null' ? null : Number(amount),
    budget: budget ?? null,
    currency: currency ?? null,
    day,
    expires: expires ?? null,
    held: Number(held),
    kind,
    points: Number(points),
    priv,
    ref: ref === 'null' ? null : Number(ref),
    reward: reward ?? null,
    ruleId: ruleId ?? null,
    source,
    subject: subject ?? null,
  }
}
