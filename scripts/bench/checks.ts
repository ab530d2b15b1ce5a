/** What looking at an event costs: events judged with every check as it is shipped, against none at all. */
import { ingest } from '../../sidecar/actions/ingest.js'
import { openSandbox } from '../../sidecar/actions/sandbox.js'
import { CHECK_IDS } from '../../sidecar/domain/check.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { byTurns, type Measured } from './measure.js'

const LEARNERS = 300
const BATCH = 100
const START = Date.parse('2026-11-02T08:00:00Z')
const RULES = `
- { id: post, event: forum.post, points: 2 }
- { id: quiz, event: quiz.submitted, points: 3 }
- { id: view, event: course.viewed, points: 1, caps: [{ points: 40, per: day }] }
`
const NONE = `blacklist: []\nchecks: { ${CHECK_IDS.map((id) => `${id}: off`).join(', ')} }\n`

/** Half views, a third attempts, the rest posts of which most answer an earlier one: all of them earn. */
function eventOf(number: number): LearningEvent {
  const user = String(number % LEARNERS)
  const at = {
    id: `e${number}`,
    time: START + number * 1_300 + ((number * 7_919) % 9_000),
    user,
    actor: user,
    course: '7',
    courseIdnumber: null,
  }
  const rest = { origin: 'web', factsOnly: false }
  if (number % 2 === 0) {
    return { ...at, ...rest, event: '\\core\\event\\course_viewed', activity: null, object: null, data: {} }
  }
  if (number % 6 !== 1) {
    const data = { attempt: 1, items: 10, rapid_items: number % 3, duration_seconds: 300 }
    const about = { activity: `quiz:${number % 11}`, object: `quiz_attempts:${number}` }
    return { ...at, ...rest, ...about, event: '\\mod_quiz\\event\\attempt_submitted', data }
  }
  const data = {
    words: 60,
    similarity: 12,
    text_hash: `t${number}`,
    reply_to: `forum_posts:${Math.max(1, number - 60)}`,
  }
  const about = { activity: 'forum:3', object: `forum_posts:${number}` }
  return { ...at, ...rest, ...about, event: '\\mod_forum\\event\\post_created', data }
}

function judge(settings: string): { readonly run: (batches: number) => void; readonly close: () => void } {
  const files = { 'rocket.yaml': `source: moodle\n${settings}`, 'rules/pack.yaml': RULES, 'rewards.yaml': '' }
  const { stores, rules, close } = openSandbox(new Map(Object.entries(files)))
  let number = 0
  return {
    run: (batches) => {
      for (let batch = 0; batch < batches; batch++) {
        stores.writer.write(() => {
          for (let n = 0; n < BATCH; n++) {
            const event = eventOf(number++)
            ingest(stores, rules, event, event.time)
          }
        })
      }
    },
    close,
  }
}

export async function measureChecks(rounds: number, batches: number): Promise<Measured> {
  const [looking, blind] = [judge(''), judge(NONE)]
  looking.run(batches)
  blind.run(batches)
  const measured = await byTurns(
    rounds,
    batches * BATCH,
    () => looking.run(batches),
    () => blind.run(batches),
  )
  looking.close()
  blind.close()
  return {
    name: 'events/s judged, all of which earn, with every check as shipped (in memory)',
    unit: '1/s',
    ...measured,
    aim: '',
    against: 'no check at all',
  }
}
