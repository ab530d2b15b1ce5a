/** The tiers of rewards.yaml. */
import type { Show, Tier } from '../domain/reward.js'
import type { Cursor } from './cursor.js'
import { fieldsOf } from './fields.js'
import type { Ids } from './ids.js'
import { type OnRule, requirementOf } from './requires.js'
import { readText } from './text.js'
import { listOf, oneOf, type Reader, whole } from './values.js'

const MOST_POINTS = 1_000_000_000

export const show: Reader<Show> = oneOf(['locked', 'hidden'])

/** From the lowest to the highest, in whatever order they are written. No two begin at the same points. */
export function tiersOf(ids: Ids, onRule: OnRule): Reader<Tier[]> {
  return (at) => {
    const steps = new Map<number, Cursor>()
    const tiers = listOf((item) => readTier(item, ids, onRule, steps), { empty: 'allowed' })(at)
    return tiers?.toSorted((a, b) => a.points - b.points) ?? null
  }
}

function readTier(at: Cursor, ids: Ids, onRule: OnRule, steps: Map<number, Cursor>): Tier | null {
  const fields = fieldsOf(at, 'a tier', ['id', 'title', 'points', 'requires', 'show'])
  if (!fields) {
    ids.incomplete()
    return null
  }
  const id = ids.claim(fields)
  const title = fields.need('title', readText)
  const points = fields.need('points', (value) => stepOf(value, steps))
  const requires = fields.read('requires', requirementOf(onRule, noTier))
  const shown = fields.read('show', show) ?? 'locked'
  return id === null || title === null || points === null ? null : { id, title, points, requires, show: shown }
}

function stepOf(at: Cursor, steps: Map<number, Cursor>): number | null {
  const points = whole(0, MOST_POINTS)(at)
  if (points === null) return null
  const earlier = steps.get(points)
  if (earlier) {
    const line = earlier.place.line
    return at.fail(`the tier in line ${line} begins at ${points} points too; each tier begins at points of its own`)
  }
  steps.set(points, at)
  return points
}

const noTier: Reader<string> = (at) =>
  at.fail('a tier may not require a tier: it is a ladder, so whoever reaches a tier has all below it; leave this out')
