import { expect } from 'chai'
import { expectOne, files, problemsIn, ruleOf, rulePack } from './reading.js'

const listening = (event: string) => ruleOf(`- { id: r, event: ${event}, points: 1 }`).listens
const problems = (event: string, settings?: string) =>
  problemsIn(files(`- { id: r, event: ${event}, points: 1 }`, settings))

describe('event', () => {
  it('is an alias', () => {
    expect(listening('forum.post')).to.deep.equal([
      {
        alias: 'forum.post',
        classes: ['\\mod_forum\\event\\post_created', '\\mod_forum\\event\\discussion_created'],
      },
    ])
  })

  it('is a class, with or without its leading backslash', () => {
    const expected = [{ alias: null, classes: ['\\core\\event\\course_viewed'] }]
    expect(listening('\\core\\event\\course_viewed')).to.deep.equal(expected)
    expect(listening('core\\event\\course_viewed')).to.deep.equal(expected)
  })

  it('is a declared custom name', () => {
    expect(listening('custom.lecture_visit')).to.deep.equal([{ alias: null, classes: ['custom.lecture_visit'] }])
    const words = ['custom_events in rocket.yaml', 'did you mean `custom.lecture_visit`?']
    expectOne(problems('custom.lectre_visit'), 'rules/a.yaml:1:19', 'not declared', ...words)
    expectOne(problems('custom.a', ''), 'rules/a.yaml:1:19', '`custom.a` is not declared')
    expectOne(problems('custom.Visit'), 'rules/a.yaml:1:19', 'not a name', 'lower-case')
  })

  it('is a list of these', () => {
    expect(listening('[login, custom.lecture_visit]')).to.have.length(2)
    expectOne(problems('[]'), 'rules/a.yaml:1:19', '`event` is an empty list')
    expectOne(problems('[login, [login]]'), 'rules/a.yaml:1:27', 'an item of `event` must be a name, not a list')
  })

  it('that is unknown is an error, with all aliases and the closest', () => {
    expectOne(problems('quiz.gradd'), 'rules/a.yaml:1:19', 'did you mean `quiz.graded`?', 'Allowed: quiz.graded, quiz')
    expectOne(problems('[login, logn]'), 'rules/a.yaml:1:27', 'did you mean `login`?')
    expectOne(problems('{ name: login }'), 'rules/a.yaml:1:19', '`event` must be a name, not a map')
  })

  it('that is no class at all is an error', () => {
    const form = '\\mod_quiz\\event\\attempt_submitted'
    expectOne(problems('mod_quiz\\attempt_submitted'), 'rules/a.yaml:1:19', 'not the name of an event class', form)
  })

  it('that is a class nobody knows is a warning with the closest', () => {
    const words = ['warning', 'does not know', 'did you mean `\\mod_quiz\\event\\attempt_submitted`?']
    expectOne(problems('mod_quiz\\event\\attempt_submited'), 'rules/a.yaml:1:19', ...words)
    expectOne(problems('\\local_x\\event\\thing_done'), 'rules/a.yaml:1:19', 'warning', 'listens all the same.')
  })

  it('in double quotes says what the backslash does', () => {
    expectOne(problems('"mod_quiz\\event\\attempt_submitted"'), 'rules/a.yaml:1:19', 'double quotes', 'backslash')
    const invisible = problems('"core\\event\\a"')
    expect(invisible[0]).to.contain('rules/a.yaml:1:19 an invisible character')
  })
})

describe('revoke_on', () => {
  const at = (line: string) => problemsIn(files(rulePack(line)))
  const revocations = (line: string) => ruleOf(rulePack(line)).revokeOn

  it('is a name, or a list of names and of names with conditions', () => {
    expect(revocations('revoke_on: quiz.deleted')).to.deep.equal([
      { listens: { alias: 'quiz.deleted', classes: ['\\mod_quiz\\event\\attempt_deleted'] }, conditions: null },
    ])
    const [plain, conditional] = revocations(
      'revoke_on: [quiz.deleted, { event: quiz.regraded, conditions: { score: "<50" } }]',
    )
    expect(plain?.conditions).to.equal(null)
    expect(conditional?.listens.alias).to.equal('quiz.regraded')
    expect(conditional?.conditions).to.deep.include({ field: 'score', test: { op: '<', value: 50 } })
  })

  it('checks names as `event` does', () => {
    expectOne(at('revoke_on: quiz.delted'), 'rules/a.yaml:4:14', 'did you mean `quiz.deleted`?')
    expectOne(at('revoke_on: []'), 'rules/a.yaml:4:14', 'empty list')
    expectOne(at('revoke_on: { event: quiz.deleted }'), 'rules/a.yaml:4:14', 'dash')
    expectOne(at('revoke_on: [{ conditions: { score: 1 } }]'), 'rules/a.yaml:4:15', '`event` is missing')
    expectOne(
      at('revoke_on: [{ event: login, if: 1 }]'),
      'rules/a.yaml:4:31',
      'no key `if`',
      'Allowed: event, conditions',
    )
    expectOne(at('revoke_on: [{ event: login, conditions: {} }]'), 'rules/a.yaml:4:43', 'empty')
    expectOne(at('revoke_on: [{ event: login, conditions: { scor: 1 } }]'), 'rules/a.yaml:4:45', 'warning', '`score`')
  })

  it('warns where it is about another deed than the rule pays for, and so takes nothing back', () => {
    const pack = (revokeOn: string) => `- { id: x, event: assign.submitted, points: 1, revoke_on: ${revokeOn} }`
    const found = (revokeOn: string) => problemsIn(files(pack(revokeOn)))
    expectOne(found('assign.graded'), 'rules/a.yaml:1:59', 'warning', 'takes nothing back', 'assign.submitted')
    expect(found('assign.removed')).to.deep.equal([])
  })

  it('warns where it would take the points back at every regrade, a better one included', () => {
    const pack = (event: string, revokeOn: string) => `- { id: x, event: ${event}, points: 1, revoke_on: ${revokeOn} }`
    const found = (event: string, revokeOn: string) => problemsIn(files(pack(event, revokeOn)))
    expectOne(found('quiz.submitted', 'quiz.regraded'), 'rules/a.yaml:1:57', 'warning', 'add conditions')
    expect(found('quiz.submitted', '[{ event: quiz.regraded, conditions: { score: "<80" } }]')).to.deep.equal([])
    expect(found('quiz.graded', 'quiz.regraded')).to.deep.equal([])
  })
})
