/** `pause`, `resume`: nobody redeems anything for the time being. */
import type { Moment } from '../actions/moment.js'
import { pauseRedeeming, resumeRedeeming, type Wanted } from '../actions/pause.js'
import { closest } from '../rules/closest.js'
import type { PauseCause } from '../store/pause.js'
import { act, actor, type Command, DONE, type Invocation, requiredOption, UsageError, withContext } from './command.js'

/** What can be paused. */
const REDEEMING = 'redeeming'
const CAUSES: readonly PauseCause[] = ['person', 'restore']
const WITHOUT_MOODLE =
  'Moodle has not sent everything again: a code that was handed out after the backup may go out twice. What it still sends is taken.'

interface Half {
  readonly name: string
  readonly summary: string
  /** A reason somebody might give. */
  readonly example: string
  readonly result: 'paused' | 'open'
  readonly text: string
  /** @returns the causes that came or went. */
  readonly change: (moment: Moment, wanted: Wanted) => PauseCause[]
}

const half = ({ name, summary, example, result, text, change }: Half): Command => ({
  name,
  usage: 'redeeming --reason R',
  summary,
  mostArguments: 1,
  options: { reason: { type: 'string' } },
  run: (invocation) => {
    requireRedeeming(invocation)
    const wanted = { actor: actor(), reason: requiredOption(invocation, 'reason', example) }
    return withContext(invocation.config, (context) => {
      const causes = act(context, (moment) => change(moment, wanted))
      const changed = causes.length > 0
      invocation.print({ redeeming: result, changed }, `${text}${changed ? ' now' : ', as before'}.`)
      if (causes.includes('restore')) invocation.note(WITHOUT_MOODLE)
      return DONE
    })
  },
})

export const pause = half({
  name: 'pause',
  summary: 'nobody redeems anything until it is resumed; points are earned all the while',
  example: '"a price is wrong"',
  result: 'paused',
  text: 'Redeeming is paused',
  change: (moment, wanted) => (pauseRedeeming(moment, 'person', wanted) ? ['person'] : []),
})

export const resume = half({
  name: 'resume',
  summary: 'redeeming goes on, also where a restore still waits for Moodle',
  example: '"the price is mended"',
  result: 'open',
  text: 'Redeeming goes on',
  change: (moment, wanted) => CAUSES.filter((cause) => resumeRedeeming(moment, cause, wanted)),
})

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
