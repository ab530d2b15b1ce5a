/**
 * The server is killed at random moments, again and again, while several senders post events. Nothing that was
 * acknowledged may be lost, nothing may count twice, and the server must start again each time.
 * ROCKET_CRASHES says how often (50), ROCKET_SEED repeats a run's choices.
 */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Folder, PROGRAM, type RunningRocket } from '../cli/program.js'
import { generator, type PairedKey, pairWith, signedCall, wasKilled } from './killing.js'

const CRASHES = Number(process.env.ROCKET_CRASHES ?? 50)
const SEED = Number(process.env.ROCKET_SEED ?? Math.floor(Math.random() * 2 ** 31))
const SENDERS = 4
const USERS = 7
const LONGEST_LIFE_MS = 80

interface Sent {
  readonly event: Record<string, unknown> & { readonly id: string; readonly user: string }
  /** What the server said when it acknowledged the event; null: it never did. */
  answer: { points: number; held: number } | null
}

describe(`a server that is killed ${CRASHES} times`, function () {
  this.timeout(30_000 + CRASHES * 5_000)
  const random = generator(SEED)
  const upTo = (most: number): number => Math.floor(random() * most)
  const all = new Map<string, Sent>()
  let folder: Folder
  let key: PairedKey

  before(() => {
    console.info(`    ROCKET_SEED=${SEED} repeats the choices of this run`)
    folder = new Folder({
      'rocket.yaml': 'source: moodle\ntimezone: Europe/London\n',
      'rules/pack.yaml': `
- { id: graded, event: quiz.graded, points: 10 }
- { id: well, event: quiz.graded, conditions: { score: ">=50" }, points: 3 }
- { id: looked_at, event: quiz.graded, conditions: { score: ">=90" }, points: 1, review: hold }
`,
    })
  })
  after(() => folder.remove())

  const call = (url: string, path: string, body: string | null, scope: string): Promise<Response> =>
    signedCall(url, key, { path, body, scope })

  /** Sends, and notes what was acknowledged. @returns the statuses, null where no answer came. */
  async function post(url: string, batch: readonly Sent[]): Promise<string[] | null> {
    const body = JSON.stringify({ events: batch.map(({ event }) => event) })
    let results: { id: string; status: string; points: number; held: number }[]
    try {
      const answer = await call(url, '/api/events', body, 'events')
      if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`)
      results = ((await answer.json()) as { results: typeof results }).results
    } catch (error) {
      // Killed: fetch says TypeError. Anything the server itself said would be a fault.
      if (wasKilled(error)) return null
      throw error
    }
    for (const [index, { id, status, points, held }] of results.entries()) {
      const sent = batch[index]!
      expect(id).to.equal(sent.event.id)
      expect(status).to.be.oneOf(['recorded', 'duplicate'])
      if (sent.answer)
        expect([id, status, points, held]).to.deep.equal([id, 'duplicate', sent.answer.points, sent.answer.held])
      sent.answer = { points, held }
    }
    return results.map(({ status }) => status)
  }

  function newEvent(sender: number): Sent {
    const id = `${SEED}-${sender}-${all.size}`
    const score = upTo(101)
    const event = {
      id,
      event: '\\mod_quiz\\event\\attempt_graded',
      time: new Date().toISOString(),
      user: `learner-${upTo(USERS)}`,
      course: '7',
      activity: `quiz:${upTo(5)}`,
      object: `quiz_attempts:${all.size}`,
      data: { score },
    }
    const sent: Sent = { event, answer: null }
    all.set(id, sent)
    return sent
  }

  /** Posts batch after batch until the server is gone; now and then one event comes again. */
  async function sendUntilKilled(url: string, sender: number): Promise<void> {
    for (;;) {
      const batch = Array.from({ length: 1 + upTo(20) }, () => newEvent(sender))
      if (upTo(4) === 0) batch.push(batch[0]!)
      const statuses = await post(url, batch)
      if (statuses === null) return
    }
  }

  async function resend(url: string, events: readonly Sent[]): Promise<void> {
    for (let from = 0; from < events.length; from += 500) {
      expect(await post(url, events.slice(from, from + 500))).not.to.equal(null)
    }
  }

  async function kill(rocket: RunningRocket): Promise<void> {
    await sleep(upTo(LONGEST_LIFE_MS))
    await rocket.stop('SIGKILL')
  }

  /** Killed before it ever listened: whatever it was doing then must not matter. */
  async function killAtStart(): Promise<void> {
    const env = { ...process.env, ROCKET_HOME: folder.home, ROCKET_PORT: '0' }
    const child = spawn(process.execPath, [PROGRAM, 'serve'], { env, stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await sleep(150 + upTo(300))
    child.kill('SIGKILL')
    await ended
  }

  it('loses nothing it acknowledged, counts nothing twice, and starts every time', async () => {
    let rocket = await folder.serve()
    key = await pairWith(folder, rocket)

    let unacknowledged = 0
    for (let crash = 0; crash < CRASHES; crash++) {
      const { url } = rocket
      const senders = Array.from({ length: SENDERS }, (_, sender) => sendUntilKilled(url, sender))
      await Promise.all([kill(rocket), ...senders])
      if (upTo(8) === 0) await killAtStart()
      rocket = await folder.serve()
      const open = [...all.values()].filter(({ answer }) => answer === null)
      unacknowledged += open.length
      const known = [...all.values()].filter(({ answer }) => answer !== null)
      const sample = Array.from({ length: Math.min(known.length, 50) }, () => known[upTo(known.length)]!)
      await resend(rocket.url, [...open, ...sample])
      expect(open.every(({ answer }) => answer !== null)).to.equal(true)
    }
    console.info(`    ${all.size} events, ${unacknowledged} of them unacknowledged at a crash`)
    // Otherwise the crashes came while nothing was happening.
    expect(all.size).to.be.greaterThan(CRASHES * 5)
    expect(unacknowledged).to.be.greaterThan(CRASHES)
    await resend(rocket.url, [...all.values()])
    await checkLedger(rocket.url)
    expect(await rocket.stop()).to.equal(0)
    expect(await folder.json('ledger verify')).to.include({ ok: true, quick: false })
  })

  async function checkLedger(url: string): Promise<void> {
    const { stdout } = await folder.rocket('ledger export --format jsonl')
    const paid = new Map<string, number>()
    const sums = new Map<string, { points: number; held: number }>()
    for (const line of stdout.split('\n').filter(Boolean)) {
      const { body, data } = JSON.parse(line)
      const { points, held, rule, subject } = JSON.parse(body)
      if (subject === null) continue
      const { event_id, user_id } = JSON.parse(data)
      const once = `${event_id} ${rule.split('@')[0]}`
      paid.set(once, (paid.get(once) ?? 0) + 1)
      const sum = sums.get(user_id) ?? { points: 0, held: 0 }
      sums.set(user_id, { points: sum.points + points, held: sum.held + held })
    }
    const expected = [...all.values()].flatMap(({ event }) => {
      const { score } = event.data as { score: number }
      const rules = ['graded', ...(score >= 50 ? ['well'] : []), ...(score >= 90 ? ['looked_at'] : [])]
      return rules.map((rule) => `${event.id} ${rule}`)
    })
    expect([...paid].filter(([, times]) => times !== 1)).to.deep.equal([])
    expect(expected.filter((once) => !paid.has(once))).to.deep.equal([])
    expect(paid.size).to.equal(expected.length)
    for (const [user, sum] of sums) {
      const answer = await call(url, `/api/user/points?user_id=${user}`, null, 'admin')
      const { balance, held } = (await answer.json()) as { balance: number; held: number }
      expect({ points: balance, held }, user).to.deep.equal(sum)
    }
    const told = [...all.values()].reduce((total, { answer }) => total + (answer?.points ?? 0), 0)
    expect([...sums.values()].reduce((total, { points }) => total + points, 0)).to.equal(told)
  }
})
