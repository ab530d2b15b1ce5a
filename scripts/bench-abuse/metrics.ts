/** How well a ranking finds what it should. */
export interface Ranked {
  readonly score: number
  /** The kind of abuse; null: honest. */
  readonly kind: string | null
}

/** Best first. Of equal scores the order is that of the list, which knows nothing of kinds. */
export const byScore = <T extends Ranked>(weeks: readonly T[]): T[] => [...weeks].sort((a, b) => b.score - a.score)

/** The chance that an abusive week stands above an honest one; equal scores count half. */
export function auroc(weeks: readonly Ranked[]): number {
  const sorted = [...weeks].sort((a, b) => a.score - b.score)
  let [rankSum, positives] = [0, 0]
  for (let from = 0; from < sorted.length; ) {
    let to = from
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to++
    const abusive = sorted.slice(from, to).filter(({ kind }) => kind !== null).length
    rankSum += (abusive * (from + 1 + to)) / 2
    positives += abusive
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (sorted.length - positives))
}

/** Mean of the precision at each abusive week, equal scores taken together. */
export function averagePrecision(weeks: readonly Ranked[]): number {
  const sorted = byScore(weeks)
  const positives = sorted.filter(({ kind }) => kind !== null).length
  let [found, sum] = [0, 0]
  for (let from = 0; from < sorted.length; ) {
    let to = from
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to++
    const abusive = sorted.slice(from, to).filter(({ kind }) => kind !== null).length
    found += abusive
    sum += (abusive * found) / to
    from = to
  }
  return sum / positives
}

/** The share of abusive weeks among the first so many. */
export const precisionAt = (weeks: readonly Ranked[], count: number): number =>
  byScore(weeks)
    .slice(0, count)
    .filter(({ kind }) => kind !== null).length / count

/** Of each kind, the share that is within the first part of the list. */
export function recallByKind(weeks: readonly Ranked[], part: number): Map<string, number> {
  const sorted = byScore(weeks)
  const first = new Set(sorted.slice(0, Math.floor(sorted.length * part)))
  const kinds = new Map<string, { all: number; found: number }>()
  for (const week of sorted) {
    if (week.kind === null) continue
    const tally = kinds.get(week.kind) ?? { all: 0, found: 0 }
    kinds.set(week.kind, { all: tally.all + 1, found: tally.found + (first.has(week) ? 1 : 0) })
  }
  return new Map([...kinds].map(([kind, { all, found }]) => [kind, found / all]))
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
