import { expect } from 'chai'
import { Writer } from '../../sidecar/store/database.js'
import { Subjects } from '../../sidecar/store/subject.js'
import { open } from './files.js'

describe('subjects', () => {
  const inTransaction = <T>(work: (subjects: Subjects) => T): T => {
    const { connection } = open()
    const writer = new Writer(connection)
    const subjects = new Subjects(writer)
    try {
      return writer.write(() => work(subjects))
    } finally {
      connection.close()
    }
  }

  it('are random, one for each person of a source, and lead back to them', () => {
    inTransaction((subjects) => {
      const [a, b] = [subjects.enrol('moodle', '42'), subjects.enrol('moodle', '43')]
      expect(a)
        .to.match(/^[0-9a-f]{24}$/)
        .and.not.equal(b)
      expect([subjects.enrol('moodle', '42'), subjects.of('moodle', '42')]).to.deep.equal([a, a])
      expect(subjects.of('other', '42')).to.equal(null)
      expect([subjects.userOf(a), subjects.userOf('none'), subjects.source()]).to.deep.equal(['42', null, 'moodle'])
    })
  })

  it('stand for actors of the LMS, and for nobody else; people in charge read ids again', () => {
    inTransaction((subjects) => {
      const written = (actor: string, learner: string | null = null) => subjects.written('moodle', actor, learner)
      for (const nobody of ['server', 'bridge', 'cli:root', 'token:1', 'counter'])
        expect([written(nobody), subjects.shown(nobody)]).to.deep.equal([nobody, nobody])
      const stands = written('moodle:77')
      expect(stands).to.equal(`subject:${subjects.of('moodle', '77')}`)
      expect(written('moodle:77', subjects.of('moodle', '77'))).to.equal('the learner')
      expect(subjects.shown(stands)).to.equal('moodle:77')
      expect(subjects.shown('subject:0123456789abcdef01234567')).to.equal('erased')
    })
  })

  it('of a transaction that failed are forgotten with it', () => {
    const { connection } = open()
    const writer = new Writer(connection)
    const subjects = new Subjects(writer)
    const fail = () =>
      writer.write(() => {
        subjects.enrol('moodle', '42')
        throw new Error('no')
      })
    expect(fail).to.throw('no')
    writer.write(() => subjects.enrol('moodle', '42'))
    expect(subjects.of('moodle', '42')).to.match(/^[0-9a-f]{24}$/)
    connection.close()
  })
})
