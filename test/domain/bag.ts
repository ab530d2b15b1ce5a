/** What tests of points that lapse share: an oracle for lots. */
import type { Lot } from '../../sidecar/domain/lot.js'

/** One point of a learner's: where it came from, and when it lapses. */
export interface Point {
  readonly seq: number
  readonly expires: string | null
}

/**
 * The same told point by point: a learner is a bag of single points and a debt. It shares no code with the domain.
 */
export class Bag {
  points: Point[] = []
  debt = 0

  get balance(): number {
    return this.points.length - this.debt
  }

  put(count: number, point: Point): void {
    for (let i = 0; i < count; i++) {
      if (this.debt > 0) this.debt--
      else this.points.push(point)
    }
  }

  /** Takes points one by one, each the first there is in an order of preference. */
  take(count: number, prefers: (point: Point) => string): void {
    for (let i = 0; i < count; i++) {
      const [first] = [...this.points].sort((a, b) => (prefers(a) < prefers(b) ? -1 : prefers(a) > prefers(b) ? 1 : 0))
      if (first) this.points.splice(this.points.indexOf(first), 1)
      else this.debt++
    }
  }

  lots(): Lot[] {
    const dated = this.points.filter(({ expires }) => expires !== null)
    const seqs = [...new Set(dated.map(({ seq }) => seq))]
    return seqs
      .map((seq) => {
        const own = dated.filter((point) => point.seq === seq)
        return { seq, expires: own[0]?.expires ?? '', left: own.length }
      })
      .sort((a, b) => `${a.expires}${1_000 + a.seq}`.localeCompare(`${b.expires}${1_000 + b.seq}`))
  }
}

/** What spending prefers. */
export const soonest = ({ expires, seq }: Point): string => `${expires ?? '9'} ${1_000 + seq}`
/** What taking back a grant prefers. */
export const ownFirst =
  (ref: number) =>
  (point: Point): string => {
    if (point.seq === ref && point.expires !== null) return `0 ${soonest(point)}`
    return point.expires === null ? `1 ${soonest(point)}` : `2 ${soonest(point)}`
  }
