/** `learner`: what learners have a right to, and accounts that are one. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Aftermath, afterErasure } from '../actions/after-erasure.js'
import { type Erasure, erase } from '../actions/erase.js'
import { setExempt } from '../actions/exempt.js'
import { keepRecipe } from '../actions/exports.js'
import { freeze, unfreeze } from '../actions/freeze.js'
import { type AskedFor, requireKnown, showLearner } from '../actions/learner.js'
import { merge } from '../actions/merge.js'
import { learnerExport, shownErasure, shownFreeze } from '../actions/shown-learner.js'
import { csvFiles, csvZip } from '../archive/learner-csv.js'
import { replaceFile } from '../files.js'
import {
  act,
  actor,
  argument,
  type Command,
  counted,
  DONE,
  type Invocation,
  PROBLEM,
  requiredOption,
  UsageError,
  withContext,
} from './command.js'

const WHO = 'which learner? Give their id in the LMS'
const REASON = { reason: { type: 'string' } } as const

export const learnerExportCommand: Command = {
  name: 'learner export',
  usage: 'USER [--format json|csv] [--out FOLDER|FILE]',
  summary: 'everything that is kept about a learner, their unused tokens included; CSV as a folder or a .zip',
  mostArguments: 1,
  options: { format: { type: 'string' }, out: { type: 'string' } },
  run: (invocation) => {
    const userId = learner(invocation, 0, WHO)
    const { format = 'json', out } = invocation.options
    if (format !== 'json' && format !== 'csv') throw new UsageError(`--format is json or csv, not ${format}`)
    if (typeof out === 'string') return exportTo(invocation, userId, format, out)
    if (format === 'csv') throw new UsageError('--out is missing: CSV is several files, in a new folder or in a .zip')
    return withContext(invocation.config, (context) => {
      const kept = act(context, (moment) => learnerExport(moment, { userId, actor: actor() }))
      invocation.print(kept, JSON.stringify(kept, null, 2))
      return DONE
    })
  },
}

function exportTo(invocation: Invocation, userId: string, format: 'json' | 'csv', out: string): Promise<number> {
  const asFolder = format === 'csv' && !out.endsWith('.zip')
  if (!existsSync(dirname(resolve(out)))) throw new UsageError(`there is no folder ${dirname(out)}: make it first`)
  if (asFolder && existsSync(out)) throw new UsageError(`${out} is there already: name a new folder`)
  return withContext(invocation.config, (context) => {
    const kept = act(context, (moment) => learnerExport(moment, { userId, actor: actor() }))
    const { known, merged_into, accounts } = kept
    // Whichever of their accounts it is: they are erased together.
    const [account] = accounts
    if (account) keepRecipe(context.config.home, out, { format: 'personal', subject: account.subject })
    if (asFolder) {
      mkdirSync(out, { mode: 0o700 })
      for (const [name, text] of csvFiles(kept)) replaceFile(join(out, name), text)
    } else replaceFile(out, [format === 'csv' ? csvZip(kept) : `${JSON.stringify(kept, null, 2)}\n`])
    invocation.print({ user_id: userId, known, merged_into, out }, '')
    const nothing = merged_into === null ? `nothing is kept of a learner ${userId}` : `it is part of ${merged_into}`
    invocation.note(`Wrote ${out}${known ? '' : `, which says that ${nothing}`}.`)
    return DONE
  })
}

export const learnerShow: Command = {
  name: 'learner show',
  usage: 'USER|subject:SUBJECT',
  summary: 'under which subject somebody stands on the ledger, or who a subject is',
  mostArguments: 1,
  run: (invocation) => {
    const asked = argument(
      invocation,
      0,
      'whom? Give their id in the LMS, or a subject such as subject:8bbe33c8d5a36908349625f7',
    )
    return withContext(invocation.config, (context) => {
      const shown = act(context, (moment) => showLearner(moment, asked))
      const { user_id, subject, merged_into, frozen, legal_hold } = shown
      const text = [
        subject === null
          ? `Rocket knows nobody under ${asked}.`
          : `${user_id ?? 'erased'} stands on the ledger as ${subject}.`,
        ...(merged_into === null ? [] : [`Their account is part of ${merged_into} since they were merged.`]),
        ...(frozen === null ? [] : [`Frozen: ${frozen}`]),
        ...(legal_hold === null ? [] : [`A legal hold keeps them: ${legal_hold}`]),
      ]
      invocation.print(shown, text.join('\n'))
      return subject === null ? PROBLEM : DONE
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
    return withContext(invocation.config, async (context) => {
      const erasure = act(context, (moment) => erase(moment, asked))
      const aftermath = await afterErasure(context, erasure)
      const { userId } = asked
      const text = erasure.erased
        ? erasureLines(userId, erasure, aftermath).join('\n')
        : (elsewhere(userId, erasure.mergedInto) ?? `Nothing is kept of a learner ${userId}.`)
      invocation.print(shownErasure(userId, erasure, aftermath), text)
      if (!aftermath.logEmptied)
        invocation.note('Somebody is reading the database: SQLite’s log is emptied by the nightly job `retention`.')
      return aftermath.exports.left.length > 0 ? PROBLEM : DONE
    })
  },
}

function erasureLines(userId: string, { records, cancelled, inDoubt }: Erasure, { exports }: Aftermath): string[] {
  const { remade, deleted, left } = exports
  const doubt =
    inDoubt > 0
      ? ` What was sent to partners, and not answered, stands as spent: ${counted(inDoubt, 'redemption')}.`
      : ''
  const files = (what: string, names: readonly string[]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : [])
  return [
    `Learner ${userId} is erased: ${counted(records, 'record')} deleted, ${counted(cancelled, 'open redemption')} ended.${doubt}`,
    ...files('Exports made anew without them', remade),
    ...files('Exports of them alone, deleted', deleted),
    ...files('Exports that show them still, for you to delete', left),
  ]
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
        const state = act(context, (moment) => {
          requireKnown(moment, asked.userId)
          return work(moment, asked)
        })
        const { userId } = asked
        const now = `Learner ${userId} is ${state.frozen ? 'frozen' : 'not frozen'}${state.changed ? ' now' : ', as before'}.`
        invocation.print(shownFreeze(userId, state), elsewhere(userId, state.mergedInto) ?? now)
        return DONE
      })
    },
  }
}

export const learnerExempt: Command = {
  name: 'learner exempt',
  usage: 'USER [--end]',
  summary:
    'nothing is held against a learner by the clock (shift work, a screen reader, extra time); no reason is asked',
  mostArguments: 1,
  options: { end: { type: 'boolean' } },
  run: (invocation) => {
    const userId = learner(invocation, 0, WHO)
    const exempt = invocation.options.end !== true
    return withContext(invocation.config, (context) => {
      const { changed, mergedInto } = act(context, (moment) => {
        requireKnown(moment, userId)
        return setExempt(moment, { userId, actor: actor(), exempt })
      })
      const now = `Learner ${userId} is ${exempt ? 'exempt' : 'not exempt'} from checks of timing${changed ? ' now' : ', as before'}.`
      invocation.print(
        { user_id: userId, exempt, changed, merged_into: mergedInto },
        elsewhere(userId, mergedInto) ?? now,
      )
      return DONE
    })
  },
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
