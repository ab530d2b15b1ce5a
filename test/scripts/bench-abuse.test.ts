import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { KINDS } from '../../scripts/bench-abuse/abuse.js'
import { addHonest, addressesOf, Maker, type WeekOf } from '../../scripts/bench-abuse/honest.js'
import { auroc, averagePrecision, precisionAt, type Ranked, recallByKind } from '../../scripts/bench-abuse/metrics.js'
import { Random } from '../../scripts/bench-abuse/random.js'
import { WEEK_RULES } from '../../sidecar/domain/week-feature.js'
import { ROOT } from '../../sidecar/version.js'
import { learningEvent, NOW } from '../support.js'

const ranked = (...weeks: readonly (readonly [score: number, kind: string | null])[]): Ranked[] =>
  weeks.map(([score, kind]) => ({ score, kind }))

describe('the figures of bench:abuse', () => {
  const mixed = ranked([9, 'a'], [8, null], [7, 'b'], [7, null], [1, null])

  it('AUROC is the share of pairs in the right order, equals half', () => {
    expect(auroc(mixed)).to.be.closeTo((3 + 1.5) / 6, 1e-12)
    expect(auroc(ranked([2, 'a'], [1, null]))).to.equal(1)
    expect(auroc(ranked([1, 'a'], [2, null]))).to.equal(0)
  })

  it('average precision takes equal scores together, whatever their order', () => {
    expect(averagePrecision(mixed)).to.be.closeTo((1 + 2 / 4) / 2, 1e-12)
    expect(averagePrecision([...mixed].reverse())).to.be.closeTo(averagePrecision(mixed), 1e-12)
  })

  it('P@k and recall by kind look at the first ones alone', () => {
    expect(precisionAt(mixed, 2)).to.equal(0.5)
    expect([...recallByKind(mixed, 0.4)]).to.deep.equal([
      ['a', 1],
      ['b', 0],
    ])
  })
})

describe('the abuse that bench:abuse makes', () => {
  const weekOf = (user: string): WeekOf => ({
    ...{ user, course: '7', week: '2026-11-23' },
    events: [0, 60_000, 3_600_000].map((after) => learningEvent({ user, time: NOW + after, activity: 'page:1' })),
  })
  const [week, other] = [weekOf('1'), weekOf('2')]
  const made = (kind: string, severity: number, seed = 1) => {
    const maker = new Maker(new Random(seed))
    const peers = KINDS[kind]!.does(week, severity, maker, [week, other])
    return { events: maker.made, peers: peers.map(({ user }) => user) }
  }

  for (const [kind, { rules }] of Object.entries(KINDS)) {
    it(`${kind}: is more when it is worse, is the same for the same seed, and names rules that exist`, () => {
      const [whole, stealth] = [made(kind, 1), made(kind, 0.15)]
      expect(whole.events.length).to.be.greaterThan(stealth.events.length)
      expect(stealth.events).not.to.have.length(0)
      expect(made(kind, 1)).to.deep.equal(whole)
      expect(made(kind, 1, 2)).not.to.deep.equal(whole)
      expect(WEEK_RULES.map(({ id }) => id)).to.include.members([...rules])
      expect(new Set(whole.events.map(({ user }) => user))).to.deep.equal(new Set(['1', ...whole.peers]))
    })
  }

  it('stands beside honest quizzes and posts in believable numbers', () => {
    const maker = new Maker(new Random(3))
    addHonest(
      Array.from({ length: 2_000 }, (_, index) => weekOf(`u${index}`)),
      maker,
    )
    const attempts = maker.made.filter(({ event }) => event.includes('mod_quiz'))
    const [items, rapid] = ['items', 'rapid_items'].map((key) =>
      attempts.reduce((sum, { data }) => sum + Number(data[key]), 0),
    )
    expect(attempts.length / 2_000).to.be.within(0.4, 0.6)
    expect(rapid! / items!).to.be.within(0.01, 0.02)
    const address = addressesOf(
      Array.from({ length: 1_000 }, (_, index) => `u${index}`),
      new Random(1),
    )
    expect(
      Array.from({ length: 1_000 }, (_, index) => address(`u${index}`)).filter((one) => one === 'campus').length,
    ).to.be.within(500, 600)
  })
})

describe('bench:abuse', () => {
  it('says so where the logs are not there, and fails nothing', function () {
    this.timeout(20_000)
    const nowhere = join(ROOT, 'nowhere')
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'scripts/bench-abuse/index.ts'), nowhere],
      { cwd: ROOT, encoding: 'utf8' },
    )
    expect({ status, stdout }).to.deep.equal({ status: 0, stdout: '' })
    expect(stderr).to.contain(`skipped: no log exports (*.csv, *.csv.gz) in ${nowhere}`)
  })
})
