/** What time does: holds are released, points and tokens lapse; and who should know beforehand is told. */
import type { Context } from '../context.js'
import type { Redemption } from '../store/redemption.js'
import { lapse } from './lapse.js'
import type { Moment } from './moment.js'
import { lapseToken, titleOf } from './redemption.js'
import { releaseDue } from './review.js'
import { lapseUndelivered } from './send-messages.js'

const DAY = 86_400_000
/** Learners or tokens in one transaction. */
const STEP = 100
/** How long before points and tokens lapse their learner is told, and administrators of codes. */
const TELL_BEFORE = 7 * DAY
const TELL_OF_CODES_BEFORE = 30 * DAY

/** @returns what was done, in a sentence. */
export async function expire({
  stores,
  rules,
  committer,
  now,
}: Pick<Context, 'stores' | 'rules' | 'committer' | 'now'>): Promise<string> {
  const moment: Moment = { stores, rules, now: now() }
  const inSteps = (step: (moment: Moment) => number) => committer.runUntilNone(() => step(moment), STEP)
  // What is given back may lapse at once: first.
  const released = await inSteps((at) => releaseDue(at, STEP))
  const learners = await inSteps(lapsePoints)
  const tokens = await inSteps(lapseTokens)
  const told = await inSteps(tellPartners)
  await inSteps(lapseUndeliveredTokens)
  await tellOfPoints({ ...moment, committer })
  await inSteps(tellOfTokens)
  await committer.run(() => tellOfCodes(moment))
  const given = released === 0 ? '' : `; holds that nobody decided were released: ${released}`
  return `points of ${learners} learners lapsed, and ${tokens + told} tokens${given}`
}

type Working = Moment & Pick<Context, 'committer'>

function lapsePoints(moment: Moment): number {
  const { stores, rules, now } = moment
  const due = stores.ledger.lots.due(rules.current().civil.dayOf(now), STEP)
  for (const subject of due) lapse(moment, subject, stores.learners.userOf(subject))
  return due.length
}

function lapseTokens(moment: Moment): number {
  const due = moment.stores.redemptions.lapsing('issued', 0, moment.now + 1, STEP)
  for (const redemption of due) lapseToken(moment, redemption)
  return due.length
}

/** @returns how many were dealt with: those that a partner may know of stay as they are. */
function lapseUndeliveredTokens(moment: Moment): number {
  const due = moment.stores.redemptions.lapsedUnsent(moment.now + 1, STEP)
  for (const redemption of due) lapseUndelivered(moment, redemption)
  return due.length
}

/**
 * A token that reached its partner stays delivered: nobody knows what the partner did with it, so its points stay spent.
 * The partner is told that it can no longer be consumed.
 */
function tellPartners({ stores, now }: Moment): number {
  const due = stores.redemptions.lapsedAtPartners(now + 1, STEP)
  for (const { seq, partner } of due) {
    stores.redemptions.keepCopy(seq, null)
    if (partner !== null) stores.messages.add(seq, partner, 'redemption.expired', now)
  }
  return due.length
}

/** Day by day, and of each day so many learners in one transaction. */
async function tellOfPoints({ stores, rules, committer, now }: Working): Promise<void> {
  const { civil } = rules.current()
  for (let day = civil.dayOf(now + DAY); day <= civil.dayOf(now + TELL_BEFORE); day = civil.dayOf(civil.endOf(day))) {
    for (let after = ''; ; ) {
      const due = stores.ledger.lots.lapsingOn(day, after, STEP)
      const last = due.at(-1)
      if (!last) break
      after = last.subject
      await committer.run(() => {
        for (const { subject, points } of due) {
          stores.notices.tell(subject, 'points_lapse', { points, expires: day }, now, `points lapse ${day}`)
        }
      }, STEP)
    }
  }
}

function tellOfTokens({ stores, now }: Moment): number {
  const due = stores.redemptions.lapsingUntold(now + 1, now + TELL_BEFORE, STEP)
  for (const redemption of due) {
    const { id, seq, subject, reward, expires } = redemption
    stores.redemptions.setTold(seq)
    if (!livesLong(redemption)) continue
    const at = new Date(expires ?? now).toISOString()
    const params = { reward, title: titleOf(redemption), redemption: id, expires: at }
    stores.notices.tell(subject, 'token_lapses', params, now, `token lapses ${id} ${at}`)
  }
  return due.length
}

/** Who was told a week or less ago that they have a token need not hear of it again. */
const livesLong = ({ created, expires }: Redemption): boolean => (expires ?? 0) - created > TELL_BEFORE

function tellOfCodes({ stores, rules, now }: Moment): void {
  const { civil } = rules.current()
  for (const lapsing of stores.codes.lapsingBy(civil.dayOf(now), civil.dayOf(now + TELL_OF_CODES_BEFORE))) {
    const once = `codes lapse ${lapsing.reward} ${lapsing.expires}`
    stores.notices.tellAdministrators('codes_lapse', { ...lapsing }, now, once)
  }
}
