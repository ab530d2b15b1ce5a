/** The part of the tour of every route that is about learners' rights: each answers well once, and refuses. */
import type { Response, Test } from 'supertest'
import type { TestRocket } from '../support.js'
import { get, post } from './calls.js'

type Visit = (route: string, call: Test | Promise<Response>) => Promise<Response>

/** After the tour of rewards: 1 and 2 have redeemed, and 42 has events. */
export async function tourOfRights(rocket: TestRocket, visit: Visit): Promise<void> {
  const ask = (user: string, what: string, body: object = { reason: 'asked for' }) =>
    visit(
      `post /api/learners/{id}/${what}`,
      post(rocket, `/api/learners/${user}/${what}`, JSON.stringify(body), 'privacy'),
    )
  const exported = (user: string) =>
    visit('get /api/learners/{id}/export', get(rocket, `/api/learners/${user}/export`, 'privacy'))
  await ask('42', 'freeze')
  await ask('42', 'freeze', {})
  for (const user of ['42', '1', 'nobody', 'x'.repeat(65)]) await exported(user)
  await ask('42', 'unfreeze')
  await ask('42', 'unfreeze', {})
  await ask('2', 'merge', { into: '1', reason: 'one person' })
  await ask('2', 'merge', { into: '42', reason: 'one person' })
  await ask('2', 'merge', { into: '2', reason: 'one person' })
  await exported('2')
  for (const user of ['2', '1', 'nobody']) await ask(user, 'erase')
  await ask('42', 'erase', { reason: '' })
}
