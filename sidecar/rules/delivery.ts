/** How a reward reaches its learner: `delivery`, with `partner` and `moodle`. */
import type { Delivery, MoodleAction, Partner } from '../domain/reward.js'
import { type Cursor, quote } from './cursor.js'
import { type Fields, fieldsOf } from './fields.js'
import type { Ids } from './ids.js'
import { course } from './requires.js'
import { type Reader, whole, word, wordLike } from './values.js'

/** The ways that need no partner. */
export const WAYS = ['in_app', 'codes', 'moodle'] as const
type Way = (typeof WAYS)[number]
export const DELIVERY_KEYS = ['delivery', 'partner', 'moodle']

/** What cannot change what is handed out at once and for good. */
const FOR_IN_APP = ['on_expiry', 'cancel_within']
const FOR_TOKENS = ['token_ttl', ...FOR_IN_APP]
const MOST_DAYS = 3_650

export interface Delivered {
  readonly delivery: Delivery
  readonly partner: string | null
}

/**
 * @param ids those of all partners; @param partners those without a mistake.
 */
export function readDelivery(reward: Fields, ids: Ids, partners: readonly Partner[]): Delivered | null {
  const written = reward.has('delivery') ? reward.read('delivery', deliveryOf(ids, partners)) : 'in_app'
  const named = reward.read('partner', ids.named)
  const action = reward.read('moodle', readAction)
  if (written === null) return null
  const way = WAYS.find((candidate) => candidate === written) ?? 'partner'
  checkKeys(reward, written, way)
  if (way === 'moodle') {
    if (!reward.has('moodle')) reward.need('moodle', readAction)
    return action && { delivery: { kind: 'moodle', action }, partner: null }
  }
  return { delivery: { kind: way }, partner: way === 'partner' ? written : named }
}

function deliveryOf(ids: Ids, partners: readonly Partner[]): Reader<string> {
  return (at) => {
    const written = ids.namedOr(WAYS)(at)
    if (written === null || partners.find(({ id }) => id === written)?.url !== null) return written
    const instead = `give it one, or write \`delivery: in_app\` and \`partner: ${written}\``
    return at.fail(`the partner ${quote(written)} has no \`url\` to send to; ${instead}`)
  }
}

function checkKeys(reward: Fields, written: string, way: Way | 'partner'): void {
  if (reward.has('partner') && way !== 'in_app') {
    reward
      .key('partner')
      .fail('`partner` says who may consume the tokens of `delivery: in_app`, and this is another; leave it out')
  }
  if (reward.has('moodle') && way !== 'moodle') {
    reward.key('moodle').fail('`moodle` goes with `delivery: moodle`; change `delivery` or leave it out')
  }
  if (way === 'in_app') return
  const idle = way === 'partner' ? FOR_IN_APP : FOR_TOKENS
  const why = way === 'partner' ? 'what reached a partner is final' : 'what is handed out is used up at once'
  for (const key of idle) {
    if (reward.has(key)) reward.key(key).warn(`\`${key}\` has no effect with \`delivery: ${written}\`: ${why}`)
  }
}

function readAction(at: Cursor): MoodleAction | null {
  const fields = fieldsOf(at, at.name, ['enrol', 'badge', 'cohort'])
  if (!fields) return null
  const enrol = fields.read('enrol', readEnrolment)
  const badge = fields.read('badge', badgeNumber)
  const cohort = fields.read('cohort', word)
  if (['enrol', 'badge', 'cohort'].filter((key) => fields.has(key)).length !== 1) {
    return at.fail('Moodle does one thing for a reward: give exactly one of `enrol`, `badge` and `cohort`')
  }
  if (enrol) return { enrol }
  if (badge !== null) return { badge: badge.replace(/^badge:/, '') }
  return cohort === null ? null : { cohort }
}

function readEnrolment(at: Cursor): { course: string; days: number | null } | null {
  const fields = fieldsOf(at, at.name, ['course', 'days'])
  if (!fields) return null
  const name = fields.need('course', course)
  const days = fields.read('days', whole(1, MOST_DAYS))
  return name === null ? null : { course: name, days }
}

const badgeNumber = wordLike(/^(?:badge:)?[0-9]{1,18}$/, 'the badge’s number, such as 17 or badge:17')
