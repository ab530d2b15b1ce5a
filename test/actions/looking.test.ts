/** Checks on the real path: events in, what comes of them on the ledger and in the queue. */
import { expect } from 'chai'
import { replayGrants } from '../../sidecar/actions/replay.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { DAY, HOUR, inWorld, MINUTE, told, type World } from '../domain/world.js'
import { learningEvent, NOW } from '../support.js'

const PACK = `
- { id: post, event: forum.post, points: 5, revoke_on: forum.post_deleted }
- { id: quiz, event: quiz.submitted, points: 3 }
- { id: hand_in, event: assign.submitted, points: 10 }
- { id: login, event: login, points: 1 }
`
const POST = '\\mod_forum\\event\\post_created'
const DELETED = '\\mod_forum\\event\\post_deleted'
const SECOND = 1_000

const on = (...checks: string[]) => `checks: { ${checks.map((check) => `${check}: on`).join(', ')} }\n`
const world = (settings: string, test: (world: World) => void) => inWorld(PACK, test, settings)

let number = 0
function post(given: Partial<LearningEvent> & { readonly time: number }): LearningEvent {
  number++
  const whole = { id: `p${number}`, event: POST, object: `forum_posts:${number}`, activity: 'forum:3', course: '7' }
  return learningEvent({ ...whole, data: { words: 40 }, ...given })
}
const attempt = (time: number, given: Partial<LearningEvent> = {}): LearningEvent => {
  number++
  const whole = { id: `q${number}`, event: '\\mod_quiz\\event\\attempt_submitted', object: `quiz_attempts:${number}` }
  return learningEvent({ ...whole, activity: 'quiz:5', time, data: {}, ...given })
}

/** How the last of some events ends. */
const last = ({ sendAll }: World, events: readonly LearningEvent[]): string => told(sendAll(events).at(-1)!)

describe('an event that would earn', () => {
  it('is looked at out of the box: too little earns nothing, patterns are only counted', () => {
    world('', ({ send, stores, balance }) => {
      expect(told(send(post({ time: NOW, data: { words: 2 } })))).to.equal('few_words')
      expect(told(send(post({ time: NOW, data: { words: 40, similarity: 100 } })))).to.equal('5')
      expect(balance()).to.deep.equal({ points: 5, held: 0, lifetime: 5 })
      expect(stores.checkHits.since(0)).to.deep.equal([
        { check: 'few_words', state: 'on', hits: 1, learners: 1, points: 0 },
        { check: 'near_copy', state: 'shadow', hits: 1, learners: 1, points: 5 },
      ])
    })
  })

  it('restored from a backup earns nothing, unless the institution says so', () => {
    const event = post({ time: NOW, origin: 'restore' })
    world('', ({ send }) => expect(told(send(event))).to.equal('not_qualifying'))
    world('blacklist: []\n', ({ send }) => expect(told(send(event))).to.equal('5'))
  })

  it('is held with what was found in its record, and waits in the queue', () => {
    world(on('near_copy'), ({ send, stores, balance }) => {
      const result = send(post({ time: NOW, data: { words: 40, similarity: 91 } }))
      expect(told(result)).to.equal('held 5')
      const { reason } = result.decisions[0]!
      expect(reason.params).to.deep.include({ points: 5, release: '2026-12-07T09:00:00.000Z' })
      expect(reason.text).to.include('91 % of the text is like another one')
      expect(balance()).to.deep.equal({ points: 0, held: 5, lifetime: 0 })
      const { connection } = stores.writer
      const detail = connection
        .prepare<[], string>("SELECT data ->> '$.detail' FROM private_record WHERE data ->> '$.event_id' IS NOT NULL")
        .pluck()
        .get()
      const found = [{ check: 'near_copy', version: 1, threshold: 80, observed: 91, events: [], others: [] }]
      expect(JSON.parse(detail!)).to.deep.include({ held_by: 'near_copy', found })
      const [row] = connection.prepare<[], Record<string, unknown>>('SELECT * FROM review').all()
      expect(row).to.include({ kind: 'hold', found_by: 'near_copy', state: 'open', opened: NOW, due: NOW + 14 * DAY })
      expect(verifyLedger(connection, { quick: false }).problems).to.deep.equal([])
      expect(replayGrants(connection).problems).to.deep.equal([])
    })
  })

  it('is not looked at where it would earn nothing anyway', () => {
    world(on('near_copy'), ({ send, stores }) => {
      const event = post({ time: NOW, data: { words: 40, similarity: 91 } })
      send(event)
      expect(told(send({ ...event, id: 'again' }))).to.equal('already_granted')
      expect(stores.checkHits.since(0).map(({ hits }) => hits)).to.deep.equal([1])
    })
  })

  it('is withdrawn from the queue where what held it is undone', () => {
    world(on('near_copy'), ({ send, stores, balance }) => {
      const event = post({ time: NOW, data: { words: 40, similarity: 91 } })
      send(event)
      const deleted = { ...event, id: 'gone', event: '\\mod_forum\\event\\post_deleted', time: NOW + MINUTE }
      expect(told(send(deleted))).to.equal('revoked -5')
      expect(balance()).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(stores.writer.connection.prepare('SELECT state FROM review').pluck().get()).to.equal('withdrawn')
      expect(verifyLedger(stores.writer.connection, { quick: false }).problems).to.deep.equal([])
    })
  })
})

describe('the same text again', () => {
  const text = (time: number, hash: string, given: Partial<LearningEvent> = {}) =>
    post({ time, data: { words: 40, text_hash: hash }, ...given })

  it('is held, whether it was their own or another’s', () => {
    world(on('same_text'), ({ send, stores }) => {
      expect(told(send(text(NOW, 'h')))).to.equal('5')
      expect(told(send(text(NOW + HOUR, 'h')))).to.equal('held 5')
      expect(told(send(text(NOW + HOUR, 'h', { user: '43' })))).to.equal('held 5')
      expect(told(send(text(NOW + HOUR, 'other')))).to.equal('5')
      const evidence = stores.writer.connection.prepare('SELECT evidence FROM review ORDER BY id').pluck().all()
      const others = evidence.map((one) => JSON.parse(String(one)).found[0].others)
      const subject = stores.learners.subjectOf('moodle', '42')
      expect(others).to.deep.equal([[], [subject]])
    })
  })

  it('is not the same post reported again', () => {
    world(on('same_text'), ({ send }) => {
      const event = text(NOW, 'h')
      send(event)
      expect(told(send({ ...event, id: 'again' }))).to.equal('already_granted')
    })
  })

  it('is found among files as well', () => {
    const handIn = (object: string, user: string) =>
      learningEvent({
        id: object,
        event: '\\mod_assign\\event\\assessable_submitted',
        object,
        user,
        activity: 'assign:4',
        data: { files: 1, file_hash: 'f' },
      })
    world(on('same_file'), (rocket) => {
      const events = [handIn('assign_submission:1', '42'), handIn('assign_submission:2', '43')]
      expect(rocket.sendAll(events).map(told)).to.deep.equal(['10', 'held 10'])
    })
  })
})

describe('attempts at a quiz', () => {
  const attempts = (count: number, apart: number) => Array.from({ length: count }, (_, n) => attempt(NOW + n * apart))

  it('that follow each other in a hurry are held from the fifth: four came too soon after another', () => {
    world(on('quick_attempts'), (rocket) => {
      expect(rocket.sendAll(attempts(5, MINUTE)).map(told)).to.deep.equal(['3', '3', '3', '3', 'held 3'])
    })
    world(on('quick_attempts'), (rocket) => expect(last(rocket, attempts(9, 10 * MINUTE))).to.equal('3'))
  })

  it('that are many within seven days are held from the eighth', () => {
    world(on('many_attempts'), (rocket) => {
      expect(rocket.sendAll(attempts(8, HOUR)).map(told).slice(6)).to.deep.equal(['3', 'held 3'])
    })
    world(on('many_attempts'), (rocket) => expect(last(rocket, attempts(12, 2 * DAY))).to.equal('3'))
  })
})

describe('what is deleted', () => {
  it('is no post: who tidies up old ones, and then writes, is in no hurry', () => {
    world(on('quick_posts'), (rocket) => {
      const old = [1, 2, 3, 4].map((n) =>
        post({ time: NOW + n * 10 * SECOND, id: `old ${n}`, object: `forum_posts:old${n}`, event: DELETED, data: {} }),
      )
      rocket.sendAll(old)
      expect(told(rocket.send(post({ time: NOW + MINUTE })))).to.equal('5')
    })
  })
})

describe('rhythm', () => {
  const logins = (times: readonly number[]) =>
    times.map((time, n) => learningEvent({ id: `l${n}`, event: '\\core\\event\\user_loggedin', object: null, time }))

  it('is a burst from the sixtieth activity within ten minutes on', () => {
    const often = (count: number) => logins(Array.from({ length: count }, (_, n) => NOW + n * 7_300 + (n % 5) * 900))
    world(on('burst'), (rocket) => {
      expect(rocket.sendAll(often(61)).map(told).slice(58)).to.deep.equal(['1', 'held 1', 'held 1'])
    })
  })

  it('is clockwork from the eighth on, also with the memory of it read anew', () => {
    const times = Array.from({ length: 9 }, (_, n) => NOW + n * 31 * SECOND)
    world(on('regular_clicks'), (rocket) => {
      const events = logins(times)
      rocket.sendAll(events.slice(0, 7))
      rocket.stores.histories.clear()
      expect(rocket.sendAll(events.slice(7)).map(told)).to.deep.equal(['held 1', 'held 1'])
    })
  })

  it('is not held against who is exempt', () => {
    world(on('burst'), (rocket) => {
      const { stores } = rocket
      rocket.send(logins([NOW - DAY])[0]!)
      stores.exempt.add(stores.learners.subjectOf('moodle', '42')!, NOW)
      const events = logins(Array.from({ length: 61 }, (_, n) => NOW + n * SECOND * 3)).map((event) => ({
        ...event,
        id: `x${event.id}`,
      }))
      expect(last(rocket, events)).to.equal('1')
    })
  })
})

describe('answers to and fro', () => {
  it('are a ring from the fourth each way, and name the other to people in charge alone', () => {
    world(on('reply_ring'), (rocket) => {
      const results: string[] = []
      let answered: string | null = null
      for (let n = 0; n < 8; n++) {
        const reply: LearningEvent = post({
          time: NOW + n * HOUR,
          user: n % 2 === 0 ? '42' : '43',
          data: { words: 40, ...(answered === null ? {} : { reply_to: answered }) },
        })
        answered = reply.object
        results.push(told(rocket.send(reply)))
      }
      // The first post answers nobody: the eighth is the fourth answer of one, and the other gave three.
      expect(results).to.deep.equal(['5', '5', '5', '5', '5', '5', '5', '5'])
      const ninth = post({ time: NOW + 9 * HOUR, user: '42', data: { words: 40, reply_to: answered! } })
      const result = rocket.send(ninth)
      expect(told(result)).to.equal('held 5')
      expect(JSON.stringify(result)).to.not.include(rocket.stores.learners.subjectOf('moodle', '43'))
    })
  })
})

describe('deleting after earning', () => {
  it('holds what comes after the third within seven days', () => {
    world(on('deleted_after_earning'), (rocket) => {
      for (let n = 0; n < 3; n++) {
        const event = post({ time: NOW + n * HOUR })
        expect(told(rocket.send(event))).to.equal('5')
        const gone = { ...event, id: `gone ${n}`, event: '\\mod_forum\\event\\post_deleted', time: NOW + n * HOUR + 1 }
        expect(told(rocket.send(gone))).to.equal('revoked -5')
      }
      expect(told(rocket.send(post({ time: NOW + DAY })))).to.equal('held 5')
      expect(told(rocket.send(post({ time: NOW + 30 * DAY })))).to.equal('5')
    })
  })
})
