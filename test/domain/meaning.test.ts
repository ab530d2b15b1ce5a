import { expect } from 'chai'
import {
  actOf,
  aliases,
  canonicalName,
  classNames,
  isKnownClass,
  meansAlias,
  ownedByLearner,
  resolveName,
  saysComplete,
  waitsForGrade,
} from '../../sidecar/domain/meaning.js'
import { FACT_CLASSES } from '../../sidecar/domain/moodle-events.js'
import { learningEvent } from '../support.js'

const QUIZ = '\\mod_quiz\\event\\'
const COMPLETION = '\\core\\event\\course_module_completion_updated'
const act = (event: string, given: Parameters<typeof learningEvent>[0] = {}) =>
  actOf(learningEvent({ event, ...given }))

describe('the name of an event', () => {
  it('may be an alias, which stands for every class that carries it', () => {
    expect(resolveName('quiz.graded')).to.deep.equal({
      alias: 'quiz.graded',
      classes: [
        `${QUIZ}attempt_graded`,
        `${QUIZ}attempt_submitted`,
        `${QUIZ}attempt_manual_grading_completed`,
        `${QUIZ}question_manually_graded`,
        `${QUIZ}attempt_regraded`,
      ],
    })
    expect(resolveName('activity.viewed')?.classes).to.include('\\mod_page\\event\\course_module_viewed')
  })

  it('may be the seed’s legacy name, with or without its first backslash', () => {
    for (const written of ['core\\event\\quiz_attempt_submitted', '\\core\\event\\quiz_attempt_submitted']) {
      expect(resolveName(written)).to.deep.equal(resolveName('quiz.graded'))
    }
  })

  it('may be a class, and then is that class alone', () => {
    const name = `${QUIZ}attempt_submitted`
    expect(resolveName(name)).to.deep.equal({ classes: [name], alias: null })
    expect(resolveName(name.slice(1))).to.deep.equal({ classes: [name], alias: null })
    expect(resolveName('\\local_own\\event\\thing_done')?.classes).to.deep.equal(['\\local_own\\event\\thing_done'])
  })

  it('may be a custom name', () => {
    expect(resolveName('custom.lecture.visit_2')).to.deep.equal({ classes: ['custom.lecture.visit_2'], alias: null })
  })

  it('is nothing else', () => {
    for (const written of [
      '',
      'quiz',
      'quiz.grded',
      'custom.',
      'custom.A',
      'custom.a..b',
      '\\mod_quiz\\attempt_submitted',
      '\\Mod_Quiz\\event\\x',
      '\\\\mod_quiz\\event\\x',
      'constructor',
      'toString',
      '__proto__',
    ]) {
      expect(resolveName(written), written).to.equal(null)
      expect(canonicalName(written), written).to.equal(null)
    }
  })

  it('has one form on the wire', () => {
    expect(canonicalName('quiz.graded')).to.equal(`${QUIZ}attempt_graded`)
    expect(canonicalName('mod_quiz\\event\\attempt_regraded')).to.equal(`${QUIZ}attempt_regraded`)
  })

  it('is the name of a known class for every class in the table', () => {
    for (const alias of aliases)
      for (const name of resolveName(alias)!.classes) expect(isKnownClass(name), name).to.equal(true)
    for (const name of classNames) expect(resolveName(name)?.classes, name).to.deep.equal([name])
  })
})

describe('the act of an event', () => {
  it('of a quiz is the attempt, whatever class reports it', () => {
    for (const name of [...resolveName('quiz.graded')!.classes, `${QUIZ}attempt_deleted`]) {
      expect(act(name, { object: 'quiz_attempts:991' })).to.equal('quiz.graded:quiz_attempts:991')
    }
  })

  it('of a completion is the course module', () => {
    expect(act(COMPLETION, { activity: 'quiz:123' })).to.equal('activity.completed:cm:123')
    expect(act(COMPLETION, { activity: 'quiz:123', data: { state: 0 } })).to.equal('activity.completed:cm:123')
  })

  it('of a course is the course', () => {
    expect(act('\\core\\event\\course_completed', { course: '7' })).to.equal('course.completed:course:7')
    expect(act('\\core\\event\\user_enrolment_created', { course: '7' })).to.equal('course.enrolled:course:7')
  })

  it('is the same for a deed and for what undoes it', () => {
    const object = 'x:1'
    for (const [deed, undone] of [
      ['forum.post', 'forum.post_deleted'],
      ['forum.discussion', 'forum.post_deleted'],
      ['badge.awarded', 'badge.revoked'],
      ['assign.submitted', 'assign.removed'],
      ['glossary.entry', 'glossary.deleted'],
      ['database.entry', 'database.deleted'],
      ['comment.posted', 'comment.deleted'],
      ['blog.entry', 'blog.deleted'],
      ['quiz.graded', 'quiz.deleted'],
      ['activity.completed', 'activity.uncompleted'],
    ] as const) {
      const acts = [deed, undone].flatMap((alias) => resolveName(alias)!.classes.map((name) => act(name, { object })))
      expect(new Set(acts).size, deed).to.equal(1)
      expect(acts[0], deed).to.be.a('string')
    }
  })

  it('is none for what happens again and again, or names nothing', () => {
    for (const alias of ['activity.viewed', 'course.viewed', 'login']) expect(act(canonicalName(alias)!)).to.equal(null)
    expect(act('custom.visit', { object: 'visit:1' })).to.equal(null)
    expect(act(`${QUIZ}attempt_graded`, { object: null })).to.equal(null)
    expect(act(COMPLETION, { activity: null })).to.equal(null)
    expect(act('\\core\\event\\course_completed', { course: null })).to.equal(null)
  })
})

describe('a completion event', () => {
  const event = (state?: string | number) =>
    learningEvent({ event: COMPLETION, data: state === undefined ? {} : { state } })

  it('says complete in Moodle’s states 1 and 2, however they are written, or where it names none', () => {
    for (const state of [1, 2, '1', '2', 'complete', 'complete_pass', undefined]) {
      expect(saysComplete(event(state)), String(state)).to.equal(true)
      expect(meansAlias(event(state), 'activity.completed')).to.equal(true)
      expect(meansAlias(event(state), 'activity.uncompleted')).to.equal(false)
    }
  })

  it('says not complete in every other state, a failed completion too', () => {
    for (const state of [0, 3, '0', 'incomplete', 'complete_fail', '']) {
      expect(saysComplete(event(state)), String(state)).to.equal(false)
      expect(meansAlias(event(state), 'activity.uncompleted')).to.equal(true)
    }
  })
})

describe('the table of meanings', () => {
  it('has a grade to wait for in what is graded', () => {
    expect(aliases.filter(waitsForGrade)).to.deep.equal(['quiz.graded', 'assign.graded', 'grade.received'])
    expect(waitsForGrade(null)).to.equal(false)
  })

  it('knows whose objects are one learner’s own', () => {
    const own = (name: string) => ownedByLearner(learningEvent({ event: canonicalName(name)! }))
    expect(['forum.post_deleted', 'quiz.regraded', 'comment.deleted', 'blog.deleted'].filter(own)).to.have.length(4)
    expect(['badge.revoked', 'activity.uncompleted', 'course.completed', 'login'].filter(own)).to.deep.equal([])
  })

  it('has the classes from which facts are kept', () => {
    for (const name of Object.values(FACT_CLASSES)) expect(isKnownClass(name), name).to.equal(true)
  })
})
