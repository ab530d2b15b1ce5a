import { expect } from 'chai'
import { ImportRefused, importEvents } from '../../sidecar/actions/import-events.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import type { Activity } from '../../sidecar/activity/read-activity.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent, NOW, openRocket, SEED_RULE, type TestRocket } from '../support.js'

const HOUR = 3_600_000
const PACK = `${SEED_RULE}
- { id: each, event: quiz.graded, points: 1, caps: [{ points: 5, per: day }] }`

/** 350 events: three and a half batches. */
const EVENTS: LearningEvent[] = Array.from({ length: 350 }, (_, index) =>
  learningEvent({
    id: `import-${index}`,
    user: `${index % 9}`,
    object: `quiz_attempts:${index}`,
    time: NOW - (400 - index) * HOUR,
    data: { score: (index * 37) % 100 },
  }),
)

function activity(events: readonly LearningEvent[]): Activity {
  const file = {
    path: '/exports/log of autumn.csv',
    format: 'moodle-log',
    sha256: 'f'.repeat(64),
    records: 400,
    events: events.length,
  }
  return { events: [...events], files: [file], notes: [], faults: [] } as unknown as Activity
}

describe('events import', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(PACK)
  })
  afterEach(() => rocket.close())

  const run = (events: readonly LearningEvent[] = EVENTS, at: TestRocket = rocket, more = {}) =>
    importEvents(at.context, activity(events), { actor: 'admin', reading: 'UTC', serverRuns: false, ...more })
  const sums = ({ context }: TestRocket) =>
    context.reader
      .prepare<[], [string, number, number]>(
        'SELECT user_id, balance.points, lifetime FROM balance JOIN learner USING (subject) ORDER BY user_id',
      )
      .raw()
      .all()
  const administration = () =>
    rocket.context.reader
      .prepare<[], string>(
        "SELECT data FROM entry JOIN private_record USING (seq) WHERE kind = 'administration' ORDER BY seq",
      )
      .pluck()
      .all()
      .map((data) => JSON.parse(data))

  it('takes recorded activity in, and says what came of it', async () => {
    const ignored = learningEvent({ event: canonicalName('login')! })
    const ahead = learningEvent({ time: NOW + HOUR })
    const imported = await run([...EVENTS, ignored, ahead])
    expect(imported).to.include({ recorded: 350, duplicate: 0, ignored: 1, rejected: 1, held: 0 })
    expect(imported.points).to.equal(sums(rocket).reduce((sum, [, points]) => sum + points, 0))
    expect(verifyLedger(rocket.context.reader, { quick: false }).problems).to.deep.equal([])
  })

  it('writes who did it and the file’s digest once', async () => {
    await run()
    const [entry, ...others] = administration()
    expect(others).to.deep.equal([])
    expect(entry).to.deep.include({
      actor: 'admin',
      reason: 'import',
      detail: {
        files: [{ file: 'log of autumn.csv', sha256: 'f'.repeat(64), records: 400, events: 350 }],
        reading: 'UTC',
      },
    })
  })

  it('refuses a log whose times were read otherwise before, since each line would count again', async () => {
    await run()
    const before = rocket.context.stores.ledger.head()
    const other = run(EVENTS, rocket, { reading: 'Europe/Berlin' })
    const message = await other.then(
      () => '',
      (error: unknown) => (error instanceof ImportRefused ? error.message : String(error)),
    )
    expect(message).to.match(/log of autumn\.csv was imported before .* as UTC, and now as Europe\/Berlin/)
    expect(rocket.context.stores.ledger.head()).to.deep.equal(before)
  })

  it('twice adds nothing, not even an entry', async () => {
    const first = await run()
    const before = [rocket.context.stores.ledger.head(), sums(rocket)]
    expect(await run()).to.deep.equal({ ...first, recorded: 0, duplicate: 350, points: 0 })
    expect([rocket.context.stores.ledger.head(), sums(rocket)]).to.deep.equal(before)
  })

  it('that was interrupted goes on where it was, to the same sums', async () => {
    for (const batches of [1, 2, 3]) {
      const broken = openRocket(PACK)
      const stop = (done: number) => {
        if (done >= batches * 100) throw new Error('killed')
      }
      const killed = await run(EVENTS, broken, { onProgress: stop }).catch((error: Error) => error.message)
      expect(killed).to.equal('killed')
      expect(await run(EVENTS, broken)).to.include({ duplicate: batches * 100, recorded: 350 - batches * 100 })
      const whole = openRocket(PACK)
      await run(EVENTS, whole)
      expect(sums(broken)).to.deep.equal(sums(whole))
      for (const { close } of [broken, whole]) close()
    }
  })

  it('keeps nothing of a batch that fails, and all of those before it', async () => {
    const { writer } = rocket.context.stores
    const write = writer.write.bind(writer)
    let batch = 0
    writer.write = (work) =>
      write(() => {
        const result = work()
        if (++batch === 3) throw new Error('no')
        return result
      })
    expect(await run().catch((error: Error) => error.message)).to.equal('no')
    writer.write = write
    expect(await run()).to.include({ duplicate: 200, recorded: 150 })
    expect(verifyLedger(rocket.context.reader, { quick: false }).ok).to.equal(true)
  })

  it('tells how far it is, and leaves a running server its turn', async () => {
    const told: number[] = []
    await run(EVENTS, rocket, { serverRuns: true, onProgress: (done: number) => told.push(done) })
    expect(told).to.deep.equal([100, 200, 300, 350])
  })
})
