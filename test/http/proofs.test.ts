import { expect } from 'chai'
import request from 'supertest'
import { openCheckpoint, signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { readReceipt } from '../../sidecar/domain/receipt.js'
import { provesConsistency, provesInclusion } from '../../sidecar/domain/tree.js'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, post, sendEvents } from './calls.js'

describe('proofs over HTTP', () => {
  let rocket: TestRocket
  let vkey: string
  before(async () => {
    rocket = openRocket('- { id: graded, event: quiz.graded, points: 10 }\n')
    rocket.context.notary.keys.begin()
    vkey = (await get(rocket, '/api/handshake')).body.ledger_keys[0]
  })
  after(() => rocket.close())

  let object = 0
  const earn = (user = '42') => sendEvents(rocket, [wireEvent({ user, object: `quiz_attempts:${object++}` })])
  const open = (note: string) => openCheckpoint(note, [vkey])

  it('begin with the public key, from pairing and from every handshake', async () => {
    expect(vkey).to.match(/^rocket\/moodle\/[0-9a-f]{8}\+[0-9a-f]{8}\+A/)
  })

  it('are under a checkpoint, as text', async () => {
    await earn()
    const { status, text, type } = await get(rocket, '/api/ledger/checkpoint', 'reports')
    expect([status, type]).to.deep.equal([200, 'text/plain'])
    expect(open(text).size).to.equal(rocket.context.stores.ledger.head().seq)
  })

  it('come with every answer to events: the checkpoint, and how it continues the one that was sent', async () => {
    const first = (await earn()).body
    expect(first.consistency).to.equal(null)
    const body = JSON.stringify({
      events: [wireEvent({ user: '7', object: 'quiz_attempts:x' })],
      checkpoint: first.checkpoint,
    })
    const { body: second } = await post(rocket, '/api/events', body)
    const [{ size: from, root: fromRoot }, { size, root }] = [open(first.checkpoint), open(second.checkpoint)]
    const proof = second.consistency.map((hash: string) => Buffer.from(hash, 'base64'))
    expect(size).to.equal(from + 1)
    expect(provesConsistency({ from, fromRoot, size, root, proof })).to.equal(true)
  })

  it('are not given for a checkpoint that is not this ledger’s, and the events are taken all the same', async () => {
    const events = [wireEvent({ user: '8', object: 'quiz_attempts:y' })]
    const answer = await post(rocket, '/api/events', JSON.stringify({ events, checkpoint: 'something else' }))
    expect(answer.body.results[0].status).to.equal('recorded')
    expect(answer.body.consistency).to.equal(null)
    const long = await post(rocket, '/api/events', JSON.stringify({ events, checkpoint: 'x'.repeat(5_000) }))
    expect(long.status).to.equal(400)
  })

  it('show an entry to whoever may see reports, and to its learner', async () => {
    const { seq, hash } = rocket.context.reader
      .prepare("SELECT seq, hash FROM entry WHERE kind = 'grant' ORDER BY seq LIMIT 1")
      .get() as { seq: number; hash: string }
    for (const [scope, claims] of [
      ['reports', {}],
      ['learner', { sub: '42' }],
    ] as const) {
      const { status, text } = await get(rocket, `/api/ledger/inclusion?seq=${seq}`, scope, claims)
      expect(status, scope).to.equal(200)
      const receipt = readReceipt(text)
      const { size, root } = open(receipt.checkpoint)
      expect(provesInclusion({ ...receipt, size, root, leaf: Buffer.from(hash, 'hex') })).to.equal(true)
    }
    const others = [
      await get(rocket, `/api/ledger/inclusion?seq=${seq}`, 'learner', { sub: '7' }),
      await get(rocket, '/api/ledger/inclusion?seq=1', 'learner', { sub: '42' }),
      await get(rocket, '/api/ledger/inclusion?seq=999', 'learner', { sub: '42' }),
      await get(rocket, `/api/ledger/inclusion?seq=${seq}`, 'learner', { sub: 'nobody' }),
    ]
    expect(others.map(({ status }) => status)).to.deep.equal([403, 403, 403, 403])
    expect((await get(rocket, '/api/ledger/inclusion?seq=999', 'reports')).status).to.equal(404)
    expect((await get(rocket, '/api/ledger/inclusion', 'reports')).status).to.equal(400)
    expect((await get(rocket, '/api/ledger/inclusion?seq=0', 'reports')).status).to.equal(400)
    expect((await request(rocket.app).get(`/api/ledger/inclusion?seq=${seq}`)).status).to.equal(401)
  })

  it('lead from any size to any later one, in the form that a witness takes', async () => {
    const { seq } = rocket.context.stores.ledger.head()
    const earlier = rocket.context.notary.at(2)
    for (const [query, to] of [
      ['from=2', seq],
      [`from=2&to=${seq - 1}`, seq - 1],
      ['from=2&to=2', 2],
    ] as const) {
      const { status, text } = await get(rocket, `/api/ledger/consistency?${query}`, 'reports')
      expect(status).to.equal(200)
      const [head, note] = [text.slice(0, text.indexOf('\n\n')), text.slice(text.indexOf('\n\n') + 2)]
      const [old, ...hashes] = head.split('\n')
      expect(old).to.equal('old 2')
      const { size, root } = open(note)
      expect(size).to.equal(to)
      const proof = hashes.map((hash) => Buffer.from(hash, 'base64'))
      expect(provesConsistency({ from: 2, fromRoot: open(earlier).root, size, root, proof })).to.equal(true)
    }
    expect((await get(rocket, `/api/ledger/consistency?from=${seq + 1}`, 'reports')).status).to.equal(400)
    expect((await get(rocket, `/api/ledger/consistency?from=1&to=${seq + 1}`, 'reports')).status).to.equal(404)
    expect((await get(rocket, '/api/ledger/consistency', 'reports')).status).to.equal(400)
  })

  it('come with the ledger as JSON, and as CSV in a header', async () => {
    const { body } = await get(rocket, '/api/rewards/ledger', 'reports')
    expect(open(body.checkpoint).size).to.equal(body.entries.at(-1).seq)
    const { headers } = await get(rocket, '/api/rewards/ledger?format=csv', 'reports')
    const note = Buffer.from(headers['rocket-checkpoint']!, 'base64').toString()
    expect(open(note).size).to.equal(body.entries.at(-1).seq)
  })

  it('say so where the sender holds a checkpoint that the ledger has lost', async () => {
    const { origin, size } = open((await get(rocket, '/api/ledger/checkpoint', 'reports')).text)
    const root = Buffer.alloc(32)
    const held = signCheckpoint({ origin, size: size + 50, root }, rocket.context.notary.keys.signers())
    const { body } = await post(rocket, '/api/events', JSON.stringify({ events: [], checkpoint: held }))
    expect(body.consistency).to.equal(null)
    const [now] = (await get(rocket, '/api/handshake')).body.ledger_keys
    expect(openCheckpoint(body.checkpoint, [now])).to.include({ size: size + 2 })
    expect(openCheckpoint(body.checkpoint, [now]).origin).not.to.equal(origin)
  })
})
