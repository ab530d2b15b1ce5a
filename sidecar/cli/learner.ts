/** `learner`: what learners have a right to, and accounts that are one. */
import { erase } from '../actions/erase.js'
import { freeze, unfreeze } from '../actions/freeze.js'
import type { AskedFor } from '../actions/learner.js'
import { merge } from '../actions/merge.js'
import { learnerExport } from '../http/learner-export.js'
import { shownFreeze } from '../http/learner-rights.js'
import {
  act,
  actor,
  argument,
  type Command,
  counted,
  DONE,
  type Invocation,
  requiredOption,
  UsageError,
  withContext,
} from './command.js'

const WHO = 'which learner? Give their id in the LMS'
const REASON = { reason: { type: 'string' } } as const

export const learnerExportCommand: Command = {
  name: 'learner export',
  usage: 'USER',
  summary: 'everything that is kept about a learner, as JSON, their unused tokens included',
  mostArguments: 1,
  run: (invocation) => {
    const userId = learner(invocation, 0, WHO)
    return withContext(invocation.config, (context) => {
      const kept = act(context, (moment) => learnerExport(moment, { userId, actor: actor() }))
      invocation.print(kept, JSON.stringify(kept, null, 2))
      return DONE
    })
  },
}

export const learnerErase: Command = {
  name: 'learner erase',
  usage: 'USER --reason R',
  summary: 'forgets a learner for ever; the reason stays on the ledger, so it should name nobody',
  mostArguments: 1,
  options: REASON,
  run: (invocation) => {
    const asked = askedFor(invocation, '"asked for it"')
    return withContext(invocation.config, (context) => {
      const { mergedInto: merged_into, ...done } = act(context, (moment) => erase(moment, asked))
      const { userId } = asked
      const { erased, records, cancelled } = done
      const text = erased
        ? `Learner ${userId} is erased: ${counted(records, 'record')} deleted, ${counted(cancelled, 'open redemption')} ended.`
        : (elsewhere(userId, merged_into) ?? `Nothing is kept of a learner ${userId}.`)
      invocation.print({ user_id: userId, ...done, merged_into }, text)
      if (erased && !context.stores.writer.emptyLog())
        invocation.note('Somebody is reading the database: SQLite’s log is emptied by the nightly job `retention`.')
      return DONE
    })
  },
}

export const learnerFreeze = freezing('freeze', 'a learner earns and redeems nothing, and keeps what they have', freeze)
export const learnerUnfreeze = freezing('unfreeze', 'a learner earns and redeems again', unfreeze)

function freezing(name: string, summary: string, work: typeof freeze): Command {
  return {
    name: `learner ${name}`,
    usage: 'USER --reason R',
    summary,
    mostArguments: 1,
    options: REASON,
    run: (invocation) => {
      const asked = askedFor(invocation, '"under review"')
      return withContext(invocation.config, (context) => {
        const state = act(context, (moment) => work(moment, asked))
        const { userId } = asked
        const now = `Learner ${userId} is ${state.frozen ? 'frozen' : 'not frozen'}${state.changed ? ' now' : ', as before'}.`
        invocation.print(shownFreeze(userId, state), elsewhere(userId, state.mergedInto) ?? now)
        return DONE
      })
    },
  }
}

export const learnerMerge: Command = {
  name: 'learner merge',
  usage: 'FROM TO --reason R',
  summary: 'makes one account part of another: what it has moves there, for good',
  mostArguments: 2,
  options: REASON,
  run: (invocation) => {
    const asked = askedFor(invocation, '"two accounts of one person"')
    const into = learner(invocation, 1, 'merge it into which account? Give its id in the LMS')
    if (into === asked.userId) throw new UsageError('an account cannot be merged into itself')
    return withContext(invocation.config, (context) => {
      const done = act(context, (moment) => merge(moment, { ...asked, into }))
      const text = done.merged
        ? `Learner ${asked.userId} is part of ${done.into} now: ${counted(done.points, 'point')} moved, and ${done.held} held.`
        : `There is nothing to merge: nothing is kept of ${asked.userId}, or they are one already.`
      invocation.print({ user_id: asked.userId, ...done }, text)
      return DONE
    })
  },
}

const elsewhere = (userId: string, mergedInto: string | null): string | null =>
  mergedInto && `Learner ${userId} is part of ${mergedInto} since they were merged. Nothing was done: name that one.`

function askedFor(invocation: Invocation, example: string): AskedFor {
  const userId = learner(invocation, 0, WHO)
  return { userId, actor: actor(), reason: requiredOption(invocation, 'reason', example) }
}

function learner(invocation: Invocation, index: number, missing: string): string {
  const userId = argument(invocation, index, missing)
  if (userId.length <= 64 && !/[\u0000-\u001f\u007f]/.test(userId)) return userId
  throw new UsageError('a learner’s id has at most 64 characters')
}
