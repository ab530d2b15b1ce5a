/** Every folder under rules-examples, by the functions that `rules check` and `rules test` use. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ingest } from '../sidecar/actions/ingest.js'
import { publish, readFolder } from '../sidecar/actions/publish.js'
import { runExample } from '../sidecar/actions/run-examples.js'
import { openSandbox, type Sandbox } from '../sidecar/actions/sandbox.js'
import type { LearningEvent } from '../sidecar/domain/learning-event.js'
import { readExamples } from '../sidecar/rules/examples-file.js'
import { formatProblem } from '../sidecar/rules/problem.js'
import { readConfiguration } from '../sidecar/rules/read-configuration.js'
import { learningEvent, openRocket } from './support.js'

const ROOT = join(import.meta.dirname, '..', 'rules-examples')
const folders = readdirSync(ROOT).sort()

describe('rules-examples', () => {
  it('are numbered from 00 without a gap', () => {
    expect(folders.map((name) => name.slice(0, 3))).to.deep.equal(
      folders.map((_, index) => `${String(index).padStart(2, '0')}-`),
    )
  })

  for (const name of folders) describe(name, () => checkFolder(join(ROOT, name)))
})

function checkFolder(folder: string): void {
  const files = readFolder(folder)
  const packs = [...files.keys()].filter((path) => path.startsWith('rules/'))

  it('loads without a mistake or a warning', () => {
    const { configuration, problems } = readConfiguration(files)
    expect(problems.map(formatProblem)).to.deep.equal([])
    expect(configuration?.rules).not.to.have.length(0)
  })

  it('has packs, and examples beside each', () => {
    expect(packs).not.to.have.length(0)
    for (const pack of packs) expect(existsSync(join(folder, examplesOf(pack))), examplesOf(pack)).to.equal(true)
  })

  for (const path of packs.map(examplesOf).filter((path) => existsSync(join(folder, path)))) {
    const { examples, problems } = readExamples(path, readFileSync(join(folder, path), 'utf8'))
    it(`${path} can be read, and holds examples`, () => {
      expect(problems.map(formatProblem)).to.deep.equal([])
      expect(examples).not.to.have.length(0)
    })
    for (const example of examples) {
      it(example.title, () => expect(runExample(files, example).failures).to.deep.equal([]))
    }
  }

  it('has an example that fails without each rule', () => {
    const examples = packs.flatMap((pack) => {
      const path = examplesOf(pack)
      return readExamples(path, readFileSync(join(folder, path), 'utf8')).examples
    })
    for (const { id } of readConfiguration(files).configuration?.rules ?? []) {
      const line = `- id: ${id}\n`
      const without = new Map([...files].map(([path, text]) => [path, text.replace(line, `${line}  active: false\n`)]))
      expect(without, id).not.to.deep.equal(files)
      const noticed = examples.some((example) => runExample(without, example).failures.length > 0)
      expect(noticed, `no example needs ${id}`).to.equal(true)
    }
  })
}

function examplesOf(pack: string): string {
  return pack.replace(/\.ya?ml$/, '.examples.yaml')
}

describe('the rewards in them', () => {
  const catalogueOf = (name: string, files = readFolder(join(ROOT, name))) => {
    const { configuration, problems } = readConfiguration(files)
    expect(problems.map(formatProblem)).to.deep.equal([])
    return configuration!.catalogue
  }

  it('are offered in every folder that has a rewards.yaml, but for the starter, and none of them by other means', () => {
    const offering = folders.filter((name) => catalogueOf(name).rewards.length > 0)
    const written = folders.filter((name) => existsSync(join(ROOT, name, 'rewards.yaml')))
    expect(['00-starter', ...offering]).to.deep.equal(written)
  })

  it('of the starter are three tiers, and a reward that loads once it is no comment any more', () => {
    const files = readFolder(join(ROOT, '00-starter'))
    const { tiers, rewards } = catalogueOf('00-starter')
    expect(tiers.map(({ id, points }) => [id, points])).to.deep.equal([
      ['bronze', 50],
      ['silver', 200],
      ['gold', 500],
    ])
    expect(rewards).to.deep.equal([])
    const [before, reward] = (files.get('rewards.yaml') ?? '').split('# rewards:')
    const uncommented = `${before}rewards:${reward?.replace(/^# /gm, '')}`
    const offered = catalogueOf('00-starter', new Map([...files, ['rewards.yaml', uncommented]])).rewards
    expect(offered.map(({ id }) => id)).to.deep.equal(['coffee-with-the-dean'])
  })

  it('show every kind of funding, and what opens a reward', () => {
    const funding = catalogueOf('16-funding').rewards.map(({ funding: { kind } }) => kind)
    expect(funding).to.deep.equal(['institution', 'discount', 'hybrid'])
    const [evening] = catalogueOf('15-unlocking').rewards
    expect([evening?.tier, evening?.requires?.kind, evening?.window?.days]).to.deep.equal(['silver', 'rule', [5]])
    expect(catalogueOf('17-code-pool').rewards.map(({ delivery }) => delivery.kind)).to.deep.equal(['codes'])
  })
})

describe('the fair play of the starter', () => {
  it('loads once it is no comment any more, and until then is what it says there', () => {
    const files = readFolder(join(ROOT, '00-starter'))
    const settingsOf = (text = '') => {
      const { configuration, problems } = readConfiguration(new Map([...files, ['rocket.yaml', text]]))
      expect(problems.map(formatProblem)).to.deep.equal([])
      return configuration!.settings
    }
    const written = files.get('rocket.yaml') ?? ''
    const [before, shown] = written.split('# blacklist:')
    const changed = settingsOf(`${before}blacklist:${shown?.replace(/^# /gm, '')}`)
    expect(changed.blacklist.map(({ id, outcome }) => [id, outcome])).to.deep.equal([
      ['restored', 'not_qualifying'],
      ['filler', 'not_qualifying'],
      ['rushed', 'hold'],
    ])
    const { few_words, same_text, ...others } = changed.checks
    const { blacklist, checks: usual } = settingsOf(written)
    expect([few_words, same_text]).to.deep.equal([
      { state: 'on', at: 10 },
      { state: 'on', at: 1 },
    ])
    expect(blacklist.map(({ origins }) => origins)).to.deep.equal([['restore']])
    expect(usual.few_words).to.deep.equal({ state: 'on', at: 5 })
    for (const id of Object.keys(others) as (keyof typeof others)[]) {
      expect(others[id], id).to.deep.equal(usual[id])
      expect(usual[id].state, id).to.equal('shadow')
    }
  })
})

describe('what an example of one learner and one set of files cannot show', () => {
  const submission = (id: number, activity: string, time: string) =>
    learningEvent({
      event: '\\mod_assign\\event\\assessable_submitted',
      activity,
      object: `assign_submission:${id}`,
      time,
    })

  it('13-renamed-rule goes on counting what it paid under its former name', () => {
    const rocket = openRocket(
      '- { id: hand_in, event: assign.submitted, points: 5, once_per: activity }\n',
      'source: moodle\n',
    )
    try {
      const { stores, rules } = rocket.context
      const judge = (event: LearningEvent) =>
        stores.writer.write(() => ingest(stores, rules.current(), event, rocket.clock.now))
      expect(judge(submission(1, 'assign:8', '2026-11-02T09:00:00Z')).points).to.equal(5)

      const renamed = readFolder(join(ROOT, '13-renamed-rule'))
      stores.writer.write(() => publish(stores, renamed, { actor: 'test', reason: 'renamed', now: rocket.clock.now }))
      const again = judge(submission(2, 'assign:8', '2026-11-03T09:00:00Z'))
      expect(again.decisions.map(({ ruleId, reason }) => [ruleId, reason.code])).to.deep.equal([
        ['assignment_submitted', 'once_only'],
      ])
      expect(judge(submission(3, 'assign:9', '2026-11-03T09:00:00Z')).points).to.equal(5)
    } finally {
      rocket.close()
    }
  })

  describe('10-expiring-points writes the day on which points lapse', () => {
    let sandbox: Sandbox
    beforeEach(() => {
      sandbox = openSandbox(readFolder(join(ROOT, '10-expiring-points')))
    })
    afterEach(() => sandbox.close())

    const lapses = (event: LearningEvent): unknown => {
      const { stores, rules } = sandbox
      const { points } = stores.writer.write(() => ingest(stores, rules, event, event.time))
      expect(points).to.be.greaterThan(0)
      return stores.writer.connection
        .prepare("SELECT body ->> '$.expires' FROM entry ORDER BY seq DESC LIMIT 1")
        .pluck()
        .get()
    }
    const course = (name: string, time: string) =>
      learningEvent({ event: `\\core\\event\\${name}`, activity: null, object: null, time })

    it('after the term', () => {
      expect(lapses(submission(1, 'assign:8', '2026-12-11T23:59:59Z'))).to.equal('2026-12-12')
    })
    it('never, between two terms', () => {
      expect(lapses(submission(1, 'assign:8', '2026-12-12T00:00:00Z'))).to.equal(null)
    })
    it('a length after the day of writing', () => {
      expect(lapses(course('course_completed', '2026-11-02T09:00:00Z'))).to.equal('2027-11-02')
    })
    it('a fixed day', () => {
      expect(lapses(course('user_enrolment_created', '2026-09-22T09:00:00Z'))).to.equal('2026-11-01')
    })
  })
})
