/** How long scoring takes, without reading anything. */
import { learnReference, scoreOf } from '../../sidecar/domain/anomaly.js'
import { FEATURE_IDS, type FeatureId, firedIn, type WeekFeatures } from '../../sidecar/domain/week-feature.js'
import { median, seconds } from '../bench/measure.js'
import { Random } from './random.js'

const WEEKS = 37_000
const ROUNDS = 5

/** @returns a sentence. */
export async function measureSpeed(): Promise<string> {
  const random = new Random(1)
  const weeks = Array.from(
    { length: WEEKS },
    () => Object.fromEntries(FEATURE_IDS.map((id) => [id, Math.round(random.around(5, 1))])) as WeekFeatures,
  )
  const columns = Object.fromEntries(FEATURE_IDS.map((id) => [id, weeks.flatMap((week) => week[id] ?? [])]))
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    took.push(
      await seconds(() => {
        const reference = learnReference(WEEKS, columns as Record<FeatureId, number[]>)
        for (const week of weeks) scoreOf(week, reference, firedIn(week).length)
      }),
    )
  }
  return `${WEEKS.toLocaleString('en-GB')} weeks of learners, the table learned and each scored: ${median(took).toFixed(2)} s (aim: under 1 s).`
}
