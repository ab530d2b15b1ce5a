/** `adjust` and `liability`: balances, corrected and summed up. */
import { adjust } from '../actions/adjust.js'
import {
  act,
  actor,
  argument,
  type Command,
  counted,
  DONE,
  requiredOption,
  UsageError,
  withContext,
} from './command.js'
import { grouped } from './progress.js'

const MOST_POINTS = 1_000_000

export const adjustCommand: Command = {
  name: 'adjust',
  usage: 'USER POINTS --reason R',
  summary: 'gives a learner points, or with a minus takes some',
  mostArguments: 2,
  options: { reason: { type: 'string' } },
  run: (invocation) => {
    const userId = argument(invocation, 0, 'whose points? Give the learner’s id in the LMS')
    const written = argument(invocation, 1, 'how many points? A whole number, with a minus to take some')
    const points = Number(written)
    if (!/^[+-]?[0-9]{1,7}$/.test(written) || points === 0 || Math.abs(points) > MOST_POINTS) {
      throw new UsageError(`${written} is not a whole number of points from -1,000,000 to 1,000,000, other than 0`)
    }
    if (userId.length > 64 || /[\u0000-\u001f\u007f]/.test(userId))
      throw new UsageError('a learner’s id has at most 64 characters')
    const reason = requiredOption(invocation, 'reason', '"lost in the move of servers"')
    return withContext(invocation.config, (context) => {
      const { seq, balance, isNew } = act(context, (moment) =>
        adjust(moment, { userId, points, reason, actor: actor() }),
      )
      invocation.print(
        { seq, user_id: userId, points, balance },
        `Learner ${userId} has ${counted(balance, 'point')} now (entry ${seq}).`,
      )
      if (isNew) invocation.note(`Rocket had never heard of a learner ${userId} before: is the id right?`)
      return DONE
    })
  },
}

export const liability: Command = {
  name: 'liability',
  usage: '',
  summary: 'points that learners can still spend, by the month in which they lapse',
  run: (invocation) =>
    withContext(invocation.config, ({ stores }) => {
      const { months, undated, owed } = stores.writer.read(() => stores.ledger.lots.outstanding())
      const total = undated + months.reduce((sum, { points }) => sum + points, 0)
      const lines = [
        ...months.map(({ month, points }) => `${month}  ${grouped(points).padStart(12)}`),
        `never    ${grouped(undated).padStart(11)}`,
        `total    ${grouped(total).padStart(11)}`,
        ...(owed > 0 ? [`Learners whose balance is below zero owe ${grouped(owed)}.`] : []),
      ]
      invocation.print({ total, undated, months, owed }, lines.join('\n'))
      return DONE
    }),
}
