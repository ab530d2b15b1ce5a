/** After a restore: what the bridge is asked to send again, the receipts it kept, and that it has sent all of it. */
import { readErasedList } from '../actions/erased-list.js'
import { redemptionReceipt } from '../actions/redemption-receipt.js'
import { Refusal } from '../actions/refusal.js'
import { awaitsReceipt, endResend } from '../actions/resend.js'
import { type Against, lostKeys, type RestoredReceipt, restoreReceipt } from '../actions/restore-receipts.js'
import type { Context } from '../context.js'
import { signerFrom } from '../domain/note.js'
import type { Principal } from './auth.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route, Schema } from './route.js'
import { list, nullable, record, text, time } from './schema.js'

const MOST_RECEIPTS = 100
/** Terms in several languages are the longest part of one. */
const LONGEST_RECEIPT = 65_536
/** What one costs, in events. */
const WEIGHT = 8

/** What answers to the bridge carry about a redemption. */
export const receiptSchema: Schema = {
  ...nullable('string'),
  description:
    'The redemption as it stands, signed: to be kept in place of the one before, and sent to /api/receipts after a restore. For Moodle alone; after a restore not before it has sent those that it keeps, but for redemptions made since.',
}

export const resendSchema: Schema = {
  anyOf: [
    { type: 'null' },
    record({ id: text, since: { ...time, description: 'Everything that was sent from then on is to be sent again.' } }),
  ],
  description: 'What the bridge is asked to send again, since a restore may have lost it; null: nothing.',
}

export const restoreRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/receipts',
    summary:
      'Writes redemptions again that a restore has lost, by the receipts that the bridge kept; what is known changes nothing.',
    access: ['events'],
    bodyLimit: MOST_RECEIPTS * LONGEST_RECEIPT,
    body: {
      type: 'object',
      required: ['receipts'],
      properties: {
        receipts: {
          type: 'array',
          maxItems: MOST_RECEIPTS,
          items: { type: 'string', minLength: 1, maxLength: LONGEST_RECEIPT },
        },
      },
    },
    answer: {
      status: 200,
      schema: record({
        results: list(
          record({
            redemption_id: { ...nullable('string'), description: 'Null: it is no receipt of this ledger.' },
            status: { type: 'string', enum: ['restored', 'known', 'refused'] },
            receipt: receiptSchema,
            reason: { ...nullable('string'), description: 'For people in charge; null: nothing to say.' },
          }),
        ),
      }),
    },
    handle: postReceipts,
  },
  {
    method: 'post',
    path: '/api/resent',
    summary: 'Everything that was asked for is sent again: redeeming goes on, unless a person stopped it.',
    access: ['events'],
    body: { type: 'object', required: ['id'], properties: { id: { type: 'string', minLength: 1, maxLength: 64 } } },
    answer: {
      status: 200,
      schema: record({ id: text, redeeming: { type: 'string', enum: ['open', 'paused'] } }),
    },
    handle: postResent,
  },
]

/** What is still awaited, for an answer to the bridge; null for anybody else. */
export function awaited({ context: { stores }, principal }: Pick<Call, 'context' | 'principal'>): object | null {
  const resend = principal.signedBy === null ? null : stores.resends.awaited()
  return resend && { id: resend.id, since: new Date(resend.since).toISOString() }
}

/**
 * The receipt that goes with an answer about a redemption; null for whoever is not the bridge, and where the bridge may have
 * one to send first.
 */
export function receiptFor({ context, principal }: Call, redemption: string | null): string | null {
  if (principal.signedBy === null || redemption === null || awaitsReceipt(context, redemption)) return null
  return signed(context, redemption)
}

function signed(context: Context, redemption: string): string | null {
  try {
    return redemptionReceipt(context, redemption)
  } catch (err) {
    // What was asked for is done: whoever asked has to hear so, also where the ledger's key is gone.
    context.log.error({ err, redemption }, 'there is no receipt of a redemption')
    return null
  }
}

async function postReceipts(call: Call): Promise<Answer> {
  requireBridge(call.principal)
  const { receipts } = call.body as { receipts: string[] }
  const against = againstWhat(call.context)
  const results = await Promise.all(receipts.map((note) => restored(call, note, against)))
  return { json: { results } }
}

/** Each by itself, so that one that is refused holds up no other. */
async function restored(
  call: Call,
  note: string,
  against: Against,
): Promise<RestoredReceipt & { readonly receipt: string | null }> {
  const { stores, rules, now, committer } = call.context
  try {
    const done = await committer.run(() => restoreReceipt({ stores, rules, now: now() }, note, against), WEIGHT)
    // The old one speaks of a learner, and of entries, by what they were before the restore.
    const { redemption_id: redemption } = done
    return { ...done, receipt: redemption && signed(call.context, redemption) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { redemption } = error.members
    return {
      redemption_id: typeof redemption === 'string' ? redemption : null,
      status: 'refused',
      reason: error.message,
      receipt: null,
    }
  }
}

/** A token that was issued may send events, and knows nothing of what Moodle has kept. @throws Problem 403 */
function requireBridge({ signedBy }: Principal): void {
  if (signedBy === null) throw new Problem('forbidden', 'Only the paired Moodle can say what a restore has lost.')
}

/**
 * The keys that sign now, and the first at hand: one that came into use after the backup is on the ledger no more. Not those
 * before, unless one was lost: somebody may have stolen it.
 */
function againstWhat({ notary, config, stores }: Context): Against {
  const [first] = notary.keys.file.read()
  const atHand = first ? [signerFrom('at-hand', first).vkey] : []
  return { vkeys: [...notary.keys.vkeys(), ...atHand, ...lostKeys(stores)], erased: readErasedList(config.home) }
}

async function postResent({ context, body, principal }: Call): Promise<Answer> {
  requireBridge(principal)
  const { id } = body as { id: string }
  const { stores, rules, now, committer } = context
  const paused = await committer.run(() => endResend({ stores, rules, now: now() }, id))
  return { json: { id, redeeming: paused ? 'paused' : 'open' } }
}
