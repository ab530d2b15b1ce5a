import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Activity, readActivity } from '../../sidecar/activity/read-activity.js'
import { isKnownClass } from '../../sidecar/domain/meaning.js'
import { OPTIONS } from './files.js'
import { realData } from './real-data.js'

/** Ten exports of real courses, 2017–2021 (Hasan et al. 2021, Data 6(11):110, CC BY 4.0). */
describe('ten real log exports', function () {
  this.timeout(60_000)
  const options = { ...OPTIONS, timezone: 'Asia/Muscat' }
  let paths: string[]
  let activity: Activity

  before(async function () {
    const folder = realData(this, 'edify')
    paths = readdirSync(folder).map((name) => join(folder, name))
    const heap = process.memoryUsage().heapUsed
    const start = performance.now()
    activity = await readActivity(paths, options)
    const seconds = (performance.now() - start) / 1000
    const megabytes = (process.memoryUsage().heapUsed - heap) / 1e6
    console.log(
      `      45,841 records in ${seconds.toFixed(1)} s, heap +${megabytes.toFixed(0)} MB before any collection`,
    )
  })

  const count = (event: string) => activity.events.filter((one) => one.event === event).length
  const params = (code: string) => activity.notes.find((note) => note.code === code)?.params
  const of = (code: string) => Number(params(code)?.count)

  it('are read to the last record, without a fault', () => {
    expect(activity.faults).to.deep.equal([])
    expect(activity.files.reduce((sum, file) => sum + file.records, 0)).to.equal(45_841)
    expect(activity.files.filter((file) => file.encoding === 'windows-1252')).to.have.length(2)
  })

  it('account for every record', () => {
    const left = of('restored_left_out') + of('unknown_names') + of('course_running') + of('staff_left_out')
    expect(activity.events.length + left).to.equal(45_841)
    expect(of('restored_left_out')).to.equal(186)
    expect(params('repeats')).to.equal(undefined)
    expect(params('dates_assumed')).to.equal(undefined)
  })

  it('become events of learners', () => {
    expect(activity.events).to.have.length(34_509)
    expect(count('\\core\\event\\course_viewed')).to.equal(14_380)
    expect(count('\\mod_resource\\event\\course_module_viewed')).to.equal(11_290)
    expect(count('\\core\\event\\course_module_completion_updated')).to.equal(2_910)
    expect(count('\\mod_assign\\event\\assessable_submitted')).to.equal(287)
    expect(activity.events.filter((one) => isKnownClass(one.event)).length).to.be.greaterThan(30_000)
    expect(activity.events.every((one) => one.course !== null)).to.equal(true)
    expect(
      activity.events.every((one) => !one.event.endsWith('completion_updated') || !one.activity?.startsWith('cm:')),
    ).to.equal(true)
  })

  it('are in order', () => {
    expect(activity.events.every((one, at) => at === 0 || activity.events[at - 1]!.time <= one.time)).to.equal(true)
  })

  it('lose none of the double clicks, and give each its own id', async () => {
    expect(new Set(activity.events.map((one) => one.id)).size).to.equal(34_509)
    const all = await readActivity(paths, { ...options, staff: 'keep' })
    expect(all.events).to.have.length(34_509 + of('staff_left_out'))
    const alike = new Set(all.events.map(({ id: _, ...one }) => JSON.stringify(one))).size
    // 6,146 records repeat another of their file to the letter, 5,439 of them under a name that is known; a few more
    // differ only in what no event keeps, such as an address.
    expect(all.events.length - alike).to.equal(5_474)
  })

  it('add nothing when they are read twice, in any order', async () => {
    const twice = await readActivity([...paths, ...[...paths].reverse()], options)
    expect(twice.events).to.have.length(34_509)
    expect(new Set(twice.events.map((one) => one.id))).to.deep.equal(new Set(activity.events.map((one) => one.id)))
  })

  it('leave out eighteen people as staff', () => {
    expect(params('staff_left_out')?.people).to.have.length(18)
  })
})
