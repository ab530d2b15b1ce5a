/** What Moodle itself hands over: the bridge fetches it, does it, and says so; asked twice, it is told the same. */
import type { Redemption } from '../store/redemption.js'
import type { Moment } from './moment.js'
import { deliver, refund, requireRedemption } from './redemption.js'
import { Refusal } from './refusal.js'

/**
 * The bridge did it, or cannot. Inside a transaction only.
 * @throws Refusal where something else became of it meanwhile: the bridge should undo what it did.
 */
export function answerDelivery(
  moment: Moment,
  id: string,
  answer: { status: 'done' | 'refused'; reason: string | null },
): Redemption {
  const redemption = requireRedemption(moment, id)
  if (redemption.delivery !== 'moodle') throw new Refusal('not_found', `Moodle has nothing to do for ${id}.`)
  const wanted = answer.status === 'done' ? 'delivered' : 'refused'
  if (redemption.state !== wanted) {
    const by = { by: 'moodle', reason: answer.reason ?? undefined }
    if (wanted === 'delivered') deliver(moment, redemption, by)
    else refund(moment, redemption, 'refused', by)
  }
  return requireRedemption(moment, id)
}
