/** Looks again and again for messages to partners that are due, and sends them. */
import { Messenger } from './actions/send-messages.js'
import type { Context } from './context.js'

/** The longest that a redemption waits before it is on its way. */
const LOOK_EVERY = 500

/** @returns how to stop it: what is under way is sent again after the next start. */
export function startMessenger(context: Context, lookEvery = LOOK_EVERY): () => Promise<void> {
  const messenger = new Messenger(context)
  const looking = setInterval(() => {
    messenger.sendDue().catch((err: unknown) => {
      context.log.error({ err }, 'the outbox could not be read; it is looked at again')
    })
  }, lookEvery)
  return async () => {
    clearInterval(looking)
    await messenger.stop()
  }
}
