/** Whoever is forgotten stands in no file of the home any more, nor in the log; and the ledger is proven as before. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { Folder, type RunningRocket } from './program.js'

const CONFIG = {
  'rocket.yaml': 'source: moodle\n',
  'rules/pack.yaml': `
- { id: quiz, event: quiz.graded, points: 100, conditions: { graded_by: present, actor: present } }
- { id: own, event: quiz.graded, points: 5, conditions: { actor: nobody } }
- { id: badge, event: badge.awarded, points: 1 }
`,
  'rewards.yaml': `
tiers: [{ id: first, title: First, points: 10 }]
rewards: [{ id: mug, title: A mug, cost: 10, cancel_within: 24h, approved: { by: Dean, on: 2026-01-01 } }]
`,
}

/** Ids and values that stand nowhere by chance. */
const LEARNER = {
  id: 'zuckmayer-ax41',
  attempt: 'quiz_attempts:88117733',
  text: 'her-text-5ke2',
  name: 'phone of Zuckmayer',
}
const TEACHER = 'kowalczyk-bq72'
const ADMIN = 'oyelaran-cw93'
const EVENT = 'event-of-hers-dp14'
const THEIRS = [LEARNER.id, LEARNER.attempt, LEARNER.text, 'Zuckmayer', EVENT]

describe('a learner, their teacher and an administrator, forgotten one after the other', function () {
  this.timeout(60_000)
  const folder = new Folder(CONFIG)
  let server: RunningRocket
  let key: { kid: string; secret: string }
  before(async () => {
    server = await folder.serve({ ROCKET_LOG: 'trace' })
    const { code } = await folder.json<{ code: string }>('pair')
    const body = JSON.stringify({ code, wwwroot: 'https://moodle.example.edu', site_hash: 'a1' })
    key = (await (await fetch(`${server.url}/api/pair`, { method: 'POST', body })).json()) as typeof key
  })
  after(() => folder.remove())

  /** A call as the paired Moodle makes it, for somebody. */
  async function call(method: 'GET' | 'POST', path: string, scope: string, sub: string | null, body: object = {}) {
    const text = method === 'POST' ? JSON.stringify(body) : ''
    const iat = Math.floor(Date.now() / 1_000)
    const bound = { method, path: path.split('?')[0], bh: createHash('sha256').update(text).digest('base64url') }
    const claims = { aud: 'rocket', iss: 'moodle', scope, iat, exp: iat + 60, ...(sub ? { sub } : {}), ...bound }
    const token = jwt.sign(claims, key.secret, { algorithm: 'HS256', keyid: key.kid })
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': `${path} ${sub} ${text}` }
    const answer = await fetch(server.url + path, { method, headers, ...(method === 'POST' ? { body: text } : {}) })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const events = (...sent: object[]) => call('POST', '/api/events', 'events', null, { events: sent })
  const graded = (id: string, user: string, more: object) => ({
    id,
    user,
    actor: TEACHER,
    event: 'quiz.graded',
    time: new Date(Date.now() - 60_000).toISOString(),
    course: '7',
    activity: 'quiz:1',
    ...more,
  })
  const erase = (id: string, by: string) =>
    call('POST', `/api/learners/${id}/erase`, 'privacy', by, { reason: 'asked for it' })

  /** Which of these stand in which files of the home, or in what the server wrote to its log. */
  function found(traces: readonly string[]): string[] {
    const files = readdirSync(folder.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const texts = new Map(files.map((path) => [path.slice(folder.home.length + 1), readFileSync(path, 'latin1')]))
    texts.set('the log', JSON.stringify(server.log) + server.other() + server.output())
    return [...texts].flatMap(([name, text]) =>
      traces.filter((trace) => text.includes(trace)).map((trace) => `${name}: ${trace}`),
    )
  }
  const within = (traces: readonly string[], file: RegExp) => found(traces).filter((line) => file.test(line))

  it('stand in the database and in exports to begin with', async () => {
    const data = { score: 90, graded_by: TEACHER, text_hash: LEARNER.text }
    const badge = { event: 'badge.awarded', object: 'badge:3', activity: null }
    const { body } = await events(
      graded(EVENT, LEARNER.id, { object: LEARNER.attempt, data }),
      graded('badge', LEARNER.id, { ...badge, data: { badge: 'Explorer' } }),
      graded('other', 'somebody', { object: 'quiz_attempts:2', data: { score: 80, graded_by: TEACHER } }),
    )
    const results = body.results as { status: string; points: number }[]
    expect(results.map(({ status, points }) => [status, points])).to.deep.equal([
      ['recorded', 100],
      ['recorded', 1],
      ['recorded', 100],
    ])
    for (const user_id of [LEARNER.id, 'somebody']) {
      const correction = { user_id, points: 7, reason: 'lost in the move' }
      expect((await call('POST', '/api/adjustments', 'admin', ADMIN, correction)).status).to.equal(201)
    }
    const redeem = () => call('POST', '/api/rewards/mug/redeem', 'learner', LEARNER.id, { expected_cost: 10 })
    expect((await redeem()).status).to.equal(201)
    const token = ['token', '--scope', 'learner', '--user', LEARNER.id, '--name', LEARNER.name]
    expect((await folder.run(token)).code).to.equal(0)
    const freeze = { reason: 'for a day' }
    for (const what of ['freeze', 'unfreeze'])
      expect((await call('POST', `/api/learners/${LEARNER.id}/${what}`, 'privacy', ADMIN, freeze)).status).to.equal(200)
    const exports = join(folder.home, 'exports')
    mkdirSync(exports)
    for (const args of [
      `ledger export --format csv --out ${exports}/all.csv`,
      `ledger export --format jsonl --out ${exports}/all.jsonl`,
      `ledger export --format csv --user ${LEARNER.id} --out ${exports}/hers.csv`,
      `learner export ${LEARNER.id} --format csv --out ${exports}/copy.zip`,
    ])
      expect((await folder.rocket(args)).code, args).to.equal(0)
    const kept = await folder.rocket('ledger checkpoint')
    writeFileSync(join(folder.path, 'kept'), kept.stdout)

    expect(within([LEARNER.id, TEACHER, ADMIN], /^rocket\.sqlite/)).to.not.deep.equal([])
    for (const file of [/^exports\/all\.csv:/, /^exports\/all\.jsonl:/, /^exports\/hers\.csv:/])
      expect(within([LEARNER.id], file)).to.have.length(1)
    // Whoever else had to do with it stands in the one entry that says who they are, and everywhere else by subject.
    for (const name of ['all.csv', 'all.jsonl']) {
      const text = readFileSync(join(exports, name), 'utf8')
      for (const one of [TEACHER, ADMIN]) expect(text.split(one), `${name}: ${one}`).to.have.length(2)
    }
    expect(within([TEACHER, ADMIN], /^exports\/(hers|copy)/)).to.deep.equal([])
  })

  it('the learner first: nothing of them is left while the server runs, and everybody else has what they had', async () => {
    const { status, body } = await erase(LEARNER.id, ADMIN)
    expect(status).to.equal(200)
    expect(body).to.deep.include({ erased: true, cancelled: 1, in_doubt: 0 })
    expect(body.exports).to.deep.equal({
      remade: ['all.csv', 'all.jsonl'],
      deleted: ['copy.zip', 'hers.csv'],
      left: [],
    })
    expect(found(THEIRS)).to.deep.equal([])
    expect((await call('GET', '/api/user/points?user_id=somebody', 'admin', ADMIN)).body.balance).to.equal(107)
  })

  it('calls about them afterwards, refused or not, leave no trace either', async () => {
    expect((await erase(LEARNER.id, ADMIN)).body.erased).to.equal(false)
    expect((await call('GET', `/api/learners/${LEARNER.id}/export`, 'privacy', ADMIN)).status).to.equal(200)
    expect((await call('GET', `/api/learners/${LEARNER.id}/nothing`, 'privacy', ADMIN)).status).to.equal(404)
    expect((await call('POST', `/api/learners/${LEARNER.id}/erase`, 'privacy', ADMIN)).status).to.equal(400)
    expect((await call('GET', `/api/user/points?user_id=${LEARNER.id}`, 'admin', ADMIN)).status).to.equal(404)
    expect(found(THEIRS)).to.deep.equal([])
  })

  it('the teacher next, who only graded: records of others lead to them no more', async () => {
    expect(within([TEACHER], /^rocket\.sqlite/)).to.not.deep.equal([])
    const { body } = await erase(TEACHER, ADMIN)
    expect(body).to.deep.include({ erased: true, records: 1 })
    expect(body.exports).to.deep.include({ remade: ['all.csv', 'all.jsonl'], left: [] })
    expect(found([TEACHER])).to.deep.equal([])
    const again = graded('later', 'somebody', {
      object: 'quiz_attempts:3',
      actor: 'nobody',
      data: { graded_by: 'person', score: 1 },
    })
    expect((await events(again)).body.results).to.have.nested.property('[0].points', 105)
  })

  it('the administrator last, from the command line; stopped, the home holds none of them', async () => {
    const { code, stdout } = await folder.run(['learner', 'erase', ADMIN, '--reason', 'left'])
    expect([code, stdout.includes('1 record deleted')]).to.deep.equal([0, true])
    expect(await server.stop()).to.equal(0)
    expect(found([...THEIRS, TEACHER, ADMIN])).to.deep.equal([])
    const files = readdirSync(folder.home, { recursive: true, encoding: 'utf8' })
    expect(files).to.include.members([
      'rocket.sqlite',
      'secrets.json',
      'exports/all.csv',
      'checkpoints/latest',
      'erased.txt',
    ])
  })

  it('the ledger verifies, and continues what was signed before', async () => {
    const kept = join(folder.path, 'kept')
    for (const args of [
      'ledger verify',
      `ledger verify --against ${kept}`,
      `ledger verify --against ${folder.home}/exports/all.jsonl.checkpoint`,
    ]) {
      const { code, stdout, stderr } = await folder.rocket(args)
      expect(code, stdout + stderr).to.equal(0)
    }
    const size = Number(readFileSync(kept, 'utf8').split('\n')[1])
    const lines = readFileSync(join(folder.home, 'exports', 'all.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
    expect(lines.length).to.be.within(1, size)
    expect(lines.filter((line) => line.endsWith('"salt":null,"data":null}'))).to.not.deep.equal([])
  })
})
