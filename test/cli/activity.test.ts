import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { completed, log, row, viewed } from '../activity/files.js'
import { Folder } from './program.js'

const STAFF = {
  event: 'Course module updated',
  description: "The user with id '4' updated the 'quiz' activity with course module id '5'.",
}
const view = (time: string, user: number, cmid: number): string =>
  row({ time, component: 'File', event: 'Course module viewed', description: viewed('resource', cmid, user) })
const completion = (time: string, user: number, cmid: number): string =>
  row({ time, event: 'Course activity completion updated', description: completed(cmid, user) })

/** Ten records, newest first, as Moodle writes them. */
const LOG = log(
  view('20/10/21, 10:00', 43, 12),
  completion('19/10/21, 12:00', 42, 14),
  completion('19/10/21, 11:00', 43, 12),
  view('19/10/21, 10:00', 42, 12),
  row({ time: '18/10/21, 09:00', ...STAFF }),
  view('18/10/21, 08:00', 4, 12),
  completion('17/10/21, 12:00', 42, 12),
  view('17/10/21, 11:00', 42, 12),
  view('17/10/21, 10:00', 42, 13),
  row({ time: '17/10/21, 09:00' }),
)
const CONFIG = {
  'rocket.yaml': 'source: moodle\ntimezone: Europe/London\ncurrency: GBP\n',
  'rules/pack.yaml': `
- { id: completed, event: activity.completed, points: 10, once_per: activity }
- { id: viewed, event: activity.viewed, points: 1, caps: [{ points: 1, per: day }] }
- { id: never, event: badge.awarded, points: 5 }
`,
}

interface Simulated {
  readonly points: number
  readonly learners: number
  readonly events: number
  readonly cost: { total: number; currency: string } | null
  readonly rules: { ruleId: string; grants: number; points: number; refused: { code: string; count: number }[] }[]
  readonly weeks: { week: string; points: number }[]
}

describe('recorded activity', function () {
  this.timeout(30_000)
  let folder: Folder
  let file: string
  beforeEach(() => {
    folder = new Folder(CONFIG)
    file = folder.write('log.csv', LOG)
  })
  afterEach(() => folder.remove())

  it('can be simulated without a home: what each rule would have granted, refused and cost', async () => {
    const config = folder.write('elsewhere/rocket.yaml', CONFIG['rocket.yaml'])
    folder.write('elsewhere/rules/pack.yaml', CONFIG['rules/pack.yaml'])
    const elsewhere = new Folder()
    try {
      const args = `simulate ${file} --config ${join(config, '..')} --point-value 0.01`
      const result = await elsewhere.json<Simulated>(args)
      // Three completions, and of four views two that share a day.
      expect(result).to.deep.include({ points: 33, learners: 2 })
      expect(result.cost).to.deep.include({ currency: 'GBP' })
      expect(result.cost?.total).to.be.closeTo(0.33, 1e-9)
      const [done, seen, never] = result.rules
      expect(done).to.deep.include({ ruleId: 'completed', grants: 3, points: 30 })
      expect(seen).to.deep.include({ ruleId: 'viewed', grants: 3, points: 3 })
      expect(seen?.refused.map(({ code, count }) => [code, count])).to.deep.equal([['cap_reached', 1]])
      expect(never).to.deep.include({ ruleId: 'never', grants: 0 })
      expect(result.weeks.map(({ week, points }) => [week, points])).to.deep.equal([
        ['2021-10-11', 11],
        ['2021-10-18', 22],
      ])
      const text = await elsewhere.rocket(args)
      expect(text.code).to.equal(0)
      expect(text.stdout).to.contain('33 points would have been granted').and.to.contain('Nothing was written')
      expect(text.stdout).to.contain('0.33 GBP')
      expect(readdirSync(elsewhere.path)).to.deep.equal([])
    } finally {
      await elsewhere.remove()
    }
  })

  it('is imported as it was simulated, once however often it is run, beside a server or without one', async () => {
    const simulated = await folder.json<Simulated>(`simulate ${file}`)
    const rocket = await folder.serve()
    const first = await folder.json<{ recorded: number; points: number }>(`events import ${file}`)
    expect(first).to.include({ points: simulated.points, rejected: 0, duplicate: 0 })
    const again = await folder.rocket(`events import ${file}`)
    expect([again.code, again.stdout.startsWith('0 events recorded, 0 points granted')]).to.deep.equal([0, true])
    await rocket.stop()
    expect(await folder.json(`events import ${file}`)).to.include({
      recorded: 0,
      duplicate: first.recorded,
    })
    const { stdout } = await folder.rocket('ledger export --format jsonl --kind administration')
    expect(stdout.trimEnd().split('\n')).to.have.length(1)
    expect(stdout).to.contain('log.csv').and.to.contain('sha256')
    expect((await folder.rocket('ledger verify')).code).to.equal(0)
  })

  it('may be a longer log of the same course: only what is new is added', async () => {
    await (await folder.serve()).stop()
    await folder.rocket(`events import ${file}`)
    const longer = folder.write('longer.csv', LOG.replace('\n', `\n${completion('21/10/21, 10:00', 43, 15)}\n`))
    expect(await folder.json(`events import ${longer}`)).to.include({ recorded: 1, points: 10 })
  })

  it('says what it could not read, and ends with 1', async () => {
    await (await folder.serve()).stop()
    const bad = folder.write(
      'bad.ndjson',
      '{"id":"a","event":"badge.awarded","time":"2026-11-02T09:00:00Z"}\nnot json\n',
    )
    for (const command of ['simulate', 'events import']) {
      const { code, stdout } = await folder.rocket(`${command} ${bad}`)
      expect(code, command).to.equal(1)
      expect(stdout).to.contain(`${bad}:1`).and.to.contain(`${bad}:2`)
    }
  })

  it('ends with 1 where there is no such file, or it is no log, without a stack', async () => {
    for (const path of [join(folder.path, 'none.csv'), folder.write('other.csv', 'a,b\n1,2\n'), folder.path]) {
      const { code, stdout, stderr } = await folder.rocket(`simulate ${path}`)
      expect(code, path).to.equal(1)
      expect(stdout + stderr)
        .to.contain(path)
        .and.not.to.match(/^\s+at /m)
    }
  })

  it('is not simulated with rules that have mistakes: they are listed', async () => {
    folder.write('home/config/rules/pack.yaml', '- { id: a, event: quiz.gradd, points: 1 }\n')
    const { code, stdout } = await folder.rocket(`simulate ${file}`)
    expect([code, stdout.includes('quiz.graded')]).to.deep.equal([1, true])
  })
})
