import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { NOW, openRocket, type TestRocket, wireEvent } from '../support.js'
import { balanceOf, get, post, postAs, sendEvents } from './calls.js'

const MiB = 1024 * 1024
const inMinutes = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString()

describe('a batch of events', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(`
- { id: graded, event: quiz.graded, points: 10 }
- { id: posted, event: forum.post, points: 1, review: hold }
`)
  })
  afterEach(() => rocket.close())

  it('is answered one for one, in its order, the good ones taken and the bad ones told why', async () => {
    const first = wireEvent({ id: 'good' })
    const { status, body } = await sendEvents(rocket, [
      first,
      { ...wireEvent({ id: 'bad' }), user: 42 },
      first,
      wireEvent({ id: 'soon', time: inMinutes(10) }),
      wireEvent({ id: 'future', time: inMinutes(10.01) }),
      wireEvent({ id: 'unwanted', event: '\\core\\event\\user_loggedin' }),
      'nothing',
      wireEvent({ id: 'held', event: '\\mod_forum\\event\\post_created', object: 'forum_posts:1' }),
    ])
    expect(status).to.equal(200)
    const shown = body.results.map((result: Record<string, unknown>) => [
      result.id,
      result.status,
      result.points,
      result.held,
    ])
    expect(shown).to.deep.equal([
      ['good', 'recorded', 10, 0],
      ['bad', 'rejected', 0, 0],
      ['good', 'duplicate', 10, 0],
      ['soon', 'recorded', 10, 0],
      ['future', 'rejected', 0, 0],
      ['unwanted', 'ignored', 0, 0],
      [null, 'rejected', 0, 0],
      ['held', 'recorded', 0, 1],
    ])
    expect(body.results[1].error.faults).to.deep.equal([{ pointer: '/user', message: 'must be a text' }])
    expect(body.results[1].error.code).to.equal('invalid_event')
    expect(body.results[4].error.faults[0].pointer).to.equal('/time')
    expect(balanceOf(rocket, '42')).to.equal(20)
  })

  it('names every fault of an event by JSON pointer', async () => {
    const { body } = await sendEvents(rocket, [
      { id: '', time: 'yesterday', user: 42, course: 7, activity: 'quiz', data: { score: 101, late: 1, Text: ['a'] } },
    ])
    const pointers = body.results[0].error.faults.map(({ pointer }: { pointer: string }) => pointer)
    expect(pointers).to.have.members([
      '/id',
      '/event',
      '/time',
      '/user',
      '/course',
      '/activity',
      '/data/score',
      '/data/late',
    ])
    expect(body.results[0].error.text).to.contain('/event is missing; ')
    expect(body.results[0].error.text).to.contain('; /data/score must be a number from 0 to 100; ')
  })

  it('refuses a date that does not exist, and a name that is none', async () => {
    const { body } = await sendEvents(rocket, [
      wireEvent({ time: '2026-02-31T10:00:00Z', event: 'no such thing' }),
      wireEvent({ time: '2026-11-23T09:00:00+01:00' }),
    ])
    const pointers = (index: number) =>
      body.results[index].error.faults.map(({ pointer }: { pointer: string }) => pointer)
    expect(pointers(0)).to.deep.equal(['/time', '/event'])
    expect(pointers(1)).to.deep.equal(['/time'])
  })

  it('may be empty', async () => {
    const { status, body } = await sendEvents(rocket, [])
    expect([status, body.results]).to.deep.equal([200, []])
  })

  it('may hold a thousand events, and no more', async () => {
    const thousand = Array.from({ length: 1_000 }, () => wireEvent())
    const { status, body } = await sendEvents(rocket, thousand)
    expect([status, body.results.length]).to.deep.equal([200, 1_000])
    expect(balanceOf(rocket, '42')).to.equal(10_000)
    const more = await sendEvents(rocket, [...thousand, wireEvent()])
    expect([more.status, more.body.code, more.type]).to.deep.equal([413, 'too_large', 'application/problem+json'])
    expect(balanceOf(rocket, '42')).to.equal(10_000)
  })

  it('may carry keys that nobody knows', async () => {
    const data = { score: 85, weather: { sunny: true }, Mood: 'good', text: 'a\nb' }
    const body = JSON.stringify({ events: [{ ...wireEvent({ data }), weather: { sunny: true } }], colour: 'red' })
    expect((await post(rocket, '/api/events', body)).body.results[0]).to.include({ status: 'recorded', points: 10 })
  })

  it('is answered with the ETag of the subscriptions', async () => {
    const { body } = await sendEvents(rocket, [])
    const { headers } = await get(rocket, '/api/events/subscriptions', 'events')
    expect(body.subscriptions_etag).to.equal(headers.etag)
  })

  const notJson: Record<string, string | Buffer> = {
    'an empty body': '',
    'half a body': '{"events":[',
    'another language': 'events: []',
    'JSON after a byte order mark': '\ufeff{"events":[]}',
    'bytes that are not UTF-8': Buffer.from('{"events":[],"x":"\xff"}', 'latin1'),
  }
  for (const [what, body] of Object.entries(notJson)) {
    it(`answers 400 to ${what}`, async () => {
      const { status, body: problem, type } = await post(rocket, '/api/events', body)
      expect([status, problem.code, type]).to.deep.equal([400, 'malformed', 'application/problem+json'])
    })
  }

  const wrong: Record<string, [unknown, string, string]> = {
    'a list': [[], '', 'must be an object'],
    null: [null, '', 'must be an object'],
    'no events': [{}, '/events', 'is missing'],
    'events that are no list': [{ events: { 0: {} } }, '/events', 'must be a list'],
  }
  for (const [what, [body, pointer, message]] of Object.entries(wrong)) {
    it(`answers 400 to ${what}, and says where the fault is`, async () => {
      const { status, body: problem } = await post(rocket, '/api/events', JSON.stringify(body))
      expect([status, problem.code]).to.deep.equal([400, 'malformed'])
      expect(problem.faults).to.deep.equal([{ pointer, message }])
    })
  }

  it('is answered in plain words where the query is wrong', async () => {
    const { status, body } = await get(rocket, '/api/rewards/ledger?limit=0&format=xml')
    expect([status, body.faults]).to.deep.equal([
      400,
      [
        { pointer: '/limit', message: 'must be a whole number from 1 to 1000' },
        { pointer: '/format', message: 'must be one of json, csv' },
      ],
    ])
  })

  it('is taken as JSON whatever content type is said', async () => {
    const call = post(rocket, '/api/events', '{"events":[]}').set('Content-Type', 'text/plain')
    expect((await call).status).to.equal(200)
  })

  it('answers 415 to a compressed body', async () => {
    const body = gzipSync('{"events":[]}')
    const { status, body: problem } = await post(rocket, '/api/events', body).set('Content-Encoding', 'gzip')
    expect([status, problem.code]).to.deep.equal([415, 'unsupported_encoding'])
  })

  it('answers 413 to a body beyond eight mebibytes', async () => {
    const body = (size: number) => `{"events":[]}${' '.repeat(size - 13)}`
    expect((await post(rocket, '/api/events', body(8 * MiB))).status).to.equal(200)
    const { status, body: problem } = await post(rocket, '/api/events', body(8 * MiB + 1))
    expect([status, problem.code]).to.deep.equal([413, 'too_large'])
  })

  const sendEndless = async (headers: Record<string, string>, mebibytes: number): Promise<unknown> => {
    const server = rocket.app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const status = await new Promise((resolve, reject) => {
      const options = { port, method: 'POST', path: '/api/events', headers }
      const call = httpRequest(options, ({ statusCode }) => resolve(statusCode))
      call.on('error', reject)
      for (let sent = 0; sent < mebibytes; sent++) call.write(Buffer.alloc(MiB, ' '))
      if (mebibytes > 0) call.end(' ')
      else call.flushHeaders()
    })
    server.closeAllConnections()
    server.close()
    return status
  }
  const token = () => rocket.token('events', {}, { method: 'POST', path: '/api/events', body: '' })

  it('answers 413 where the length of the body was not said beforehand', async () => {
    expect(await sendEndless({ Authorization: `Bearer ${token()}` }, 8)).to.equal(413)
  })

  it('asks who is calling before it reads the body', async () => {
    expect(await sendEndless({}, 0)).to.equal(401)
  })

  it('takes an event with a hundred thousand keys that nobody knows, and says nothing of them', async function () {
    this.timeout(5_000)
    const data = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`K${index}`, null]))
    const { status, body, text } = await sendEvents(rocket, [wireEvent({ data }), wireEvent({ id: 'next', data: 7 })])
    expect(status).to.equal(200)
    expect(body.results.map((result: { status: string }) => result.status)).to.deep.equal(['recorded', 'rejected'])
    expect(text).not.to.contain('K1')
  })

  it('is no secret to nobody: without a token nothing of it is read', async () => {
    expect((await postAs(rocket, '/api/events', JSON.stringify({ events: [wireEvent()] }), null)).status).to.equal(401)
    expect(balanceOf(rocket, '42')).to.equal(0)
  })
})

describe('GET /api/events/subscriptions', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  it('lists the event classes that rules need, and what to screen', async () => {
    const { body } = await get(rocket, '/api/events/subscriptions', 'events')
    expect(body.events).to.include('\\mod_quiz\\event\\attempt_graded')
    expect(body.events).to.deep.equal([...new Set(body.events)])
    expect(body.screen).to.deep.equal({ patterns: [], cohorts: [], roles: [], address_ranges: [] })
  })

  it('has the bridge look for what the blacklist names, whatever its order, and says when that is something else', async () => {
    const staff = '{ id: staff, cohorts: [staff], roles: [editingteacher], patterns: ["*b*"] }'
    const lab = '{ id: lab, address_ranges: [192.0.2.0/24], patterns: ["*a*", "*b*"], outcome: hold }'
    const told = async (settings: string) => {
      const other = openRocket(undefined, `source: moodle\n${settings}`)
      const { body } = await get(other, '/api/events/subscriptions', 'events')
      other.close()
      return body
    }
    const one = await told(`blacklist: [${staff}, ${lab}]\n`)
    expect(one.screen).to.deep.equal({
      patterns: ['*a*', '*b*'],
      cohorts: ['staff'],
      roles: ['editingteacher'],
      address_ranges: ['192.0.2.0/24'],
    })
    expect((await told(`blacklist: [${lab}, ${staff}]\n`)).etag).to.equal(one.etag)
    expect((await told('')).etag).to.not.equal(one.etag)
  })

  it('answers 304 to who has them already', async () => {
    const first = await get(rocket, '/api/events/subscriptions', 'events')
    const again = await get(rocket, '/api/events/subscriptions', 'events').set('If-None-Match', first.headers.etag!)
    expect([again.status, again.text, again.headers.etag]).to.deep.equal([304, '', first.headers.etag])
    const other = await get(rocket, '/api/events/subscriptions', 'events').set('If-None-Match', '"0"')
    expect(other.status).to.equal(200)
  })
})
