import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { balanceOf, get, sendEvents } from './calls.js'

const PACK = '- { id: graded, event: quiz.graded, points: 10 }\n'

describe('a database that cannot be written', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(PACK)
  })
  afterEach(() => rocket.close())

  const connection = () => rocket.context.stores.writer.connection
  /** Everything that there is, by table. */
  const everything = (): Record<string, unknown[]> => {
    const tables = connection().prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    return Object.fromEntries(tables.map((name) => [name, connection().prepare(`SELECT * FROM ${name}`).all()]))
  }
  const verifies = () => verifyLedger(rocket.context.reader, { quick: false }).ok

  const troubles: Record<string, { begin: () => void; end: () => void }> = {
    'is read-only': {
      begin: () => connection().pragma('query_only = 1'),
      end: () => connection().pragma('query_only = 0'),
    },
    'is full': {
      begin: () => {
        connection().exec('VACUUM')
        connection().pragma(`max_page_count = ${connection().pragma('page_count', { simple: true })}`)
      },
      end: () => connection().pragma('max_page_count = 1000000'),
    },
  }
  for (const [what, { begin, end }] of Object.entries(troubles)) {
    it(`answers 503 with Retry-After where it ${what}, with nothing half done, and goes on afterwards`, async () => {
      await sendEvents(rocket, [wireEvent({ user: 'before' })])
      // Enough that the last free bytes of the pages do not take it.
      const batch = Array.from({ length: 200 }, () => wireEvent({ data: { score: 85, state: 'x'.repeat(200) } }))
      begin()
      const before = everything()
      const { status, body, headers, type } = await sendEvents(rocket, batch)
      expect([status, body.code, type]).to.deep.equal([503, 'unavailable', 'application/problem+json'])
      expect(Number(headers['retry-after'])).to.be.greaterThan(0)
      expect(everything()).to.deep.equal(before)
      const single = Array.from({ length: 20 }, (_, index) =>
        sendEvents(rocket, batch.slice(index * 10, index * 10 + 10)),
      )
      const statuses = new Set((await Promise.all(single)).map((answer) => answer.status))
      expect([...statuses]).to.include(503)

      const read = await get(rocket, '/api/user/points?user_id=before')
      expect([read.status, read.body.balance]).to.deep.equal([200, 10])
      expect((await get(rocket, '/health')).status).to.equal(200)

      end()
      const again = await sendEvents(rocket, batch)
      expect(again.status).to.equal(200)
      expect(balanceOf(rocket, '42')).to.equal(2_000)
      expect(verifies()).to.equal(true)
    })
  }

  it('answers 503 where another process holds the lock for too long', async () => {
    connection().pragma('busy_timeout = 20')
    const { default: Sqlite } = await import('better-sqlite3')
    const other = new Sqlite(connection().name)
    other.exec('BEGIN IMMEDIATE')
    expect((await sendEvents(rocket, [wireEvent()])).status).to.equal(503)
    other.exec('ROLLBACK')
    other.close()
    expect((await sendEvents(rocket, [wireEvent()])).status).to.equal(200)
    expect(balanceOf(rocket, '42')).to.equal(10)
    expect(verifies()).to.equal(true)
  })
})

describe('many senders at once', () => {
  const SENDERS = 64
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(PACK)
  })
  afterEach(() => rocket.close())

  /** All over connections that are open already, in one go. @returns the answers' bodies. */
  async function sendAll(batches: readonly object[][]): Promise<{ results: Record<string, unknown>[] }[]> {
    const server = rocket.app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      let accepted = 0
      const allAccepted = new Promise<void>((resolve) => {
        server.on('connection', () => ++accepted === batches.length && resolve())
      })
      const sockets = batches.map(() => connect(port, '127.0.0.1'))
      await allAccepted
      const requests = batches.map((events) => {
        const body = JSON.stringify({ events })
        const token = rocket.token('events', {}, { method: 'POST', path: '/api/events', body })
        const headers = `Host: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}`
        return `POST /api/events HTTP/1.1\r\n${headers}\r\n\r\n${body}`
      })
      for (const [index, socket] of sockets.entries()) socket.write(requests[index]!)
      return await Promise.all(
        sockets.map(async (socket) => {
          const answer = await text(socket)
          expect(answer).to.match(/^HTTP\/1\.1 200 /)
          return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
        }),
      )
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }

  it('share commits, and each is answered about its own event', async () => {
    const { writer } = rocket.context.stores
    const writeAll = writer.writeAll.bind(writer)
    let commits = 0
    writer.writeAll = (works) => {
      commits++
      return writeAll(works)
    }
    const batches = Array.from({ length: SENDERS }, (_, index) => [
      wireEvent({ id: `n${index}`, user: `u${index % 8}` }),
    ])
    const answers = await sendAll(batches)
    for (const [index, { results }] of answers.entries()) {
      expect(results).to.have.length(1)
      expect(results[0]).to.include({ id: `n${index}`, status: 'recorded', points: 10 })
    }
    expect(commits).to.be.lessThan(SENDERS / 4)
    for (let user = 0; user < 8; user++) expect(balanceOf(rocket, `u${user}`)).to.equal((SENDERS / 8) * 10)
    expect(verifyLedger(rocket.context.reader, { quick: false }).ok).to.equal(true)
  })

  it('can send the same event, and it is recorded once', async () => {
    const event = wireEvent()
    const answers = await sendAll(Array.from({ length: SENDERS }, () => [event]))
    const statuses = answers.map(({ results }) => results[0]?.status)
    expect(statuses.filter((status) => status === 'recorded')).to.have.length(1)
    expect(statuses.filter((status) => status === 'duplicate')).to.have.length(SENDERS - 1)
    expect(balanceOf(rocket, '42')).to.equal(10)
  })

  it('can tell of the same deed under ids of their own, and it pays once', async () => {
    const batches = Array.from({ length: SENDERS }, () => [wireEvent({ object: 'quiz_attempts:1' })])
    const answers = await sendAll(batches)
    expect(answers.every(({ results }) => results[0]?.status === 'recorded')).to.equal(true)
    expect(balanceOf(rocket, '42')).to.equal(10)
  })
})
