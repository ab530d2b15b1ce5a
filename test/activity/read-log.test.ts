import { expect } from 'chai'
import { completed, log, notes, read, row, viewed } from './files.js'

const graded = {
  component: 'System',
  event: 'User graded',
  description:
    "The user with id '4' updated the grade with id '77' for the user with id '42' for the grade item with id '3'.",
}
const moduleUpdated = {
  event: 'Course module updated',
  description: "The user with id '4' updated the 'quiz' activity with course module id '5'.",
}

describe('a log export', () => {
  it('becomes events, oldest first, records of one minute in their true order', async () => {
    const activity = await read([
      log(
        row({ component: 'File', event: 'Course module viewed', description: viewed('resource', 12) }),
        row(),
        row({ time: '16/10/21, 08:00' }),
      ),
    ])
    expect(activity.faults).to.deep.equal([])
    expect(activity.events.map(({ event, time }) => [event, new Date(time).toISOString()])).to.deep.equal([
      ['\\core\\event\\course_viewed', '2021-10-16T06:00:00.000Z'],
      ['\\core\\event\\course_viewed', '2021-10-17T10:39:00.000Z'],
      ['\\mod_resource\\event\\course_module_viewed', '2021-10-17T10:39:00.000Z'],
    ])
    const { id: _, ...event } = activity.events[2]!
    expect(event).to.deep.equal({
      event: '\\mod_resource\\event\\course_module_viewed',
      time: Date.UTC(2021, 9, 17, 10, 39),
      user: '42',
      actor: null,
      // The record does not say, but the file speaks of one course only.
      course: '7',
      courseIdnumber: null,
      activity: 'resource:12',
      object: null,
      origin: 'web',
      data: { module: 'resource' },
      factsOnly: false,
    })
  })

  it('guesses no course where the file speaks of several', async () => {
    const activity = await read([
      log(
        row({ component: 'File', event: 'Course module viewed', description: viewed('resource', 12) }),
        row(),
        row({ description: "The user with id '42' viewed the course with id '8'." }),
      ),
    ])
    expect(activity.events.map(({ course }) => course)).to.deep.equal(['8', '7', null])
  })

  it('may have its columns in any order, more of them, and none for origin and address', async () => {
    const activity = await read([
      'Description;Course;Time;Component;Event name;Event context\n' +
        "\"The user with id '42' viewed the course with id '7'.\";Physics;17/10/21, 12:39;System;Course viewed;Course: Physics\n",
    ])
    expect(activity.faults).to.deep.equal([])
    expect(activity.events).to.have.length(1)
    expect(activity.events[0]?.origin).to.equal(null)
  })

  it('keeps records with line breaks in quotation marks, and the line numbers after them', async () => {
    for (const end of ['\n', '\r\n']) {
      const content = log(row({ context: 'Label: one\ntwo\n\nthree' }), row({ time: 'never' }), row())
      const activity = await read([content.replaceAll('\n', end)])
      expect(activity.events).to.have.length(2)
      expect(activity.files[0]?.records).to.equal(3)
      expect(activity.faults.map(({ line }) => line)).to.deep.equal([6])
    }
  })

  it('takes each completion as completed unless somebody set its state, and knows it by its course module', async () => {
    const set =
      "The user with id '4' overrode the completion state to '0' for the course module with id '12' for the user with id '42'."
    const event = 'Course activity completion updated'
    const activity = await read([
      log(
        row({ event, description: completed(13), context: 'Strange plugin: x' }),
        row({ event, description: set, context: 'Quiz: Week 1' }),
        row({ event, description: completed(12), context: 'Quiz: Week 1' }),
      ),
    ])
    expect(activity.events.map(({ activity: place, actor, data }) => [place, actor, data.state])).to.deep.equal([
      ['quiz:12', null, undefined],
      ['quiz:12', '4', 0],
      ['cm:13', null, undefined],
    ])
    expect(notes(activity, 'no_completion_state')[0]).to.match(/^2 completion events carry no state/)
  })

  it('learns the module of a completion from other records of the file', async () => {
    const activity = await read([
      log(
        row({ event: 'Course activity completion updated', description: completed(13), context: 'Quiz maison: x' }),
        row({ component: 'Quiz', event: 'Course module viewed', description: viewed('quiz', 13) }),
      ),
    ])
    expect(activity.events.map((event) => event.activity)).to.deep.equal(['quiz:13', 'quiz:13'])
  })

  it('says that grades have no score', async () => {
    const activity = await read([log(row(graded))])
    expect(activity.events[0]).to.include({ user: '42', actor: '4', object: 'grade_grades:77' })
    expect(notes(activity, 'no_scores')[0]).to.match(/^1 event about a grade carries no score/)
  })

  it('leaves restored records out, and says how many', async () => {
    const activity = await read([log(row({ origin: 'restore' }), row({ origin: 'cli' }), row({ origin: 'ws' }))])
    expect(activity.events.map((event) => event.origin)).to.deep.equal(['ws', 'cli'])
    expect(notes(activity, 'restored_left_out')).to.deep.equal(['1 restored record was left out.'])
  })

  it('leaves out what names no learner', async () => {
    const activity = await read([log(row({ description: "The user with id '0' viewed the course with id '7'." }))])
    expect(activity.events).to.deep.equal([])
    expect(notes(activity, 'no_learner')).to.deep.equal(['1 record names no learner.'])
  })

  it('counts the names that it does not know, and apart from them those about running a course', async () => {
    const strange = { component: 'Turnitin', event: 'List Submissions', description: 'User viewed their inbox' }
    const activity = await read([log(row(), row(strange), row(strange), row({ event: 'User list viewed' }))])
    expect(notes(activity, 'unknown_names')).to.deep.equal([
      "2 records have event names that Rocket does not know: 'List Submissions' (Turnitin) 2 times.",
    ])
    expect(notes(activity, 'course_running')[0]).to.contain("'User list viewed' (System) 1 time.")
  })

  it('in another language is recognised as such', async () => {
    const activity = await read([log(row({ component: 'Sistema', event: 'Curso visto' }))])
    expect(activity.events).to.deep.equal([])
    expect(notes(activity, 'names_not_english')[0]).to.contain('in English?')
  })
})

describe('staff in a log export', () => {
  const records = log(
    row({ description: "The user with id '4' viewed the course with id '7'." }),
    row(),
    row(graded),
    row(moduleUpdated),
  )

  it('are those who did what only staff can; their own events are left out, what they did to learners stays', async () => {
    const activity = await read([records])
    expect(activity.events.map(({ event, user, actor }) => [event, user, actor])).to.deep.equal([
      ['\\core\\event\\user_graded', '42', '4'],
      ['\\core\\event\\course_viewed', '42', null],
    ])
    expect(notes(activity, 'staff_left_out')).to.deep.equal([
      '1 person was left out as staff with 1 event of their own, because they edited, graded or read reports here: 4.',
    ])
  })

  it('are kept where that is asked for', async () => {
    const activity = await read([records], { staff: 'keep' })
    expect(activity.events).to.have.length(3)
    expect(notes(activity, 'staff_left_out')).to.deep.equal([])
  })

  it('are known in every export of the same course', async () => {
    const short = log(
      row({ time: '20/10/21, 12:00', description: "The user with id '4' viewed the course with id '7'." }),
    )
    expect((await read([short])).events).to.have.length(1)
    const both = await read([short, records])
    expect(both.events.map((event) => event.user)).to.deep.equal(['42', '42'])
  })

  it('are not those who enrol or join a group themselves', async () => {
    const enrol = (who: number) => ({
      event: 'User enrolled in course',
      description: `The user with id '${who}' enrolled the user with id '42' using the enrolment method 'self' in the course with id '7'.`,
    })
    expect((await read([log(row(), row(enrol(42)))])).events).to.have.length(2)
    const byTeacher = await read([
      log(row({ description: "The user with id '4' viewed the course with id '7'." }), row(enrol(4))),
    ])
    expect(byTeacher.events.map(({ user, actor }) => [user, actor])).to.deep.equal([['42', '4']])
  })

  it('who delete a learner’s post still take it back', async () => {
    const deleted = {
      component: 'Forum',
      event: 'Post deleted',
      description:
        "The user with id '4' has deleted the post with id '31' in the discussion with id '8' in the forum with course module id '2'.",
    }
    const activity = await read([log(row(deleted), row(moduleUpdated))])
    expect(activity.events.map(({ user, object }) => [user, object])).to.deep.equal([['4', 'forum_posts:31']])
  })
})
