/**
 * `node --import tsx scripts/learn-reference.ts FOLDER`: learns from a folder of Moodle's log exports (EDIFY) what is rare in
 * a learner's week, and writes the table that Rocket ships. Only quantiles go into it.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { learnReference } from '../sidecar/domain/anomaly.js'
import { type Family, FEATURE_IDS, FEATURES, type FeatureId } from '../sidecar/domain/week-feature.js'
import { SHIPPED_REFERENCE } from '../sidecar/store/shipped-reference.js'
import { ROOT } from '../sidecar/version.js'
import { readRealWeeks, scoreWeeks, shippedEventNames } from './bench-abuse/real-weeks.js'

const CREDIT =
  'Quantiles of learner-weeks in EDIFY: Hasan et al. 2021, Data 6(11):110, CC BY 4.0 ' +
  '(https://creativecommons.org/licenses/by/4.0/). Made by scripts/learn-reference.ts; changed: only counts are left.'

/**
 * What these logs cannot tell: they have no seconds, no quizzes, no posts, and one address for nearly all. Nothing in an
 * honest week elsewhere must be a surprise only because of that.
 */
const UNKNOWN_FAMILIES: ReadonlySet<Family> = new Set<Family>(['rhythm', 'quiz', 'posts'])
const UNKNOWN: ReadonlySet<FeatureId> = new Set<FeatureId>(['sync_address', 'mutual'])

const BIOME = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')

const folder = process.argv[2]
if (folder === undefined) throw new Error('which folder of log exports?')
const events = await readRealWeeks(folder)
if (events !== null) {
  const { weeks } = await scoreWeeks(events)
  const known = (id: FeatureId) => !UNKNOWN_FAMILIES.has(FEATURES[id].family) && !UNKNOWN.has(id)
  const columns = Object.fromEntries(
    FEATURE_IDS.map((id) => [id, known(id) ? weeks.flatMap(({ features }) => features[id] ?? []) : []]),
  ) as Record<FeatureId, number[]>
  const reference = { credit: CREDIT, events: shippedEventNames(), ...learnReference(weeks.length, columns) }
  writeFileSync(SHIPPED_REFERENCE, JSON.stringify(reference))
  execFileSync(process.execPath, [BIOME, 'format', '--write', SHIPPED_REFERENCE], { stdio: 'ignore' })
  process.stdout.write(
    `${SHIPPED_REFERENCE}: ${weeks.length} weeks of learners, ${Object.keys(reference.features).length} features\n`,
  )
}
