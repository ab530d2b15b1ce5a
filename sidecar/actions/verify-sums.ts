/** Re-derives balances, and what the rules remember of grants, from the bodies of entries. */
import { type Body, type Kind, LIFETIME_KINDS } from '../domain/entry.js'
import type { Claims } from '../store/audit.js'
import { isGrant } from './opened-record.js'

interface Sums {
  points: number
  held: number
  lifetime: number
  grants: number
  granted: number
}

/** What is no sum over one account's entries alone: it goes along where accounts are merged. */
const ALONG = ['lifetime', 'grants', 'granted'] as const

export class SumsCheck {
  readonly #sums = new Map<string, Sums>()
  /** What came of a grant last. */
  readonly #answered = new Map<number, 'release' | 'void' | 'revocation'>()

  /** @param grantAt the grant or hold of an entry; null: it is none. @param ownerOf whose a subject's entries are since accounts were merged. */
  constructor(
    readonly claims: Pick<Claims, 'balances' | 'memory'>,
    readonly grantAt: (seq: number) => Body | null,
    readonly ownerOf: (subject: string) => string,
    readonly fail: (seq: number | null, message: string) => void,
  ) {}

  pointsOf(subject: string | null): number {
    return this.#sums.get(subject ?? '')?.points ?? 0
  }

  entry(seq: number, subject: string, body: Body): void {
    const { kind, points, held } = body
    const sums = this.#of(subject)
    sums.points += points
    sums.held += held
    if (LIFETIME_KINDS.has(kind as Kind)) sums.lifetime += points
    if (sums.held < 0) this.fail(seq, 'it takes more held points than the learner had')
    if (isGrant(body)) {
      sums.grants++
      sums.granted += points + held
    }
    if (kind === 'revocation' || kind === 'release' || kind === 'void') this.#answer(seq, subject, kind, body)
  }

  /** Points held are released, or are not given; what was granted, or released, is taken back: each once, and whole. */
  #answer(seq: number, subject: string, kind: 'revocation' | 'release' | 'void', { ref, points, held }: Body): void {
    const granted = ref === null ? null : this.grantAt(ref)
    const before = this.#answered.get(ref ?? 0) ?? null
    const isHeld = granted?.kind === 'hold' && before === null
    const amount = granted === null ? 0 : granted.points + granted.held
    const isAnswerable = kind === 'revocation' ? before === null || before === 'release' : isHeld
    const isWhole =
      held === (isHeld ? 0 - amount : 0) &&
      points === (kind === 'release' ? amount : kind === 'void' || isHeld ? 0 : 0 - amount)
    if (ref === null || granted?.subject == null || this.ownerOf(granted.subject) !== subject || !isAnswerable) {
      const what =
        kind === 'revocation' ? 'takes back what this learner was not granted' : 'answers no hold of this learner'
      return this.fail(seq, `it ${what}, or a second time`)
    }
    if (!isWhole) this.fail(seq, `it is not over the ${amount} points of entry ${ref}`)
    this.#answered.set(ref, kind)
  }

  /** Points go by the entries themselves. */
  merge(from: string, into: string): void {
    const [left, kept] = [this.#of(from), this.#of(into)]
    for (const key of ALONG) {
      kept[key] += left[key]
      left[key] = 0
    }
  }

  erase(seq: number, subject: string): void {
    const sums = this.#of(subject)
    if (sums.points !== 0 || sums.held !== 0) this.fail(seq, 'it leaves points to a learner who is erased')
    for (const key of ALONG) sums[key] = 0
  }

  finish(): void {
    const {
      balances,
      memory: { sums: granted },
    } = this.claims
    for (const subject of new Set([...this.#sums.keys(), ...balances.keys(), ...granted.keys()])) {
      const sums = this.#sums.get(subject)
      const kept = balances.get(subject)
      if (!sums) this.fail(null, `learner ${subject}: something is kept of their points, and no entry is theirs`)
      for (const key of ['points', 'held', 'lifetime'] as const) {
        if ((kept?.[key] ?? 0) !== (sums?.[key] ?? 0)) {
          this.fail(
            null,
            `learner ${subject}: the kept ${key} are ${kept?.[key] ?? 0}, their entries sum to ${sums?.[key] ?? 0}`,
          )
        }
      }
      const memory = granted.get(subject)
      const same = (memory?.grants ?? 0) === (sums?.grants ?? 0) && (memory?.points ?? 0) === (sums?.granted ?? 0)
      if (!same)
        this.fail(null, `learner ${subject}: what the rules remember of their grants is not what the entries say`)
    }
  }

  #of(subject: string): Sums {
    const known = this.#sums.get(subject)
    if (known) return known
    const sums = { points: 0, held: 0, lifetime: 0, grants: 0, granted: 0 }
    this.#sums.set(subject, sums)
    return sums
  }
}
