/** `pause`, `resume`: nobody redeems anything for the time being. */
import { pauseRedeeming, resumeRedeeming } from '../actions/pause.js'
import { closest } from '../rules/closest.js'
import type { PauseCause } from '../store/pause.js'
import { act, actor, type Command, DONE, type Invocation, requiredOption, UsageError, withContext } from './command.js'

const REASON = { reason: { type: 'string' } } as const
/** What can be paused. */
const REDEEMING = 'redeeming'

export const pause: Command = {
  name: 'pause',
  usage: 'redeeming --reason R',
  summary: 'nobody redeems anything until it is resumed; points are earned all the while',
  mostArguments: 1,
  options: REASON,
  run: (invocation) => {
    requireRedeeming(invocation)
    const wanted = { actor: actor(), reason: requiredOption(invocation, 'reason', '"a price is wrong"') }
    return withContext(invocation.config, (context) => {
      const changed = act(context, (moment) => pauseRedeeming(moment, 'person', wanted))
      invocation.print({ redeeming: 'paused', changed }, `Redeeming is paused${changed ? ' now' : ', as before'}.`)
      return DONE
    })
  },
}

export const resume: Command = {
  name: 'resume',
  usage: 'redeeming --reason R',
  summary: 'redeeming goes on, also where a restore still waits for Moodle',
  mostArguments: 1,
  options: REASON,
  run: (invocation) => {
    requireRedeeming(invocation)
    const wanted = { actor: actor(), reason: requiredOption(invocation, 'reason', '"the price is mended"') }
    return withContext(invocation.config, (context) => {
      const causes: readonly PauseCause[] = ['person', 'restore']
      const changed = act(context, (moment) => causes.filter((cause) => resumeRedeeming(moment, cause, wanted)))
      const text = `Redeeming goes on${changed.length > 0 ? ' now' : ', as before'}.`
      invocation.print({ redeeming: 'open', changed: changed.length > 0 }, text)
      if (changed.includes('restore'))
        invocation.note(
          'Moodle has not sent everything again: a code that was handed out after the backup may go out twice.',
        )
      return DONE
    })
  },
}

/** @throws UsageError for whatever else. */
function requireRedeeming({ arguments: [what] }: Invocation): void {
  if (what === REDEEMING) return
  const near = closest(what ?? '', [REDEEMING])
  throw new UsageError(
    what === undefined
      ? 'what? redeeming'
      : `${what} cannot be paused, only redeeming${near ? '; did you mean that?' : ''}`,
  )
}
