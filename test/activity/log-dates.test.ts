import { expect } from 'chai'
import { ActivityError } from '../../sidecar/activity/activity-error.js'
import { OrderProof, readTime, ZoneClock } from '../../sidecar/activity/log-dates.js'
import { log, notes, read, row } from './files.js'

const utc = (text: string, zone = 'Europe/Berlin', order: 'dmy' | 'mdy' = 'dmy'): string | null => {
  const written = readTime(text)
  const time = written && new ZoneClock(zone).toUtc(written, order)
  return time === null ? null : new Date(time).toISOString()
}

describe('times in a log export', () => {
  it('are read with and without seconds, in 24 and 12 hours, with two and four digits of the year', () => {
    expect(utc('17/10/21, 12:39')).to.equal('2021-10-17T10:39:00.000Z')
    expect(utc('7/10/2021, 12:39:05')).to.equal('2021-10-07T10:39:05.000Z')
    expect(utc(' 17/10/21 00:39 ')).to.equal('2021-10-16T22:39:00.000Z')
    expect(utc('10/17/21, 12:39 PM', 'America/New_York', 'mdy')).to.equal('2021-10-17T16:39:00.000Z')
    expect(utc('10/17/21, 12:39:59 am', 'America/New_York', 'mdy')).to.equal('2021-10-17T04:39:59.000Z')
    expect(utc('17.10.2021, 12:39')).to.equal('2021-10-17T10:39:00.000Z')
  })

  for (const wrong of [
    '',
    'yesterday',
    '32/01/21, 10:00',
    '31/02/21, 10:00',
    '17/10/21, 24:00',
    '17/10/21, 13:00 PM',
    '17/10-21, 10:00',
  ]) {
    it(`are none where they do not exist: "${wrong}"`, () => expect(readTime(wrong)).to.equal(null))
  }

  it('of the hour that autumn repeats are the earlier of the two', () => {
    expect(utc('31/10/21, 01:59')).to.equal('2021-10-30T23:59:00.000Z')
    expect(utc('31/10/21, 02:00')).to.equal('2021-10-31T00:00:00.000Z')
    expect(utc('31/10/21, 02:59')).to.equal('2021-10-31T00:59:00.000Z')
    expect(utc('31/10/21, 03:00')).to.equal('2021-10-31T02:00:00.000Z')
  })

  it('of the hour that spring leaves out move forward', () => {
    expect(utc('28/03/21, 01:59')).to.equal('2021-03-28T00:59:00.000Z')
    expect(utc('28/03/21, 02:30')).to.equal('2021-03-28T01:30:00.000Z')
    expect(utc('28/03/21, 03:30')).to.equal('2021-03-28T01:30:00.000Z')
  })

  it('are right where a clock moves by half an hour, within an hour', () => {
    expect(utc('04/04/21, 01:29', 'Australia/Lord_Howe')).to.equal('2021-04-03T14:29:00.000Z')
    expect(utc('04/04/21, 01:45', 'Australia/Lord_Howe')).to.equal('2021-04-03T14:45:00.000Z')
    expect(utc('04/04/21, 02:00', 'Australia/Lord_Howe')).to.equal('2021-04-03T15:30:00.000Z')
    expect(utc('03/10/21, 02:15', 'Australia/Lord_Howe')).to.equal('2021-10-02T15:45:00.000Z')
    expect(utc('03/10/21, 02:45', 'Australia/Lord_Howe')).to.equal('2021-10-02T15:45:00.000Z')
  })

  it('need a zone that exists', () => {
    expect(() => new ZoneClock('Mars/Olympus')).to.throw(ActivityError, 'Mars/Olympus')
  })
})

describe('the order of day and month', () => {
  const proofOf = (...times: string[]) => {
    const proof = new OrderProof()
    times.forEach((time, index) => {
      proof.add(readTime(time)!, index + 2)
    })
    return proof.order()
  }

  it('is proven by a part over 12', () => {
    expect(proofOf('01/02/21, 10:00', '13/02/21, 10:00')).to.deep.equal({ order: 'dmy', proven: true })
    expect(proofOf('01/02/21, 10:00', '02/13/21, 10:00')).to.deep.equal({ order: 'mdy', proven: true })
  })

  it('is day first where nothing proves it, and the reader is told', async () => {
    const activity = await read([log(row({ time: '03/04/21, 10:00' }))])
    expect(activity.events[0]?.time).to.equal(Date.UTC(2021, 3, 3, 8))
    expect(notes(activity, 'dates_assumed')[0]).to.contain('pass --dates mdy')
  })

  it('is what the option says, and a time that does not fit is a fault', async () => {
    const activity = await read([log(row({ time: '03/04/21, 10:00' }), row({ time: '13/04/21, 10:00' }))], {
      dates: 'mdy',
    })
    expect(activity.events.map((event) => event.time)).to.deep.equal([Date.UTC(2021, 2, 4, 9)])
    expect(activity.faults.map((fault) => fault.line)).to.deep.equal([3])
  })

  it('that a file contradicts is one fault that says what to do', async () => {
    const activity = await read([log(row({ time: '13/04/21, 10:00' }), row({ time: '04/13/21, 10:00' }))])
    expect(activity.events).to.deep.equal([])
    expect(activity.faults).to.have.length(1)
    expect(activity.faults[0]?.message).to.contain('(line 2)').and.contain('(line 3)').and.contain('--dates')
  })

  it('does not stop at a date that is none', async () => {
    const activity = await read([log(row(), row({ time: '99/99/21, 10:00' }), row())])
    expect(activity.events).to.have.length(2)
    expect(activity.faults[0]).to.include({ line: 3 })
    expect(activity.faults[0]?.message).to.contain('99/99/21')
  })
})
