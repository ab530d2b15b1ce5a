/** Calls as the paired Moodle makes them. */
import request, { type Test } from 'supertest'
import type { TestRocket } from '../support.js'

/** A call that reads. The path may carry a query. */
export const get = (rocket: TestRocket, path: string, scope = 'admin', claims: object = {}): Test =>
  request(rocket.app)
    .get(path)
    .set('Authorization', `Bearer ${rocket.token(scope, claims)}`)

/** A call that changes something, its token bound to the very bytes that are sent. */
export function post(rocket: TestRocket, path: string, body: string | Buffer, scope = 'events', claims: object = {}) {
  const token = rocket.token(scope, claims, { method: 'POST', path, body: body as string })
  return postAs(rocket, path, body, token)
}

export function postAs(rocket: TestRocket, path: string, body: string | Buffer, token: string | null): Test {
  const call = request(rocket.app).post(path).set('Content-Type', 'application/json')
  if (token !== null) call.set('Authorization', `Bearer ${token}`)
  // As bytes, so that the client does not rewrite them.
  return call.serialize((sent) => sent).send(Buffer.from(body) as never)
}

export const sendEvents = (rocket: TestRocket, events: unknown): Test =>
  post(rocket, '/api/events', JSON.stringify({ events }))

export const balanceOf = (rocket: TestRocket, user: string): number => {
  const { ledger, learners } = rocket.context.stores
  const subject = learners.subjectOf('moodle', user)
  return subject === null ? 0 : ledger.balance(subject).points
}
