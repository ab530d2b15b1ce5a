/** `redemption`: support for what learners have redeemed. No token and no code is ever printed. */
import { supportView } from '../actions/shown-redemption.js'
import { type Asked, cancel, extend, reissue, replay } from '../actions/support.js'
import { parseDuration } from '../domain/duration.js'
import { untilOf } from '../domain/instant.js'
import { STATES } from '../domain/redemption.js'
import {
  act,
  actor,
  argument,
  type Command,
  counted,
  DONE,
  type Invocation,
  inForce,
  limitOption,
  requiredOption,
  textOption,
  UsageError,
  withContext,
  wordOption,
} from './command.js'

const WHICH = 'which redemption? `scripts/rocket redemption list` shows their ids'
const SHOWN = 50

export const redemptionList: Command = {
  name: 'redemption list',
  usage: '[--state S] [--reward ID] [--user ID] [--partner ID] [--limit 50]',
  summary: 'redemptions, newest first, with what partners were sent',
  options: {
    state: { type: 'string' },
    reward: { type: 'string' },
    user: { type: 'string' },
    partner: { type: 'string' },
    limit: { type: 'string' },
  },
  run: (invocation) => {
    const text = (name: string) => textOption(invocation, name)
    const state = wordOption(invocation, 'state', STATES)
    const limit = limitOption(invocation, SHOWN)
    return withContext(invocation.config, (context) => {
      const { stores, rules } = context
      const subject = stores.learners.filterBy(inForce(rules).settings.source, text('user'))
      const filter = { state, reward: text('reward'), partner: text('partner'), subject }
      const redemptions = stores.redemptions.list(filter, limit).map((redemption) => supportView(context, redemption))
      const lines = redemptions.flatMap((one) => [
        [
          one.redemption_id,
          one.status.padEnd(10),
          one.created_at.slice(0, 16),
          `learner ${one.user_id}`,
          one.reward_id,
          `${one.cost} points`,
        ].join('  '),
        ...(one.consumed_at
          ? [`    used ${one.consumed_at} by ${one.consumed_by}${one.reference ? `, ${one.reference}` : ''}`]
          : []),
        ...one.messages
          .filter((sent) => sent.state !== 'done' || one.status === 'refused')
          .map(
            ({ type, state: at, attempts, outcome }) =>
              `    ${type}: ${at} after ${counted(attempts, 'attempt')}${outcome ? `: ${outcome}` : ''}`,
          ),
      ])
      invocation.print({ redemptions }, lines.join('\n') || 'There is no such redemption.')
      return DONE
    })
  },
}

export const redemptionCancel = command(
  'redemption cancel',
  'ends a redemption; points and money go back',
  cancel,
  'Cancelled',
)

export const redemptionReissue = command(
  'redemption reissue',
  'a new token for a lost one, or another code for one that the shop refused',
  reissue,
  'Replaced',
)

export const redemptionReplay = command(
  'redemption replay',
  'sends its partner again what could not be sent',
  replay,
  'To be sent again',
)

export const redemptionExtend: Command = {
  name: 'redemption extend',
  usage: 'ID --by 7d|--until 2027-01-31 --reason R',
  summary: 'more time for an unused token',
  mostArguments: 1,
  options: { by: { type: 'string' }, until: { type: 'string' }, reason: { type: 'string' } },
  run: (invocation) => {
    const { by, until } = invocation.options
    if ((by === undefined) === (until === undefined)) throw new UsageError('give either --by 7d or --until 2027-01-31')
    return change(invocation, 'Extended', (moment, id, asked) => {
      const redemption = moment.stores.redemptions.byId(id)
      const instant =
        typeof by === 'string'
          ? (redemption?.expires ?? moment.now) + requireDuration(by)
          : untilOf(String(until), moment.rules.current().civil)
      if (instant === null) throw new UsageError(`--until ${until} is neither 2027-01-31 nor 2027-01-31T12:00:00Z`)
      extend(moment, id, instant, asked)
    })
  },
}

function requireDuration(written: string): number {
  const milliseconds = parseDuration(written)
  if (milliseconds === null) throw new UsageError(`--by ${written} is no duration: write 12h, 7d or 4w`)
  return milliseconds
}

type Action = (moment: Parameters<typeof cancel>[0], id: string, asked: Asked) => unknown

function command(name: string, summary: string, action: Action, done: string): Command {
  const run = (invocation: Invocation) => change(invocation, done, action)
  return { name, usage: 'ID --reason R', summary, mostArguments: 1, options: { reason: { type: 'string' } }, run }
}

function change(invocation: Invocation, done: string, action: Action): Promise<number> {
  const id = argument(invocation, 0, WHICH)
  const reason = requiredOption(invocation, 'reason', '"lost phone"')
  return withContext(invocation.config, (context) => {
    act(context, (moment) => action(moment, id, { actor: actor(), reason }))
    const view = supportView(context, context.stores.redemptions.byId(id)!)
    const until = view.expires_at === null || view.status === 'cancelled' ? '' : `, until ${view.expires_at}`
    invocation.print(view, `${done}: ${id} of learner ${view.user_id}, ${view.reward_id}, is ${view.status}${until}.`)
    return DONE
  })
}
