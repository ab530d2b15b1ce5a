/** The starter rules on real activity: what an administrator would see before anything is installed in Moodle. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { importEvents } from '../../sidecar/actions/import-events.js'
import { readFolder } from '../../sidecar/actions/publish.js'
import { type Simulation, simulate } from '../../sidecar/actions/simulate.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { readActivity } from '../../sidecar/activity/read-activity.js'
import { ROOT, STARTER } from '../../sidecar/version.js'
import { realData } from '../activity/real-data.js'
import { openRocket } from '../support.js'

const READING = { source: 'moodle', timezone: 'Asia/Muscat', staff: 'leave_out' } as const
const starter = readFolder(STARTER)
const tally = ({ rules }: Simulation, id: string) => rules.find(({ ruleId }) => ruleId === id)

describe('the starter rules on ten real exports of Moodle’s log', function () {
  this.timeout(60_000)
  let paths: string[]
  before(function () {
    const folder = realData(this, 'edify')
    paths = readdirSync(folder).map((name) => join(folder, name))
  })

  it('grant what can be granted, and say what refused the rest', async () => {
    const { events } = await readActivity(paths, READING)
    const result = await simulate(starter, events)
    expect(result).to.include({ events: 34_509, ignored: 31_312, points: 3_935, learners: 189, earners: 171 })
    expect(tally(result, 'complete_activity')).to.include({ grants: 1_495, points: 2_990 })
    const refused = tally(result, 'complete_activity')?.refused.map(({ code, count }) => [code, count])
    expect(refused).to.deep.equal([
      ['already_granted', 1_304],
      ['cap_reached', 111],
    ])
  })

  it('grant the same by import, however often it is run', async () => {
    const rocket = openRocket(Object.fromEntries([...starter].filter(([path]) => path !== 'rocket.yaml')))
    try {
      const activity = await readActivity(paths, READING)
      const by = { actor: 'test', reading: 'Asia/Muscat', serverRuns: false }
      expect(await importEvents(rocket.context, activity, by)).to.include({ points: 3_935, duplicate: 0 })
      expect(await importEvents(rocket.context, activity, by)).to.include({ points: 0, recorded: 0 })
      expect(verifyLedger(rocket.context.reader, { quick: false }).problems).to.deep.equal([])
    } finally {
      rocket.close()
    }
  })
})

describe('the starter rules on 173,912 real results', function () {
  this.timeout(120_000)
  let folder: string
  before(function () {
    folder = realData(this, 'oulad')
  })

  it('pay for the scores that reach the bar', async () => {
    const own = mkdtempSync(join(tmpdir(), 'rocket-oulad-'))
    try {
      const files = ['student_assessment.csv.gz', 'assessment.csv.gz'].map((name) => join(folder, name))
      const args = ['--import', 'tsx', join(ROOT, 'scripts', 'oulad-events.ts'), ...files]
      const stdio = ['ignore', 'pipe', 'ignore'] as const
      const ndjson = execFileSync(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 30, stdio: [...stdio] })
      writeFileSync(join(own, 'oulad.ndjson'), ndjson)
      const { events } = await readActivity([join(own, 'oulad.ndjson')], READING)
      const result = await simulate(starter, events)
      expect(result).to.include({ events: 172_003, points: 397_740, earners: 12_543 })
      const refused = tally(result, 'submit_quiz')?.refused.map(({ code, count }) => [code, count])
      expect(refused).to.deep.include.members([
        ['condition_not_met', 28_501],
        ['frequency', 6_640],
      ])
    } finally {
      rmSync(own, { recursive: true })
    }
  })
})
