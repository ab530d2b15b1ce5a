import { expect } from 'chai'
import fc from 'fast-check'
import { type Happening, importIds, recordDigest } from '../../sidecar/activity/import-id.js'
import { ids, log, read, row } from './files.js'

/** Few values, so that many records are alike. The digest is that of the whole record but for its time. */
const happening: fc.Arbitrary<Happening> = fc
  .record({
    time: fc.constantFrom(0, 60_000),
    event: fc.constantFrom('\\mod_quiz\\event\\attempt_submitted', '\\core\\event\\course_viewed'),
    user: fc.constantFrom('4', '5'),
    act: fc.constantFrom(null, 'quiz.graded:quiz_attempts:1'),
    state: fc.constantFrom(null, 1),
    origin: fc.constantFrom('web', 'ws'),
  })
  .map(({ time, origin, ...rest }) => ({ time, ...rest, digest: JSON.stringify([rest, origin]) }))
const happenings = fc.array(happening, { maxLength: 40 })

/** What the ids say of each record, whatever its place. */
const pairs = (records: readonly Happening[]): string[] => {
  const all = importIds('moodle', records)
  return records.map((record, index) => `${all[index]} ${JSON.stringify(record)}`).sort()
}

describe('ids of imported records', () => {
  it('are all different within a file', () => {
    fc.assert(fc.property(happenings, (records) => new Set(importIds('moodle', records)).size === records.length))
  })

  it('do not hang on the order of the records', () => {
    const shuffled = happenings.chain((records) =>
      fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })),
    )
    fc.assert(
      fc.property(shuffled, ([records, other]) => {
        expect(pairs(other)).to.deep.equal(pairs(records))
      }),
    )
  })

  it('are the same in another export that begins or ends elsewhere', () => {
    const cut = happenings.chain((records) => fc.tuple(fc.constant(records), fc.integer({ min: 0, max: 1 })))
    fc.assert(
      fc.property(cut, ([records, minute]) => {
        const part = records.filter(({ time }) => time === minute * 60_000)
        expect(pairs(records)).to.include.members(pairs(part))
      }),
    )
  })

  it('differ from one source to the next', () => {
    fc.assert(
      fc.property(happenings, (records) => {
        const here = new Set(importIds('moodle', records))
        expect(importIds('other', records).some((id) => here.has(id))).to.equal(false)
      }),
    )
  })

  it('do not hang on white space or on the form of accents', () => {
    const digest = (text: string) => recordDigest('\\core\\event\\course_viewed', text, 'web', '192.0.2.1')
    expect(digest('a  caf\u00e9\n')).to.equal(digest('a cafe\u0301'))
    expect(digest('a')).not.to.equal(digest('b'))
  })
})

describe('ids of a log export', () => {
  const attempt = {
    component: 'Quiz',
    event: 'Quiz attempt submitted',
    description:
      "The user with id '42' has submitted the attempt with id '991' for the quiz with course module id '5'.",
  }

  it('are the same for the same file, newest first or oldest first, and after a change of names', async () => {
    const rows = [row(attempt), row(), row({ time: '16/10/21, 09:00' }), row({ time: '15/10/21, 09:00' })]
    const once = await read([log(...rows)])
    const again = await read([
      log(...rows.reverse().map((line) => line.replace('A Learner', 'Renamed').replace('Physics', 'Physik'))),
    ])
    expect(ids(once)).to.have.length(4)
    expect(ids(again)).to.have.members(ids(once))
    expect(again.events.map(({ id, event }) => id + event)).to.have.members(
      once.events.map(({ id, event }) => id + event),
    )
    expect(ids(once).every((id) => /^log:[0-9a-f]{32}$/.test(id))).to.equal(true)
  })

  it('of a deed do not hang on the wording', async () => {
    const reworded = attempt.description.replace('has submitted', 'submitted')
    const [one, other] = [
      await read([log(row(attempt))]),
      await read([log(row({ ...attempt, description: reworded }))]),
    ]
    expect(ids(other)).to.deep.equal(ids(one))
  })

  it('keep two records that are alike to the letter apart', async () => {
    const activity = await read([log(row(), row(), row())])
    expect(new Set(ids(activity)).size).to.equal(3)
  })

  it('are shared by exports that overlap, which count once', async () => {
    const [old, shared, recent] = [row({ time: '15/10/21, 09:00' }), row({ time: '16/10/21, 09:00' }), row()]
    const activity = await read([log(shared, shared, old), log(recent, shared, shared)])
    expect(activity.events.map((event) => event.time)).to.have.length(4)
    expect(activity.files.map((file) => [file.records, file.events])).to.deep.equal([
      [3, 3],
      [3, 1],
    ])
    expect(activity.notes.find((note) => note.code === 'repeats')?.params).to.deep.equal({ count: 2 })
    const other = await read([log(recent, shared, shared), log(shared, shared, old)])
    expect(ids(other)).to.deep.equal(ids(activity))
  })
})
