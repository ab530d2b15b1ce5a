/** Timing by turns: A, B, A, B, so that a machine whose speed drifts does not favour either. */
export interface Measured {
  readonly name: string
  readonly unit: string
  /** Ours and theirs, medians; more is better unless the unit is ms or MiB. */
  readonly ours: number
  readonly theirs: number | null
  /** Median of the ratios of each turn; as the aim is stated. */
  readonly ratio: number | null
  readonly aim: string
  readonly against: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Seconds that work took. */
export async function seconds(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

/** Runs both by turns. @param amount how much one run does, so that the result is a rate. */
export async function byTurns(
  rounds: number,
  amount: number,
  ours: () => unknown,
  theirs: () => unknown,
): Promise<{ ours: number; theirs: number; ratio: number }> {
  const rates: { ours: number; theirs: number }[] = []
  for (let round = 0; round < rounds; round++) {
    rates.push({ ours: amount / (await seconds(ours)), theirs: amount / (await seconds(theirs)) })
  }
  return medians(rates)
}

interface Turn {
  readonly ours: number
  readonly theirs: number
}

/** Of what came of each turn. */
export const medians = (turns: readonly Turn[]): Turn & { readonly ratio: number } => ({
  ours: median(turns.map(({ ours }) => ours)),
  theirs: median(turns.map(({ theirs }) => theirs)),
  ratio: median(turns.map(({ ours, theirs }) => ours / theirs)),
})
