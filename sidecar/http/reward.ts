/** What points can be turned into: the catalogue as a learner sees it, and redeeming. */
import { catalogueFor, type ShownReward } from '../actions/catalogue.js'
import { redeem } from '../actions/redeem.js'
import { shownSecrets } from '../actions/shown-redemption.js'
import { inLanguage } from '../domain/reward.js'
import { learnerOf } from './auth.js'
import { subjectFor } from './learner.js'
import { receiptFor, receiptSchema } from './restore.js'
import type { Answer, Call, Route } from './route.js'
import {
  discountSchema,
  integer,
  languageQuery,
  list,
  nullable,
  nullableTime,
  reasonSchema,
  record,
  stateSchema,
  text,
  userQuery,
  valueSchema,
} from './schema.js'

const price = {
  cost: { ...integer, description: 'Points.' },
  available: { type: 'boolean' },
  locked_because: { ...list(reasonSchema), description: 'Everything that stands in the way.' },
  value: valueSchema,
  discount: discountSchema,
} as const

const rewardSchema = record({
  id: text,
  title: text,
  description: nullable('string'),
  ...price,
  tier: { ...nullable('string'), description: 'At least this tier.' },
  remaining: { ...nullable('integer'), description: 'How many can still be had; null: no limit.' },
  category: nullable('string'),
  image: nullable('string'),
  terms: nullable('string'),
  delivery: { type: 'string', enum: ['in_app', 'codes', 'moodle', 'partner'] },
  options: { ...list(record(price)), description: 'Each price at which it can be had: expected_cost chooses.' },
})

export const rewardRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/rewards',
    summary: 'The rewards a learner may see, and for each that is locked, why.',
    access: ['learner', 'admin'],
    query: { user_id: userQuery, lang: languageQuery },
    answer: { status: 200, schema: record({ user_id: text, balance: integer, rewards: list(rewardSchema) }) },
    handle: getRewards,
  },
  {
    method: 'post',
    path: '/api/rewards/{id}/redeem',
    summary:
      'Turns points into a reward: its token or code is in the answer. The same key gives the first answer again, its token while it can be used.',
    access: ['learner'],
    idempotent: 'required',
    body: {
      type: 'object',
      required: ['expected_cost'],
      properties: { expected_cost: { type: 'integer', minimum: 0, description: 'What the learner was shown.' } },
    },
    answer: {
      status: 201,
      schema: record(
        {
          redemption_id: text,
          status: stateSchema,
          expires_at: nullableTime,
          balance: integer,
          receipt: receiptSchema,
          token: { ...text, description: 'What the learner shows; to be kept from everybody else.' },
          qr: { ...text, description: 'The same for a QR code.' },
          code: { ...text, description: 'A shop’s code.' },
          code_expires: { ...nullable('string'), description: 'The last day on which the code works.' },
        },
        ['token', 'qr', 'code', 'code_expires'],
      ),
    },
    handle: postRedeem,
  },
]

function getRewards(call: Call): Answer {
  const { stores, rules, now } = call.context
  const { lang } = call.query as unknown as { lang: string }
  const { userId, subject } = subjectFor(call)
  return stores.writer.read(() => {
    const rewards = catalogueFor({ stores, rules, now: now() }, subject).map((shown) => shownReward(shown, lang))
    const balance = subject === null ? 0 : stores.ledger.balance(subject).points
    return { json: { user_id: userId, balance, rewards } }
  })
}

function shownReward({ reward, offers, remaining }: ShownReward, lang: string): object {
  const options = offers.flatMap(({ offer, reasons }) => (offer ? [priceOf(offer, reasons)] : []))
  // The price that can be had, else the lowest.
  const first = options.find(({ available }) => available) ?? options[0] ?? priceOf(reward, offers[0]?.reasons ?? [])
  const say = (written: typeof reward.description) => written && inLanguage(written, lang)
  return {
    id: reward.id,
    title: say(reward.title),
    description: say(reward.description),
    ...first,
    tier: reward.tier,
    remaining,
    category: reward.category,
    image: reward.image,
    terms: say(reward.terms),
    delivery: reward.delivery.kind,
    options,
  }
}

function priceOf(
  { cost, value = null, discount = null }: { cost: number; value?: object | null; discount?: object | null },
  reasons: readonly object[],
) {
  return { cost, available: reasons.length === 0, locked_because: reasons, value, discount }
}

async function postRedeem(call: Call): Promise<Answer> {
  const { context, principal, params, key, body } = call
  const { expected_cost: expectedCost } = body as { expected_cost: number }
  const { stores, rules, now, committer } = context
  const userId = learnerOf(principal, undefined)
  const order = { userId, reward: params.id!, expectedCost, key: key! }
  const redeemed = await committer.run(() => redeem({ stores, rules, now: now() }, order))
  const redemption = stores.redemptions.byId(redeemed.redemption_id)!
  const receipt = receiptFor(call, redemption.id)
  return { json: { ...redeemed, ...shownSecrets(stores, redemption), receipt } }
}
