/** `partner test`: does a partner take what it is sent? */
import { randomUUID } from 'node:crypto'
import { openPartner, sendTo } from '../actions/send-messages.js'
import { messageText } from '../webhook/message.js'
import { act, actor, argument, type Command, DONE, inForce, PROBLEM, UsageError, withContext } from './command.js'

export const partnerTest: Command = {
  name: 'partner test',
  usage: 'ID',
  summary: 'sends a partner a test message; where it was closed and answers well, it is open again',
  mostArguments: 1,
  run: (invocation) => {
    const id = argument(invocation, 0, 'which partner? The id that rewards.yaml gives it')
    return withContext(invocation.config, async (context) => {
      const { rules, now, env } = context
      const { partners } = inForce(rules).catalogue
      const partner = partners.find((one) => one.id === id)
      if (!partner)
        throw new UsageError(
          `rewards.yaml in force has no partner ${id} (${partners.map((one) => one.id).join(', ') || 'none'})`,
        )
      if (partner.url === null) {
        invocation.print(
          { partner: id, ok: false, outcome: 'no_url' },
          `${id} has no url in rewards.yaml: it only asks, and is sent nothing.`,
        )
        return PROBLEM
      }
      const body = messageText('test', now(), {})
      const signal = new AbortController().signal
      const outcome = await sendTo(partner, { type: 'test', id: `test_${randomUUID()}`, body, env, now: now(), signal })
      const ok = outcome.kind === 'accepted'
      const reopened = ok && act(context, (moment) => openPartner(moment, id, actor()))
      const why =
        outcome.kind === 'gone' ? 'It answered 410: its address is gone.' : 'why' in outcome ? outcome.why : null
      const text = ok
        ? `${id} took the test message.${reopened ? ' It is open again.' : ''}`
        : `${id} did not take it: ${why}`
      invocation.print({ partner: id, ok, outcome: outcome.kind, why, reopened }, text)
      return ok ? DONE : PROBLEM
    })
  },
}
