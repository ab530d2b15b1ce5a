/** Re-derives from entries who was merged with whom, who is frozen, which records an erasure took, and why redeeming rests. */
import type { Body } from '../domain/entry.js'
import type { RightsClaims } from '../store/audit.js'
import type { OpenedRecord } from './opened-record.js'
import type { Fail } from './verify-chain.js'

/** What left an account, and has not arrived yet. */
interface Underway {
  readonly from: string
  points: number
  held: number
  into: string | null
}

export class RightsCheck {
  readonly #merged = new Map<string, string>()
  readonly #underway = new Map<number, Underway>()
  /** subject → why. */
  readonly #frozen = new Map<string, string>()
  readonly #erased = new Set<string>()
  /** cause → why. */
  readonly #paused = new Map<string, string>()
  /** How many records of a subject are gone, of those that may be. */
  readonly #gone = new Map<string, number>()

  constructor(
    readonly claims: RightsClaims,
    readonly fail: Fail,
  ) {}

  /** Records that an erasure declares gone. */
  get erased(): number {
    let sum = 0
    for (const subject of this.#erased) sum += this.#gone.get(subject) ?? 0
    return sum
  }

  /** Whose a subject's entries are, as far as was read. */
  readonly ownerOf = (subject: string): string => this.#merged.get(subject) ?? subject

  /** A record is missing. @returns whether an erasure that comes later can declare that. */
  missing(seq: number, subject: string | null): boolean {
    const erasure = subject === null ? undefined : this.claims.erased.get(subject)
    if (subject === null || erasure === undefined || seq >= erasure) return false
    this.#gone.set(subject, (this.#gone.get(subject) ?? 0) + 1)
    return true
  }

  /** A record is there, and what it says. */
  opened(seq: number, subject: string, record: OpenedRecord): void {
    if (seq < (this.claims.erased.get(subject) ?? 0))
      this.fail(seq, 'its learner was erased, and its record is still there')
    const { frozen, why } = record.detail ?? {}
    if (frozen === true) this.#frozen.set(subject, String(why))
    if (frozen === false) this.#frozen.delete(subject)
  }

  /** Redeeming was paused, or goes on. */
  administered({ detail }: OpenedRecord): void {
    const { paused, resumed, cause, why } = detail ?? {}
    if (paused === 'redeeming') this.#paused.set(String(cause), String(why))
    if (resumed === 'redeeming') this.#paused.delete(String(cause))
  }

  /** @returns the account whose all is this one's from here on; null: no account's is. */
  merge(seq: number, subject: string, { points, held, ref }: Body): string | null {
    if (ref === null) {
      this.#underway.set(seq, { from: subject, points: -points, held: -held, into: null })
      return null
    }
    const underway = this.#underway.get(ref)
    if (!underway || underway.from === subject || (underway.into !== null && underway.into !== subject)) {
      this.fail(seq, 'it brings what left no other account for this one')
      return null
    }
    const { from, into: before } = underway
    underway.points -= points
    underway.held -= held
    underway.into = subject
    if (before !== null) return null
    for (const [other, into] of this.#merged) if (into === from) this.#merged.set(other, subject)
    this.#merged.set(from, subject)
    this.#frozen.delete(from)
    return from
  }

  erase(seq: number, subject: string, record: OpenedRecord | null): void {
    if (this.claims.erased.get(subject) !== seq)
      this.fail(seq, 'it erases a learner whom the index of erasures does not name', 'table')
    const [gone, declared] = [this.#gone.get(subject) ?? 0, record?.detail?.records]
    if (gone !== declared) this.fail(seq, `it declares ${declared} records erased, and ${gone} are missing`)
    this.#erased.add(subject)
    this.#frozen.delete(subject)
  }

  finish(): void {
    const { frozen, merged, erased, paused } = this.claims
    for (const [seq, { points, held, into }] of this.#underway) {
      if (points !== 0 || held !== 0 || into === null)
        this.fail(seq, 'what leaves this account by it arrives at no other')
    }
    for (const subject of new Set([...merged.keys(), ...this.#merged.keys()])) {
      if (merged.get(subject) !== this.#merged.get(subject))
        this.fail(null, `learner ${subject}: the index of merged accounts is not what the entries say`)
    }
    for (const subject of erased.keys()) {
      if (!this.#erased.has(subject)) this.fail(null, `learner ${subject} is kept as erased, and no entry says so`)
    }
    for (const subject of new Set([...frozen.keys(), ...this.#frozen.keys()])) {
      if (frozen.get(subject) !== this.#frozen.get(subject))
        this.fail(null, `learner ${subject}: whether they are frozen, and why, is not what the entries say`)
    }
    for (const cause of new Set([...paused.keys(), ...this.#paused.keys()])) {
      if (paused.get(cause) !== this.#paused.get(cause))
        this.fail(null, `whether redeeming is paused (${cause}), and why, is not what the entries say`)
    }
  }
}
