/** The part of the tour of every route that is about a restore: each answers well once, and refuses. */
import type { Response, Test } from 'supertest'
import { pauseRedeeming } from '../../sidecar/actions/pause.js'
import { askToResend } from '../../sidecar/actions/resend.js'
import type { TestRocket } from '../support.js'
import { get, post, sendEvents } from './calls.js'
import { give, momentOf, redeem } from './shop.js'

type Visit = (route: string, call: Test | Promise<Response>) => Promise<Response>

/** After the tour of rewards, with the ledger's key in use. */
export async function tourOfRestores(rocket: TestRocket, visit: Visit): Promise<void> {
  const { writer } = rocket.context.stores
  await give(rocket, '3', 100)
  const { body } = await visit('post /api/rewards/{id}/redeem', redeem(rocket, '3', 'lunch', 20, 'kept'))
  const receipts = (all: unknown) =>
    visit('post /api/receipts', post(rocket, '/api/receipts', JSON.stringify({ receipts: all })))
  await receipts([body.receipt, 'nonsense'])
  await receipts('none')
  const { id } = writer.write(() => askToResend(momentOf(rocket), rocket.clock.now, 'it'))
  await visit('post /api/rewards/{id}/redeem', redeem(rocket, '3', 'lunch', 20, 'paused'))
  await visit('post /api/events', sendEvents(rocket, []))
  await visit('get /api/handshake', get(rocket, '/api/handshake'))
  await visit('get /api/notices', get(rocket, '/api/notices', 'events'))
  writer.write(() => pauseRedeeming(momentOf(rocket), 'person', { actor: 'it', reason: 'for a test' }))
  for (const asked of [{ id }, { id: 'rsd_0' }, {}])
    await visit('post /api/resent', post(rocket, '/api/resent', JSON.stringify(asked)))
}
