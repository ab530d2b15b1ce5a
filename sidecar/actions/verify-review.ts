/** Re-derives from entries which holds wait for a person, and who is exempt from checks of timing. */
import type { Body } from '../domain/entry.js'
import type { ReviewClaims } from '../store/audit-review.js'
import type { OpenedRecord } from './opened-record.js'
import type { Fail } from './verify-chain.js'

const ANSWERS: ReadonlySet<string> = new Set(['release', 'void', 'revocation'])

export class ReviewCheck {
  /** The entries of holds → the account they were written for. */
  readonly #waiting = new Map<number, string>()
  readonly #exempt = new Set<string>()

  /** @param ownerOf whose a subject's entries are since accounts were merged. */
  constructor(
    readonly claims: ReviewClaims,
    readonly ownerOf: (subject: string) => string,
    readonly fail: Fail,
  ) {}

  entry(seq: number, subject: string, { kind, ref }: Body): void {
    if (kind === 'hold') this.#waiting.set(seq, subject)
    else if (ref !== null && ANSWERS.has(kind)) this.#waiting.delete(ref)
  }

  opened(subject: string, { detail }: OpenedRecord): void {
    if (detail?.exempt === true) this.#exempt.add(subject)
    if (detail?.exempt === false) this.#exempt.delete(subject)
  }

  merge(from: string, into: string): void {
    if (this.#exempt.delete(from)) this.#exempt.add(into)
  }

  erase(subject: string): void {
    this.#exempt.delete(subject)
    for (const [seq, of] of this.#waiting) if (of === subject) this.#waiting.delete(seq)
  }

  finish(): void {
    const { waiting, exempt } = this.claims
    for (const seq of new Set([...waiting.keys(), ...this.#waiting.keys()])) {
      const subject = this.#waiting.get(seq)
      if (subject === undefined || waiting.get(seq) !== this.ownerOf(subject))
        this.fail(null, `whether the points held by entry ${seq} wait for a person is not what the entries say`)
    }
    for (const subject of new Set([...exempt, ...this.#exempt])) {
      if (exempt.has(subject) !== this.#exempt.has(subject))
        this.fail(null, `learner ${subject}: whether they are exempt from checks of timing is not what the entries say`)
    }
  }
}
