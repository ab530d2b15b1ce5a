/** The part of the tour of every route that is about fair play: each answers well once, and refuses. */
import type { Response, Test } from 'supertest'
import { type TestRocket, wireEvent } from '../support.js'
import { get, post, sendEvents } from './calls.js'

type Visit = (route: string, call: Test | Promise<Response>) => Promise<Response>

/** Where entries of glossaries are held. */
export async function tourOfReview(rocket: TestRocket, visit: Visit): Promise<void> {
  const act = (path: string, given: string, body: object, scope = 'review', claims = {}) =>
    visit(`post ${path}`, post(rocket, path.replace('{id}', given), JSON.stringify(body), scope, claims))
  const entry = (n: number) => ({
    event: '\\mod_glossary\\event\\entry_created',
    id: `entry ${n}`,
    object: `glossary_entries:${n}`,
    activity: 'glossary:4',
  })
  await sendEvents(
    rocket,
    [1, 2, 3, 4].map((n) => wireEvent({ ...entry(n), data: {} })),
  )
  const { body: queue } = await visit('get /api/review', get(rocket, '/api/review?state=open&kind=hold', 'review'))
  const [id = '', second, third, fourth = ''] = queue.items.map((item: { id: number }) => String(item.id))
  await visit('get /api/review', get(rocket, '/api/review?state=lost', 'review'))
  await visit('get /api/review/checks', get(rocket, '/api/review/checks', 'review'))
  await visit('get /api/user/holds', get(rocket, '/api/user/holds', 'learner', { sub: '42' }))
  const mine = ['learner', { sub: '42' }] as const
  await act('/api/user/holds/{id}/appeal', id, {}, ...mine)
  await act('/api/user/holds/{id}/appeal', '99999', {}, ...mine)
  await act('/api/review/{id}/confirm', '99999', { reason: 'looked' })
  await act('/api/review/{id}/confirm', fourth, { reason: 'looked' })
  await act('/api/review/{id}/release', id, { reason: '' })
  await act('/api/review/{id}/release', id, { reason: 'looked' })
  await act('/api/review/{id}/confirm', id, { reason: 'looked' })
  await act('/api/user/holds/{id}/appeal', id, {}, ...mine)
  await act('/api/review/release', '', { ids: [], reason: 'looked' })
  await act('/api/review/confirm', '', { ids: [Number(id)], reason: 'looked' })
  await act('/api/review/release', '', { ids: [Number(second)], reason: 'looked' })
  await act('/api/review/confirm', '', { ids: [Number(third)], reason: 'looked' })
  await act('/api/review/release', '', { ids: [99999], reason: 'looked' })
  await act('/api/learners/{id}/exempt', '42', { exempt: true })
  await act('/api/learners/{id}/exempt', '42', { exempt: 'yes' })
  await visit('get /api/review', get(rocket, '/api/review?state=all&user_id=42', 'review'))
}
