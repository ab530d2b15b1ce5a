import { expect } from 'chai'
import { NOBODY_KNOWN } from '../../sidecar/domain/person.js'
import { Writer } from '../../sidecar/store/database.js'
import { Subjects } from '../../sidecar/store/subject.js'
import { append, learnerWith, open } from './files.js'

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

  it('are read as ids again by people in charge; what is no subject stays as it is', () => {
    inTransaction((subjects) => {
      for (const nobody of ['server', 'bridge', 'cli:root', 'token:1', 'counter'])
        expect(subjects.shown(nobody)).to.equal(nobody)
      expect(subjects.shown(`subject:${subjects.enrol('moodle', '77')}`)).to.equal('moodle:77')
      for (const gone of ['subject:0123456789abcdef01234567', NOBODY_KNOWN])
        expect(subjects.shown(gone)).to.equal('erased')
    })
  })

  it('are bound to their people by the first entry of their own', () => {
    const opened = open()
    const subject = learnerWith(opened, '42')
    const { subjects } = opened.stores.ledger
    expect(subjects.isBound(subject)).to.equal(false)
    append(opened, { subject, points: 1, record: { userId: '42' } })
    expect(subjects.isBound(subject)).to.equal(true)
    subjects.clear()
    expect([subject, '0'.repeat(24)].map((one) => subjects.isBound(one))).to.deep.equal([true, false])
    opened.connection.close()
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
