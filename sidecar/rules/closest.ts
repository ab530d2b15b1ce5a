/** The name that a person most likely meant. */

/** Longer names than this are no slip of the pen, and comparing them costs more than it helps. */
const LONGEST = 100

/** The candidate nearest to `written`, or null where none is near enough to be what was meant. */
export function closest(written: string, candidates: Iterable<string>): string | null {
  if (written.length > LONGEST) return null
  const wanted = written.toLowerCase()
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    // Two names are related while at least three fifths of the longer one are the same.
    const limit = Math.max(1, Math.floor(0.4 * Math.max(wanted.length, candidate.length)))
    if (Math.abs(wanted.length - candidate.length) > limit) continue
    const distance = distanceBetween(wanted, candidate.toLowerCase())
    if (distance <= limit && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** The end of a sentence about a wrong name: `; did you mean `x`?`, or only a full stop where no candidate is near. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  const name = closest(written, candidates)
  return name === null ? '.' : `; did you mean \`${name}\`?`
}

/** Damerau-Levenshtein (optimal string alignment): insert, delete, replace, or swap two neighbours. */
function distanceBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replace = a[row - 1] === b[column - 1] ? 0 : 1
      let distance = Math.min(cell(last, column) + 1, cell(current, column - 1) + 1, cell(last, column - 1) + replace)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) distance = Math.min(distance, cell(beforeLast, column - 2) + 1)
      current.push(distance)
    }
    beforeLast = last
    last = current
  }
  return cell(last, b.length)
}

const cell = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
