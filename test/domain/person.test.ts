import { expect } from 'chai'
import { bySubject, decidedOn, idIn, isGrader, keptOf, personOf, subjectIn } from '../../sidecar/domain/person.js'
import { learningEvent } from '../support.js'

const name = (id: string) => `subject:of ${id}`

describe('people in what is kept', () => {
  it('are told from what is nobody by how actions call them', () => {
    expect(idIn(personOf('77'))).to.equal('77')
    expect(subjectIn(bySubject('abc'))).to.equal('abc')
    for (const nobody of ['server', 'bridge', 'cli:root', 'token:1', 'the learner', 'counter', 'shop']) {
      expect([idIn(nobody), subjectIn(nobody)], nobody).to.deep.equal([null, null])
    }
  })

  it('go by another name wherever an event names them; the rest of it stays', () => {
    const event = learningEvent({ actor: '77', data: { score: 9, graded_by: '78' } })
    expect(keptOf(event, name)).to.deep.equal({
      ...event,
      actor: 'subject:of 77',
      data: { score: 9, graded_by: 'subject:of 78' },
    })
    const plain = learningEvent({ data: { graded_by: 'person', reply_to: 'forum_posts:7' } })
    expect(keptOf(plain, name)).to.equal(plain)
  })

  it('are not named by words that say how a grade came about', () => {
    for (const word of ['automatic', 'peer', 'person', 'self', 'system', undefined, 7, true])
      expect(isGrader(word), String(word)).to.equal(false)
    for (const id of ['77', 'jane', 'Person']) expect(isGrader(id), id).to.equal(true)
  })

  it('are not named by a refusal that says what the event carried', () => {
    const event = keptOf(learningEvent({ actor: '77', data: { graded_by: '78', score: 9 } }), name)
    const refused = (field: string, value: string | number | null) => ({
      reason: { code: 'condition_not_met', params: { field, test: '=x', value } },
    })
    const told = (...given: Parameters<typeof refused>) => decidedOn(refused(...given), event).reason.params.value
    expect(told('actor', '77')).to.equal('subject:of 77')
    expect(told('graded_by', '78')).to.equal('subject:of 78')
    expect(told('score', 9)).to.equal(9)
    expect(told('actor', null)).to.equal(null)
  })
})
