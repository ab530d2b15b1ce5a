import { expect } from 'chai'
import {
  cmidIn,
  countsIn,
  courseIn,
  moduleIn,
  objectIn,
  peopleIn,
  subjectOf,
} from '../../sidecar/activity/log-description.js'

const QUIZ = '\\mod_quiz\\event\\'
const CORE = '\\core\\event\\'
const FORUM = '\\mod_forum\\event\\'

describe('a description', () => {
  it('names people, also without quotation marks', () => {
    expect(peopleIn("The user with id '4' enrolled the user with id '5' using")).to.deep.equal(['4', '5'])
    expect(peopleIn("The user with the id '4' send a tracking statement")).to.deep.equal(['4'])
    expect(peopleIn('User with id 215 took attendance with instanceid 259')).to.deep.equal(['215'])
    expect(peopleIn('User viewed their submission inbox at course: 502')).to.deep.equal([])
  })

  it('names the course and the activity', () => {
    const viewed = "The user with id '4' viewed the 'resource' activity with course module id '12'."
    expect([courseIn(viewed), cmidIn(viewed), moduleIn(viewed)]).to.deep.equal([null, '12', 'resource'])
    expect(courseIn("viewed the section number '3' of the course with id '7'.")).to.equal('7')
    expect(courseIn("the list of available badges for the course with the id '111'.")).to.equal('111')
    expect(courseIn("the bigbluebuttonbn activity with id '596' for the course id '502'.")).to.equal('502')
    expect(cmidIn("updated the completion state for the course module with id '9' for the user")).to.equal('9')
  })

  it('names the row only where it is the row of the event', () => {
    const attempt =
      "The user with id '4' has submitted the attempt with id '991' for the quiz with course module id '12'."
    expect(objectIn(`${QUIZ}attempt_submitted`, attempt)).to.equal('quiz_attempts:991')
    const graded =
      'The attempt with id 991 for for quiz with course module id 12 by user with id 4 had automatic grading performed.'
    expect(objectIn(`${QUIZ}attempt_graded`, graded)).to.equal('quiz_attempts:991')
    expect(subjectOf(`${QUIZ}attempt_graded`, peopleIn(graded))).to.deep.equal({ user: '4', actor: null })
    const post =
      "The user with id '4' has created the post with id '31' in the discussion with id '8' in the forum with course module id '2'."
    expect(objectIn(`${FORUM}post_created`, post)).to.equal('forum_posts:31')
    expect(objectIn(`${FORUM}discussion_viewed`, post)).to.equal('forum_discussions:8')
    const assessed =
      "The user with id '4' assessed the submission with id '6' for the user with id '5' in the workshop with course module id '2'."
    expect(objectIn('\\mod_workshop\\event\\submission_assessed', assessed)).to.equal('workshop_assessments:6')
    expect(objectIn(`${CORE}course_viewed`, "viewed the course with id '7'.")).to.equal(null)
    expect(objectIn('\\mod_feedback\\event\\response_submitted', "submitted response for 'feedback'")).to.equal(null)
  })

  it('makes the affected person the learner, and the doer the actor', () => {
    expect(subjectOf(`${CORE}user_graded`, ['4', '5'])).to.deep.equal({ user: '5', actor: '4' })
    expect(subjectOf(`${CORE}user_graded`, ['5', '5'])).to.deep.equal({ user: '5', actor: null })
    expect(subjectOf(`${CORE}user_graded`, ['-1', '5'])).to.deep.equal({ user: '5', actor: null })
  })

  it('keeps what somebody does to look at or assess another the doer’s', () => {
    expect(subjectOf(`${QUIZ}attempt_summary_viewed`, ['4', '5'])).to.deep.equal({ user: '4', actor: null })
    expect(subjectOf('\\mod_workshop\\event\\submission_assessed', ['4', '5'])).to.deep.equal({
      user: '4',
      actor: null,
    })
  })

  it('knows nobody in the guest, the system, and who approved somebody’s entry', () => {
    for (const people of [[], ['0'], ['-1'], ['1'], ['4', '1'], ['4', '0']]) {
      expect(subjectOf(`${CORE}user_graded`, people)).to.deep.equal({ user: null, actor: null })
    }
    expect(subjectOf('\\mod_glossary\\event\\entry_approved', ['4']).user).to.equal(null)
  })

  it('is not misled by what a browser sent', () => {
    const sent =
      "The user with the id '4' submitted the element 'cmi.core.score.raw' with the value of 'user with id '9' course module id '99'' " +
      "for the attempt with the id '1' for a scorm activity with the course module id '12'."
    expect(subjectOf('\\mod_scorm\\event\\scoreraw_submitted', peopleIn(sent)).user).to.equal('4')
    expect(cmidIn(sent)).to.equal('12')
  })

  it('says how much was handed in, and the state that a person set', () => {
    expect(countsIn('\\assignsubmission_file\\event\\submission_created', "uploaded '3' file/s in")).to.deep.equal({
      files: 3,
    })
    expect(
      countsIn(
        '\\assignsubmission_onlinetext\\event\\submission_updated',
        "an online text submission with '120' words in",
      ),
    ).to.deep.equal({ words: 120 })
    expect(
      countsIn(`${CORE}course_module_completion_updated`, "overrode the completion state to '0' for the course module"),
    ).to.deep.equal({ state: 0 })
  })
})
