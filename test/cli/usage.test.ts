import { existsSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { VERSION } from '../../sidecar/version.js'
import { Folder } from './program.js'

const COMMANDS = [
  'serve',
  'pair',
  'token',
  'token list',
  'token revoke',
  'rules check',
  'rules test',
  'rules publish',
  'simulate',
  'events import',
  'adjust',
  'liability',
  'codes import',
  'codes list',
  'codes withdraw',
  'redemption list',
  'redemption cancel',
  'redemption reissue',
  'redemption extend',
  'redemption replay',
  'partner test',
  'pause',
  'resume',
  'ledger verify',
  'ledger export',
  'audit',
  'backup',
  'restore',
  'jobs list',
  'jobs run',
  'doctor',
]

describe('the command line', function () {
  this.timeout(30_000)
  let folder: Folder
  before(() => {
    folder = new Folder()
  })
  after(() => folder.remove())

  it('lists its commands, each with a sentence, when asked for help and when asked for nothing', async () => {
    const answers = await Promise.all(['--help', 'help', ''].map((args) => folder.rocket(args)))
    for (const { code, stdout, stderr } of answers) {
      expect([code, stderr]).to.deep.equal([0, ''])
      for (const name of COMMANDS) expect(stdout).to.match(new RegExp(`^  ${name} {2,}\\S.{10,}$`, 'm'))
    }
  })

  it('says how each command is used', async () => {
    for (const name of ['rules publish', 'token', 'ledger export', 'adjust', 'redemption extend', 'codes import']) {
      const { code, stdout } = await folder.rocket(`${name} --help`)
      expect(code).to.equal(0)
      expect(stdout).to.contain(`scripts/rocket ${name}`).and.to.contain('--')
    }
  })

  it('says its version', async () => {
    expect(await folder.rocket('--version')).to.deep.equal({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
  })

  const unknown: Record<string, string> = {
    serv: 'serve',
    'rules chek': 'rules check',
    'ledger verfy': 'ledger verify',
    'token lst': 'token list',
    doctr: 'doctor',
    adjst: 'adjust',
    'redemption lst': 'redemption list',
    'redemption canel': 'redemption cancel',
    'codes imprt': 'codes import',
    'partner tst': 'partner test',
    liabilty: 'liability',
    'learner eras': 'learner erase',
  }
  for (const [written, meant] of Object.entries(unknown)) {
    it(`asks whether ${meant} was meant by ${written}, and ends with 2`, async () => {
      const { code, stdout, stderr } = await folder.say(written)
      expect([code, stdout]).to.deep.equal([2, ''])
      expect(stderr).to.contain(`did you mean ${meant}?`)
    })
  }

  it('refuses commands that are not built yet as unknown', async () => {
    for (const written of ['grants undo', 'events rescore']) {
      const { code, stderr } = await folder.say(written)
      expect(code, written).to.equal(2)
      expect(stderr).to.contain(`There is no command ${written.split(' ').slice(0, 2).join(' ')}`)
    }
  })

  const wrong = [
    'rules publish',
    'rules publish --reason',
    'rules check a b',
    'rules check --loud',
    'rules check no-such-folder',
    'simulate',
    'simulate --dates ymd file.csv',
    'simulate --point-value cheap file.csv',
    'simulate --config no-such-folder file.csv',
    'token',
    'token --scope root',
    'token --scope report',
    'token --scope partner',
    'token --scope metrics',
    'rules check package.json',
    'token --scope learner',
    'token --scope reports --ttl soon',
    'token --scope reports extra',
    'token list extra',
    'token revoke',
    'pair extra',
    'pair --replce',
    'serve extra',
    'serve --port 80',
    'doctor extra',
    'learner export',
    'learner erase 42',
    'learner erase --reason x',
    'learner freeze 42',
    'learner unfreeze 42 --reason',
    'learner merge 42 --reason x',
    'learner merge 42 42 --reason x',
    'learner merge 42 43',
    'jobs run',
    'jobs run verfy',
    'jobs list extra',
    'ledger export',
    'ledger export --format xml',
    'ledger export --format csv extra',
    'ledger verify extra',
    'token --scope partner --partner',
    'token --scope reports --partner shop',
    'token --scope partner,reports',
    'adjust',
    'adjust 42',
    'adjust 42 10',
    'adjust 42 0 --reason because',
    'adjust 42 ten --reason because',
    'adjust 42 1.5 --reason because',
    'adjust 42 1000001 --reason because',
    'adjust 42 -1000001 --reason because',
    `adjust ${'x'.repeat(65)} 10 --reason because`,
    'adjust 42 10 20 --reason because',
    'liability extra',
    'codes import',
    'codes import gift',
    'codes import gift a.csv b.csv',
    'codes list extra',
    'codes withdraw',
    'codes withdraw one two',
    'redemption list extra',
    'redemption list --state gone',
    'redemption list --limit 0',
    'redemption list --limit many',
    'redemption cancel',
    'redemption cancel rdm_1',
    'redemption cancel rdm_1 rdm_2 --reason because',
    'redemption reissue --reason because',
    'redemption replay rdm_1',
    'redemption extend rdm_1 --reason because',
    'redemption extend rdm_1 --by 7d --until 2027-01-31 --reason because',
    'redemption extend rdm_1 --by 7d',
    'partner test',
    'partner test one two',
  ]
  for (const args of wrong) {
    it(`ends with 2 for \`rocket ${args}\`, and says how it is used`, async () => {
      const { code, stdout, stderr } = await folder.say(args)
      expect([code, stdout]).to.deep.equal([2, ''])
      expect(stderr).to.match(/^Usage: scripts\/rocket \S+/m)
      expect(stderr).not.to.match(/^\s+at /m)
      expect(existsSync(folder.home)).to.equal(false)
    })
  }

  it('names the scope that was meant, and those that there are', async () => {
    expect((await folder.say('token --scope report')).stderr).to.contain('did you mean reports?')
    expect((await folder.say('token --scope metrics')).stderr).to.contain(
      '(events, learner, reports, review, privacy, partner, admin)',
    )
  })

  it('names the option that was meant, and those that there are', async () => {
    const { stderr } = await folder.say('token --scpe reports')
    expect(stderr).to.match(/^token has no option --scpe; did you mean --scope\? /)
    expect(stderr).to.contain('--scope, --user, --partner, --ttl, --name, --json, --help')
    expect((await folder.say('doctor -x')).stderr).to.match(/^doctor has no option -x\. /)
  })

  for (const [group, names] of Object.entries({
    rules: ['rules check', 'rules test', 'rules publish'],
    ledger: [
      'ledger verify',
      'ledger export',
      'ledger checkpoint',
      'ledger key',
      'ledger receipt',
      'ledger tiles',
      'ledger witness',
    ],
    events: ['events import'],
    jobs: ['jobs list', 'jobs run'],
    codes: ['codes import', 'codes list', 'codes withdraw'],
    redemption: [
      'redemption list',
      'redemption cancel',
      'redemption reissue',
      'redemption extend',
      'redemption replay',
    ],
    partner: ['partner test'],
  })) {
    it(`lists the commands of ${group}, and no others`, async () => {
      const [asked, bare] = [await folder.say(`${group} --help`), await folder.say(group)]
      expect([asked.code, asked.stderr, bare.code, bare.stdout]).to.deep.equal([0, '', 2, ''])
      expect(asked.stdout).to.equal(bare.stderr)
      expect([...asked.stdout.matchAll(/^ {2}(\S+( \S+)?) {2,}/gm)].map(({ 1: name }) => name)).to.deep.equal(names)
    })
  }

  it('lists everything that is wrong with the environment, and ends with 2', async () => {
    const env = { ROCKET_PORT: 'x', ROCKET_LOG: 'loud', ROCKET_HOST: '0.0.0.0' }
    for (const command of ['serve', 'doctor']) {
      const { code, stdout, stderr } = await folder.rocket(command, env)
      expect([code, stdout]).to.deep.equal([2, ''])
      for (const name of Object.keys(env)) expect(stderr).to.contain(name)
      expect(stderr.trimEnd().split('\n')).to.have.length(3)
    }
  })

  const needingHome = [
    'pair',
    'token --scope reports',
    'token list',
    'token revoke abc',
    'rules publish --reason test',
    'events import file.csv',
    'ledger verify',
    'ledger export --format csv',
    'jobs list',
    'jobs run verify',
    'token --scope partner --partner shop',
    'adjust 42 -10 --reason because',
    'liability',
    'codes import gift package.json',
    'codes list',
    'codes withdraw batch_1',
    'redemption list',
    'redemption list --state issued --reward gift --user 42 --partner shop --limit 5',
    'redemption cancel rdm_1 --reason because',
    'redemption reissue rdm_1 --reason because',
    'redemption extend rdm_1 --by 7d --reason because',
    'redemption replay rdm_1 --reason because',
    'partner test shop',
  ]
  for (const args of needingHome) {
    it(`says that there is no home yet for \`rocket ${args}\`, ends with 1 and makes none`, async () => {
      const { code, stdout, stderr } = await folder.say(args)
      expect([code, stdout]).to.deep.equal([1, ''])
      expect(stderr).to.contain(folder.home).and.to.contain('npm start').and.to.contain('ROCKET_HOME')
      expect(stderr).not.to.match(/^\s+at /m)
      expect(readdirSync(folder.path)).to.deep.equal([])
    })
  }

  it('has a doctor who says that there is no home', async () => {
    const { code, stdout } = await folder.rocket('doctor')
    expect(code).to.equal(1)
    expect(stdout).to.match(/^fail {2}There is no Rocket home/m)
    const { ok, findings } = await folder.json<{ ok: boolean; findings: { state: string; what: string }[] }>('doctor')
    expect([ok, findings.at(-1)?.state]).to.deep.equal([false, 'fail'])
  })

  it('checks and tries rules without a home', async () => {
    const pack = folder.write('pack.yaml', '- { id: a, event: quiz.graded, points: 1 }\n')
    expect((await folder.rocket(`rules check ${pack}`)).code).to.equal(0)
    expect(await folder.json(`rules check ${pack}`)).to.deep.equal({ ok: true, problems: [] })
    expect((await folder.rocket('rules test')).code).to.equal(0)
    expect(existsSync(folder.home)).to.equal(false)
  })

  it('ends with 1 where it finds mistakes, with the place, the closest name and the allowed ones', async () => {
    const pack = folder.write('bad.yaml', '- id: a\n  event: quiz.gradd\n  points: ten\n  cooldwn: 7d\n')
    const { code, stdout } = await folder.rocket(`rules check ${pack}`)
    expect(code).to.equal(1)
    expect(stdout).to.contain(`${pack}:2:`).and.to.contain('quiz.graded')
    expect(stdout).to.contain(`${pack}:3:`)
    expect(stdout).to.contain(`${pack}:4:`).and.to.contain('cooldown')
    const { ok, problems } = await folder.json<{ ok: boolean; problems: object[] }>(`rules check ${pack}`)
    expect(ok).to.equal(false)
    expect(problems).to.have.length.greaterThan(2)
    for (const problem of problems) expect(problem).to.include.keys('file', 'line', 'column', 'message', 'severity')
  })
})
