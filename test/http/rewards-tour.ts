/** The part of the tour of every route that is about rewards: each answers well once, and refuses. */
import type { Response, Test } from 'supertest'
import type { TestRocket } from '../support.js'
import { get, post } from './calls.js'
import { addCodes, asAdmin, asLearner, atTill, give, partnerToken, redeem } from './shop.js'

type Visit = (route: string, call: Test | Promise<Response>) => Promise<Response>

export async function tourOfRewards(rocket: TestRocket, visit: Visit): Promise<void> {
  addCodes(rocket)
  await visit('post /api/adjustments', asAdmin(rocket, '/api/adjustments', { user_id: '1', points: 500, reason: 'a' }))
  await visit('post /api/adjustments', asAdmin(rocket, '/api/adjustments', { user_id: '1', points: 0 }))
  await give(rocket, '2', 500)

  await visit('get /api/rewards', get(rocket, '/api/rewards', 'learner', { sub: '1' }))
  await visit('get /api/rewards', get(rocket, '/api/rewards?user_id=2&lang=de'))
  await visit('get /api/rewards', get(rocket, '/api/rewards?user_id=nobody'))

  const route = 'post /api/rewards/{id}/redeem'
  const mug = await visit(route, redeem(rocket, '1', 'mug', 50, 'a'))
  await visit(route, redeem(rocket, '1', 'mug', 50, 'a'))
  await visit(route, redeem(rocket, '1', 'mug', 51, 'a'))
  await visit(route, redeem(rocket, '1', 'mug', 51, 'b'))
  await visit(route, redeem(rocket, '1', 'mug', 50, null))
  await visit(route, redeem(rocket, '1', 'trip', 40, 'c'))
  await visit(route, redeem(rocket, '1', 'nothing', 40, 'd'))
  await visit(route, redeem(rocket, '1', 'cinema', 10, 'e'))
  await visit(route, redeem(rocket, '1', 'discount', 120, 'f'))
  const lab = await visit(route, redeem(rocket, '1', 'lab', 10, 'g'))
  const book = await visit(route, redeem(rocket, '1', 'book', 30, 'h'))
  const second = await visit(route, redeem(rocket, '1', 'mug', 50, 'i'))

  await tourOfTills(rocket, visit, mug.body.token)
  await visit('get /api/user/redemptions', get(rocket, '/api/user/redemptions', 'learner', { sub: '1' }))
  await visit('get /api/user/redemptions', get(rocket, '/api/user/redemptions?user_id=1&limit=2'))
  await visit('get /api/user/redemptions', get(rocket, '/api/user/redemptions?limit=0', 'learner', { sub: '1' }))
  const own = (id: string) => asLearner(rocket, '1', `/api/user/redemptions/${id}/cancel`)
  await visit('post /api/user/redemptions/{id}/cancel', own(second.body.redemption_id))
  await visit('post /api/user/redemptions/{id}/cancel', own(lab.body.redemption_id))
  await visit('post /api/user/redemptions/{id}/cancel', own('rdm_0'))

  await tourOfSupport(rocket, visit, mug.body.redemption_id, book.body.redemption_id)
  await visit('get /api/deliveries', get(rocket, '/api/deliveries', 'events'))
  const answer = (id: string, body: object) => post(rocket, `/api/deliveries/${id}`, JSON.stringify(body))
  await visit('post /api/deliveries/{id}', answer(lab.body.redemption_id, { status: 'done' }))
  await visit('post /api/deliveries/{id}', answer(lab.body.redemption_id, { status: 'maybe' }))
  await visit('post /api/deliveries/{id}', answer(book.body.redemption_id, { status: 'done' }))
  await visit('get /api/notices', get(rocket, '/api/notices', 'events'))
  await visit('get /api/notices', get(rocket, '/api/notices?after=x', 'events'))
  for (const path of ['/api/reports/liability', '/api/reports/budgets']) {
    await visit(`get ${path}`, get(rocket, path, 'reports'))
    await visit(`get ${path}`, get(rocket, path, 'learner', { sub: '1' }))
  }
}

async function tourOfTills(rocket: TestRocket, visit: Visit, token: string): Promise<void> {
  const [canteen, nobody] = [partnerToken(rocket, 'canteen'), partnerToken(rocket, null)]
  for (const what of ['verify', 'consume', 'reverse'] as const) {
    const route = `post /api/tokens/${what}`
    await visit(route, atTill(rocket, what, { token, reference: 'till 1' }))
    await visit(route, atTill(rocket, what, {}))
    await visit(route, atTill(rocket, what, { token: 'no token' }, { till: canteen }))
    await visit(route, atTill(rocket, what, { token }, { till: nobody }))
  }
  await visit('post /api/tokens/consume', atTill(rocket, 'consume', { token, reference: 'till 2' }))
  await visit('post /api/tokens/consume', atTill(rocket, 'consume', { token, reference: 'till 2' }))
  await visit('get /api/partner/redemptions', get(rocket, '/api/partner/redemptions?partner=counter'))
  await visit('get /api/partner/redemptions', get(rocket, '/api/partner/redemptions'))
  for (let guess = 0; guess < 31; guess++) {
    await visit('post /api/tokens/verify', atTill(rocket, 'verify', { token: `guess ${guess}` }, { till: canteen }))
  }
}

async function tourOfSupport(rocket: TestRocket, visit: Visit, consumed: string, sent: string): Promise<void> {
  const { body } = await visit('post /api/rewards/{id}/redeem', redeem(rocket, '2', 'mug', 50, 'z'))
  const act = (id: string, name: string, more: object = {}) =>
    visit(
      `post /api/redemptions/{id}/${name}`,
      asAdmin(rocket, `/api/redemptions/${id}/${name}`, { reason: 'asked for', ...more }),
    )
  await act(body.redemption_id, 'extend', { until: '2027-02-01' })
  await act(body.redemption_id, 'extend', { until: 'soon' })
  await act(body.redemption_id, 'reissue')
  await act(consumed, 'reissue')
  await act(sent, 'replay')
  await act(consumed, 'replay')
  await act(body.redemption_id, 'cancel')
  await act(body.redemption_id, 'cancel')
  await visit('get /api/redemptions', get(rocket, '/api/redemptions'))
  await visit('get /api/redemptions', get(rocket, '/api/redemptions?state=gone'))
}
