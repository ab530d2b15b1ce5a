/** Sends partners what waits in the outbox, and does what their answers say. */
import type { Context } from '../context.js'
import type { Partner } from '../domain/reward.js'
import { groupedToken } from '../domain/token-code.js'
import type { Message } from '../store/message.js'
import type { Redemption } from '../store/redemption.js'
import { issuedData, type MessageType, messageText } from '../webhook/message.js'
import { nextDelay } from '../webhook/schedule.js'
import { type Outcome, sendWebhook } from '../webhook/send.js'
import { readSecrets } from '../webhook/sign.js'
import { recordAdministration } from './administer.js'
import type { Moment } from './moment.js'
import { consume, deliver, lapseToken, refund, titleOf } from './redemption.js'

export type Sending = Pick<Context, 'stores' | 'rules' | 'committer' | 'now' | 'log' | 'env'>

/** Requests to one partner at once: one that is slow holds up no other. */
const AT_ONCE = 4

export class Messenger {
  /** What is being sent now: it is not due again before its answer is written down. */
  readonly #underway = new Map<number, { readonly partner: string; readonly sending: Promise<void> }>()
  readonly #stopping = new AbortController()

  constructor(readonly context: Sending) {}

  /** Begins to send what is due. It throws for nothing that a partner does. */
  async sendDue(): Promise<void> {
    const { stores, now } = this.context
    const begun: Promise<void>[] = []
    for (const message of stores.messages.due(now(), AT_ONCE * 2)) {
      const { number, partner } = message
      const busy = [...this.#underway.values()].filter((one) => one.partner === partner).length
      if (this.#underway.has(number) || busy >= AT_ONCE) continue
      const sending = this.#send(message)
        .catch((err: unknown) => this.context.log.error({ err }, 'a message to a partner could not be dealt with'))
        .finally(() => this.#underway.delete(number))
      this.#underway.set(number, { partner, sending })
      begun.push(sending)
    }
    await Promise.all(begun)
  }

  /** Ends what is under way: it stays in the outbox, and is sent again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#underway.values()].map(({ sending }) => sending))
  }

  async #send(message: Message): Promise<void> {
    const { number, type } = message
    const { stores, rules, committer, now, env } = this.context
    // The attempt counts before it is made, so that no crash makes the partner hear of it without end.
    const begun = await committer.run(() => {
      const current = stores.messages.pending(number)
      if (!current) return null
      const redemption = stores.redemptions.bySeq(current.redemption)!
      const moment = { stores, rules, now: now() }
      if (type === 'redemption.issued' && redemption.tokenCopy === null) {
        stores.messages.settle(number, 'dropped', 'its token counts no more')
        return null
      }
      if (type === 'redemption.issued' && redemption.expires !== null && redemption.expires <= moment.now) {
        lapseUndelivered(moment, redemption)
        return null
      }
      const made = current.attempts - current.attemptsBefore
      if (nextDelay(made, 0, null) === null) {
        giveUp(moment, current, current.outcome ?? 'Rocket ended each time before there was an answer.')
        return null
      }
      stores.messages.begin(number, moment.now + (nextDelay(made + 1, Math.random(), null) ?? 0))
      return { redemption, attempts: made + 1, heard: current.attempts > 0 }
    })
    if (!begun) return
    const partner = rules.current().catalogue.partners.find(({ id }) => id === begun.redemption.partner)
    const signal = this.#stopping.signal
    const body = this.#text(message, begun.redemption, partner)
    const outcome = await sendTo(partner, { type, id: idOf(begun.redemption, type), body, env, now: now(), signal })
    // Stopped in the middle: nobody knows, and it is sent again.
    if (signal.aborted) return
    await committer.run(() => settle({ stores, rules, now: now() }, { number, type, ...begun }, outcome))
    if (outcome.kind === 'accepted' && outcome.note) this.context.log.warn({ partner: partner?.id }, outcome.note)
  }

  #text({ type, created }: Message, redemption: Redemption, partner: Partner | undefined): string {
    const { id, reward, tokenCopy, userId, detail } = redemption
    const about = { redemption_id: id, reward_id: reward }
    if (type !== 'redemption.issued') return messageText(type, created, about)
    const { value, discount } = detail.terms
    // As it was when it was issued: the same at every attempt.
    const valid_until = detail.expires_at
    const token = groupedToken(this.context.stores.vault.open(tokenCopy!, id))
    const data = issuedData(
      { ...about, title: titleOf(redemption), token, value, discount, valid_until },
      // Null only once erased: then its token counts no more, and this is not sent.
      { user_id: userId ?? '' },
      partner?.personal ?? [],
    )
    return messageText(type, created, data)
  }
}

/** The id of a message, the same at every attempt: by it a partner knows what it has had. */
const idOf = ({ id }: Redemption, type: MessageType): string => `${id}_${type.split('.')[1]}`

/** What goes out, and what it needs. */
export interface Envelope {
  readonly type: MessageType
  readonly id: string
  readonly body: string
  readonly env: Context['env']
  /** Epoch milliseconds. */
  readonly now: number
  readonly signal: AbortSignal
}

/** One attempt; what Rocket itself lacks counts as not sent. */
export async function sendTo(partner: Partner | undefined, { env, ...envelope }: Envelope): Promise<Outcome> {
  if (!partner?.url || !partner.secretEnv)
    return { kind: 'blocked', why: 'The partner has no url in rewards.yaml any more.' }
  const read = readSecrets(env[partner.secretEnv])
  if ('problem' in read) return { kind: 'blocked', why: `${partner.secretEnv} ${read.problem}.` }
  const { url, allowPrivate } = partner
  return sendWebhook({ url, secrets: read.secrets, allowPrivate, ...envelope })
}

interface Attempt {
  readonly number: number
  readonly type: Message['type']
  /** Since it was last begun anew, this one included. */
  readonly attempts: number
  /** There were attempts before this one, so that the partner may know of it. */
  readonly heard: boolean
}

/** What an answer changes. A timeout or a 5xx is no answer: nothing is given back until the partner or a person says so. */
function settle(moment: Moment, { number, type, attempts, heard }: Attempt, outcome: Outcome): void {
  const { stores, now } = moment
  const { messages, redemptions } = stores
  const message = messages.pending(number)
  // Dropped meanwhile: somebody cancelled, or the till was faster.
  if (!message) return
  const redemption = redemptions.bySeq(message.redemption)!
  const waits = type === 'redemption.issued' && redemption.state === 'delivering'
  const by = { by: message.partner }
  switch (outcome.kind) {
    case 'accepted':
      messages.settle(number, 'done', 'accepted')
      if (waits) deliver(moment, redemption, by, outcome.answer.code ?? null)
      if (waits && outcome.answer.consumed) consume(moment, redemptions.bySeq(redemption.seq)!, by)
      return
    case 'refused':
      // A partner that will not hear of an ending may honour it all the same: somebody should ask.
      messages.settle(number, type === 'redemption.cancelled' ? 'dead' : 'done', outcome.why)
      if (waits) refund(moment, redemption, 'refused', { ...by, reason: outcome.why })
      // What it refuses now it may have taken before, when its answer was lost: it has to let go of that.
      if (waits && heard) messages.add(redemption.seq, message.partner, 'redemption.cancelled', now)
      else if (type === 'redemption.cancelled') tellStuck(moment, message, redemption, outcome.why)
      return
    case 'gone':
      messages.close(message.partner, now, 'It answered 410: its address is gone.')
      messages.postpone(number, now, 'The partner answered 410.')
      stores.notices.tellAdministrators(
        'partner_gone',
        { partner: message.partner },
        now,
        `partner gone ${message.partner} ${now}`,
      )
      return
    case 'blocked':
    case 'unknown': {
      const wait = nextDelay(attempts, Math.random(), outcome.kind === 'unknown' ? outcome.retryAfterMs : null)
      if (wait !== null) return messages.postpone(number, now + wait, outcome.why)
      giveUp(moment, message, outcome.why)
    }
  }
}

/** Nothing is given back: the partner may have it. A person looks, and replays or cancels. */
function giveUp(moment: Moment, message: Message, why: string): void {
  moment.stores.messages.settle(message.number, 'dead', why)
  tellStuck(moment, message, moment.stores.redemptions.bySeq(message.redemption)!, why)
}

/**
 * The time of a token is over before its partner answered. One that the partner was never sent lapses as any other; of
 * one that it may know, nobody can say: a person looks.
 */
export function lapseUndelivered(moment: Moment, redemption: Redemption): void {
  const { messages } = moment.stores
  const [issued] = messages.ofRedemption(redemption.seq)
  if (issued && issued.attempts > 0) {
    if (issued.state === 'pending') giveUp(moment, issued, 'Its token lapsed before the partner answered')
    return
  }
  messages.drop(redemption.seq, 'redemption.issued')
  lapseToken(moment, redemption)
}

function tellStuck({ stores, now }: Moment, { partner, number }: Message, { id }: Redemption, why: string): void {
  const params = { partner, redemption: id, why: why.replace(/\.$/, '') }
  stores.notices.tellAdministrators('delivery_stuck', params, now, `delivery stuck ${number} ${now}`)
}

/** A closed partner takes redemptions again. @returns false where it was open. */
export function openPartner({ stores, rules, now }: Moment, partner: string, actor: string): boolean {
  if (!stores.messages.open(partner)) return false
  recordAdministration(stores.ledger, rules.current(), { actor, reason: 'partner opened', detail: { partner }, now })
  return true
}
