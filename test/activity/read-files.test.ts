import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { ActivityError } from '../../sidecar/activity/activity-error.js'
import { type Progress, readActivity } from '../../sidecar/activity/read-activity.js'
import { file, gz, log, OPTIONS, read, row } from './files.js'

const wire = (id: string, more: object = {}) =>
  JSON.stringify({ id, event: 'quiz.graded', time: '2026-11-22T09:15:00Z', user: '42', ...more })

const failure = async (paths: string[], options = OPTIONS): Promise<unknown> =>
  readActivity(paths, options).then(
    () => undefined,
    (error: unknown) => error,
  )

describe('files of recorded activity', () => {
  it('are plain or gzipped, whatever their name, and known by the SHA-256 of their bytes', async () => {
    const packed = gz(log(row()))
    const activity = await read([packed, log(row({ time: '18/10/21, 10:00' }))])
    expect(activity.events).to.have.length(2)
    expect(activity.files[0]).to.include({
      sha256: createHash('sha256').update(packed).digest('hex'),
      format: 'moodle-log',
      records: 1,
      events: 1,
    })
  })

  it('are UTF-8 with or without a byte order mark, else Windows-1252 as a whole', async () => {
    const plugin = (name: string) => log(row({ component: 'Übung', event: name }))
    const latin = Buffer.concat([Buffer.from(plugin('caf\u00e9'), 'latin1'), Buffer.from([0x85, 0x0a])])
    const activity = await read([plugin('café'), `\ufeff${plugin('café')}`, latin])
    expect(activity.files.map(({ encoding }) => encoding)).to.deep.equal(['utf-8', 'utf-8', 'windows-1252'])
    const unknown = activity.notes.find(({ code }) => code === 'unknown_names')
    expect(unknown?.params.names).to.deep.equal([{ component: 'Übung', name: 'café', count: 3 }])
  })

  it('may have their one odd byte at the very end, or a letter split between two pieces', async () => {
    const filler = log(...Array.from({ length: 2000 }, () => row({ context: 'Kurs: ä€😀'.repeat(7) })))
    const activity = await read([filler, Buffer.concat([Buffer.from(filler), Buffer.from([0xc3])])])
    expect(activity.files.map(({ encoding }) => encoding)).to.deep.equal(['utf-8', 'windows-1252'])
    expect(activity.files[0]?.records).to.equal(2000)
  })

  it('hold wire events as NDJSON, which all become events', async () => {
    const activity = await read([`\n  ${wire('a')}\r\n\n${wire('b', { data: { score: 85 } })}`, gz(wire('c'))])
    expect(activity.faults).to.deep.equal([])
    expect(activity.events.map(({ id, data }) => [id, data.score])).to.deep.equal([
      ['a', undefined],
      ['b', 85],
      ['c', undefined],
    ])
    expect(activity.files[0]).to.include({ format: 'ndjson', records: 2, events: 2 })
    expect(activity.notes).to.deep.equal([])
  })

  it('may tell an event twice: its id counts once', async () => {
    const activity = await read([`${wire('a')}\n${wire('a')}\n`])
    expect(activity.events).to.have.length(1)
    expect(activity.notes.map(({ text }) => text)).to.deep.equal([
      '1 event stands in these files more than once and counts once.',
    ])
  })

  it('name every NDJSON line that is wrong, by line and pointer, and go on', async () => {
    const activity = await read([
      `${wire('a')}\n{"id": \n${wire('b', { time: '2026-02-31T00:00:00Z', user: 7 })}\n[1]\n${wire('c')}`,
    ])
    expect(activity.events.map(({ id }) => id)).to.deep.equal(['a', 'c'])
    expect(activity.faults.map(({ line, message }) => [line, message.split(' ')[0]])).to.deep.equal([
      [2, 'is'],
      [3, '/user'],
      [4, 'the'],
    ])
  })

  it('that are not of either kind say what to do', async () => {
    const odd: [string | Buffer, string][] = [
      ['', 'is empty'],
      ['PK\u0003\u0004', 'spreadsheet'],
      ['[{"id": "a"}]', 'JSON list'],
      ['<html>', 'web page'],
      [Buffer.from('\ufeffTime', 'utf16le'), 'UTF-16'],
      [gz(log(row())).subarray(0, 60), 'cannot be unpacked'],
      ['Zeit,Ereignis\n1,2\n', 'lacks Time, Event context, Component, Event name, Description'],
    ]
    const activity = await read(odd.map(([content]) => content))
    expect(activity.events).to.deep.equal([])
    expect(activity.faults).to.have.length(odd.length)
    odd.forEach(([, words], index) => {
      expect(activity.faults[index]?.message).to.contain(words)
    })
    expect(activity.faults.at(-1)?.message).to.contain('IP address').and.contain('Reports > Logs')
  })

  it('with a quotation mark that is never closed keep what stands before it', async () => {
    const activity = await read([log(row(), row(), '"17/10/21, 12:39",A Learner,-,"Course')])
    expect(activity.events).to.have.length(2)
    expect(activity.faults).to.have.length(1)
    expect(activity.faults[0]).to.include({ line: 4 })
    expect(activity.faults[0]?.message).to.contain('never closed')
  })

  it('with a quotation mark too few go on after the next one', async () => {
    const activity = await read([log(row(), '"17/10/21, 12:39",A Learner,-,"Course', row(), row())])
    expect(activity.events).to.have.length(2)
    expect(activity.faults.map(({ line }) => line)).to.deep.equal([3])
    expect(activity.faults[0]?.message).to.contain('quotation mark')
  })

  it('with a record that has no end do not fill the memory', async () => {
    const activity = await read([log(row(), `"17/10/21, 12:39",A Learner,-,"${'x\n'.repeat(700_000)}`)])
    expect(activity.events).to.have.length(1)
    expect(activity.faults.map(({ line }) => line)).to.deep.equal([3])
  })

  it('with a row of another width name its line', async () => {
    const activity = await read([log(row(), 'a,b', row())])
    expect(activity.events).to.have.length(2)
    expect(activity.faults[0]).to.include({ line: 3 })
  })

  it('name a hundred faults, and then how many more', async () => {
    const activity = await read([log(...Array.from({ length: 150 }, () => row({ time: 'never' })))])
    expect(activity.faults).to.have.length(101)
    expect(activity.faults.at(-1)?.message).to.contain('50 more')
  })

  it('that are not there, or are folders, are refused in plain words', async () => {
    const path = file(log(row()))
    expect(await failure([path, '/nowhere/at-all.csv']))
      .to.be.instanceOf(ActivityError)
      .with.property('message')
      .contain('/nowhere/at-all.csv')
    expect(await failure(['/']))
      .to.be.instanceOf(ActivityError)
      .with.property('message')
      .contain('folder')
    expect(await failure([path], { ...OPTIONS, timezone: 'Nowhere' })).to.be.instanceOf(ActivityError)
  })

  it('tell how far the reading is', async () => {
    const told: Progress[] = []
    const content = log(...Array.from({ length: 1500 }, () => row()))
    await read([content, content], { onProgress: (done) => told.push(done) })
    expect(told.map(({ records }) => records)).to.deep.equal([1000, 1500, 2000, 3000, 3000])
    expect(told.at(-1)?.bytes).to.equal(2 * Buffer.byteLength(content))
    expect(told.at(-1)?.totalBytes).to.equal(2 * Buffer.byteLength(content))
  })
})
