/** What learners have a right to: their data, to be forgotten, to be one person; and to be frozen while that is settled. */
import { afterErasure } from '../actions/after-erasure.js'
import { erase } from '../actions/erase.js'
import { freeze, unfreeze } from '../actions/freeze.js'
import type { AskedFor } from '../actions/learner.js'
import { merge } from '../actions/merge.js'
import type { Moment } from '../actions/moment.js'
import { learnerExport, shownErasure, shownFreeze } from '../actions/shown-learner.js'
import { csvZip } from '../archive/learner-csv.js'
import { PLAIN } from '../domain/learning-event.js'
import { actorOf } from './auth.js'
import { exportSchema } from './learner-export.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route, Schema } from './route.js'
import { integer, list, nullable, nullableTime, reasonedBody, record, text } from './schema.js'

const truth: Schema = { type: 'boolean' }
const userBody: Schema = { type: 'string', minLength: 1, maxLength: 64, pattern: PLAIN }
const mergedInto: Schema = {
  ...nullable('string'),
  description: 'The account that this one is part of since they were merged: nothing was done, ask for that one.',
}
const freezeSchema = record({
  user_id: text,
  frozen: truth,
  since: nullableTime,
  changed: { ...truth, description: 'False: it was so before.' },
  merged_into: mergedInto,
})

const action = (
  name: string,
  summary: string,
  schema: Schema,
  handle: Route['handle'],
  more: Readonly<Record<string, Schema>> = {},
): Route => ({
  method: 'post',
  path: `/api/learners/{id}/${name}`,
  summary,
  access: ['privacy'],
  body: reasonedBody(more),
  answer: { status: 200, schema },
  handle,
})

export const learnerRightsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/learners/{id}/export',
    summary:
      'Everything that is kept about a learner, whole or not at all, their unused tokens included; as JSON, or as a ZIP of CSV files. Nobody else is named in it. One who is not known is no error: nothing is kept.',
    access: ['privacy'],
    query: { format: { type: 'string', enum: ['json', 'csv'], default: 'json' } },
    answer: { status: 200, zip: true, schema: exportSchema },
    handle: getExport,
  },
  action(
    'erase',
    'Forgets a learner: what leads from the ledger to them is deleted. One who is not known, or was erased before, is no error; one whom a legal hold keeps is refused.',
    record({
      user_id: text,
      erased: truth,
      records: { ...integer, description: 'Private records that were deleted.' },
      cancelled: { ...integer, description: 'Open redemptions that were ended.' },
      in_doubt: {
        ...integer,
        description: 'Deliveries of which nobody knows whether they arrived: they stand as spent.',
      },
      exports: {
        ...record({ remade: list(text), deleted: list(text), left: list(text) }),
        description:
          'Files in the home’s folder of exports that showed them: made anew without them, deleted since they were of them alone, or left for a person to delete.',
      },
      merged_into: mergedInto,
    }),
    postErase,
  ),
  action(
    'freeze',
    'A learner earns and redeems nothing until they are unfrozen, and keeps what they have.',
    freezeSchema,
    (call) => setFrozen(call, freeze),
  ),
  action('unfreeze', 'A learner earns and redeems again.', freezeSchema, (call) => setFrozen(call, unfreeze)),
  action(
    'merge',
    'Makes this account part of another: points, limits, facts and redemptions move there, and nothing pays twice. One who is not known is no error.',
    record({
      user_id: text,
      into: { ...text, description: 'The account that stays.' },
      merged: { ...truth, description: 'False: nothing was kept of the first, or they are one already.' },
      points: integer,
      held: integer,
    }),
    postMerge,
    { into: userBody },
  ),
]

const isUser = new RegExp(PLAIN)

/** The learner whom a path names. @throws Problem 400 */
export function userOf({ params }: Call): string {
  const { id = '' } = params
  if (id.length <= 64 && isUser.test(id)) return id
  throw new Problem('malformed', 'A learner’s id has 1 to 64 characters, and no control characters.')
}

/** Does what is asked for a learner, in a transaction of its own. */
function act<T>(call: Call, work: (moment: Moment, asked: AskedFor) => T): Promise<T> {
  const { stores, rules, now, committer } = call.context
  const { reason } = call.body as { reason: string }
  const asked = { userId: userOf(call), actor: actorOf(call.principal), reason }
  return committer.run(() => work({ stores, rules, now: now() }, asked))
}

async function getExport(call: Call): Promise<Answer> {
  const { stores, rules, now, committer } = call.context
  const { format } = call.query as unknown as { format: 'json' | 'csv' }
  const asked = { userId: userOf(call), actor: actorOf(call.principal) }
  const json = await committer.run(() => learnerExport({ stores, rules, now: now() }, asked))
  if (format === 'json') return { json }
  const headers = { 'Content-Disposition': 'attachment; filename="personal-data.zip"' }
  return { stream: [csvZip(json)], type: 'application/zip', headers }
}

async function postErase(call: Call): Promise<Answer> {
  const erasure = await act(call, erase)
  const aftermath = await afterErasure(call.context, erasure)
  return { json: shownErasure(userOf(call), erasure, aftermath) }
}

async function setFrozen(call: Call, work: typeof freeze): Promise<Answer> {
  return { json: shownFreeze(userOf(call), await act(call, work)) }
}

async function postMerge(call: Call): Promise<Answer> {
  const { into } = call.body as { into: string }
  if (into === userOf(call)) {
    const fault = { pointer: '/into', message: 'is the same account' }
    throw new Problem('malformed', 'An account cannot be merged into itself.', [fault])
  }
  const done = await act(call, (moment, asked) => merge(moment, { ...asked, into }))
  return { json: { user_id: userOf(call), ...done } }
}
