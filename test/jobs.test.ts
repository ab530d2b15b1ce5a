import { expect } from 'chai'
import { publish } from '../sidecar/actions/publish.js'
import { JOBS, runJob, startJobs } from '../sidecar/jobs.js'
import { JOB_NAMES } from '../sidecar/rules/settings.js'
import { balanceOf, get, sendEvents } from './http/calls.js'
import { openRocket, SEED_RULE, type TestRocket, wireEvent } from './support.js'

const DAY = 86_400_000

describe('the scheduled jobs', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(SEED_RULE, 'source: moodle\nretention: { events: 120d, decisions: 90d }\n')
  })
  afterEach(() => rocket.close())

  const kept = (name: string) => rocket.context.stores.jobRuns.list().find((run) => run.name === name)
  const decided = async () => (await get(rocket, '/api/user/decisions?user_id=42')).body.events

  it('are all in the table, each with a sentence', () => {
    expect(Object.keys(JOBS)).to.have.members([...JOB_NAMES])
    for (const { summary, cron } of Object.values(JOBS)) {
      expect(summary).to.be.a('string').and.not.equal('')
      expect(cron.split(' ')).to.have.length(5)
    }
  })

  it('forget decisions and events when their time of keeping is over, and never an id or an entry', async () => {
    const event = wireEvent()
    await sendEvents(rocket, [event])
    rocket.clock.now += 90 * DAY
    expect(await runJob(rocket.context, 'retention')).to.include({ ok: true })
    expect((await decided())[0].decisions).to.have.length(1)
    rocket.clock.now += 1
    const { message } = await runJob(rocket.context, 'retention')
    expect(message).to.equal('deleted 0 events, the decisions about 1, and 0 notices')
    expect((await decided())[0].decisions).to.equal(null)
    rocket.clock.now += 30 * DAY
    expect((await runJob(rocket.context, 'retention')).message).to.contain('deleted 1 events')
    expect(await decided()).to.deep.equal([])
    const { body } = await sendEvents(rocket, [event])
    expect(body.results[0]).to.include({ status: 'duplicate', points: 0 })
    expect(balanceOf(rocket, '42')).to.equal(10)
  })

  it('keep how they ended, well or badly', async () => {
    await runJob(rocket.context, 'retention')
    expect(kept('retention')).to.include({ ok: 1, started: rocket.clock.now, ended: rocket.clock.now })
    rocket.context.stores.events.receivedBefore = () => {
      throw new Error('the disk is gone')
    }
    expect(await runJob(rocket.context, 'retention')).to.deep.equal({ ok: false, message: 'the disk is gone' })
    expect(kept('retention')).to.include({ ok: 0, message: 'the disk is gone' })
  })

  it('end without noise where nothing can be written', async () => {
    await sendEvents(rocket, [wireEvent()])
    rocket.clock.now += 200 * DAY
    rocket.context.stores.writer.connection.pragma('query_only = 1')
    expect(await runJob(rocket.context, 'retention')).to.include({ ok: false })
    expect(kept('retention')).to.equal(undefined)
  })

  it('run by the clock, and by another schedule soon after it is published', async function () {
    this.timeout(8_000)
    const { stores, now } = rocket.context
    const stop = startJobs(rocket.context, 20)
    try {
      expect(kept('retention')).to.equal(undefined)
      const settings = 'source: moodle\njobs: { retention: "* * * * * *" }\n'
      const files = new Map(Object.entries({ 'rocket.yaml': settings, 'rules/pack.yaml': SEED_RULE }))
      stores.writer.write(() => publish(stores, files, { actor: 'test', reason: 'every second', now: now() }))
      for (let waited = 0; !kept('retention') && waited < 5_000; waited += 50) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      expect(kept('retention')).to.include({ ok: 1 })
    } finally {
      stop()
    }
    const last = kept('retention')
    rocket.clock.now += 1
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(kept('retention')).to.deep.equal(last)
  })
})
