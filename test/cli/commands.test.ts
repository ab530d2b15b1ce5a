import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { ROOT, VERSION } from '../../sidecar/version.js'
import { wireEvent } from '../support.js'
import { Folder, issueToken, type RunningRocket, run } from './program.js'

interface Problem {
  readonly detail: string
}

interface Finding {
  readonly state: string
  readonly what: string
  readonly todo?: string
}

describe('commands beside a running server', function () {
  this.timeout(30_000)
  let folder: Folder
  let rocket: RunningRocket
  before(async () => {
    folder = new Folder({
      'rocket.yaml': 'source: moodle\ntimezone: Europe/London\n',
      'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 10 }\n',
      'rules/pack.examples.yaml':
        '- title: A graded quiz pays\n  events:\n    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: 10 }\n',
    })
    rocket = await folder.serve()
  })
  after(() => folder.remove())

  const ask = (path: string, token: string) =>
    fetch(rocket.url + path, { headers: { Authorization: `Bearer ${token}` } })

  describe('token', () => {
    it('issues tokens that are let in, lists them, and ends them at once', async () => {
      const issued = await folder.run(['token', '--scope', 'reports', '--ttl', '12h', '--name', 'Power BI'])
      expect(issued.code).to.equal(0)
      // TOKEN=$(scripts/rocket token --scope reports)
      const token = issued.stdout.trimEnd()
      expect(token).to.match(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      const id = /scripts\/rocket token revoke (\S+)/.exec(issued.stderr)![1]!
      expect((await ask('/api/rewards/ledger', token)).status).to.equal(200)

      const listed = await folder.rocket('token list')
      expect(listed.stdout).to.match(new RegExp(`^${id} {2}valid .* reports {2}.*Power BI$`, 'm'))
      expect(listed.stdout).not.to.contain(token)

      expect(await folder.json(`token revoke ${id}`)).to.deep.equal({ id, revoked: true })
      expect((await ask('/api/rewards/ledger', token)).status).to.equal(401)
      const { tokens } = await folder.json<{ tokens: Record<string, unknown>[] }>('token list')
      expect(tokens.find((one) => one.id === id)).to.include({ state: 'revoked', scope: 'reports', name: 'Power BI' })

      const again = await folder.rocket(`token revoke ${id}`)
      expect([again.code, again.stdout.includes('token list')]).to.deep.equal([1, true])
      expect((await folder.rocket('token revoke nonsense')).code).to.equal(1)
    })

    it('issues a learner’s, for support', async () => {
      const { token, expires } = await folder.json<{ token: string; expires: string }>(
        'token --scope learner --user 42',
      )
      expect(await (await ask('/api/user/points', token)).json()).to.include({ user_id: '42', balance: 0 })
      const days = (Date.parse(expires) - Date.now()) / 86_400_000
      expect(days).to.be.within(89.9, 90.1)
    })

    it('that is wrong is answered with what is wrong in it', async () => {
      const detail = async (token: string) => ((await (await ask('/api/handshake', token)).json()) as Problem).detail
      const { tokenKey } = JSON.parse(readFileSync(join(folder.home, 'secrets.json'), 'utf8'))
      const issued = await issueToken(folder, '--scope admin')
      const { scope, ...claims } = jwt.decode(issued) as jwt.JwtPayload
      expect(scope).to.equal('admin')
      const list = jwt.sign({ ...claims, scope: ['events', 'admin'] }, tokenKey, { keyid: 'issued' })
      expect(await detail(list)).to.contain('scope is one text, separated by spaces')
      expect(await detail(jwt.sign(claims, tokenKey)))
        .to.match(/\bkid\b.*header/)
        .and.not.to.match(/pair again/i)
      expect(await detail(jwt.sign(claims, tokenKey, { keyid: 'x' }))).to.contain('scripts/rocket pair')
    })

    it('is on the ledger with who did it, and neither token nor learner', async () => {
      const token = await issueToken(folder, '--scope learner --user very-secret-learner')
      const { stdout } = await folder.rocket('ledger export --format jsonl --kind administration')
      const last = JSON.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1)!).data)
      expect(last).to.deep.include({ reason: 'token issued' })
      expect(last.actor).to.match(/^cli:\S+/)
      expect(stdout).not.to.contain('very-secret-learner').and.not.to.contain(token)
    })
  })

  it('pair offers a code that the server takes, with the address of the server', async () => {
    const { code, url } = await folder.json<{ code: string; url: string }>('pair')
    expect(url).to.equal(rocket.url)
    expect(code).to.match(/^\d{4}-\d{4}-\d{4}$/)
    const { stdout } = await folder.rocket('pair')
    expect(stdout).to.contain(rocket.url)
    const newest = /code: +(\S+)/.exec(stdout)![1]
    const pair = (site: string, with_: unknown) =>
      fetch(`${url}/api/pair`, { method: 'POST', body: JSON.stringify({ code: with_, wwwroot: site }) })
    expect((await pair('https://a.example', code)).status).to.equal(401)
    expect((await pair('https://a.example', newest)).status).to.equal(200)
    expect((await folder.rocket('pair')).stdout)
      .to.contain('https://a.example')
      .and.to.contain('scripts/rocket pair --replace')
    expect((await pair('https://b.example', (await folder.json('pair --replace')).code)).status).to.equal(200)
  })

  it('rules test runs the examples beside the packs', async () => {
    expect(await folder.json('rules test')).to.deep.equal({ passed: 1, problems: [] })
    const bad = folder.write(
      'bad/rules/pack.examples.yaml',
      '- title: Too much\n  events:\n    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: 11 }\n',
    )
    copyFileSync(join(folder.home, 'config/rules/pack.yaml'), join(folder.path, 'bad/rules/pack.yaml'))
    const { code, stdout } = await folder.rocket(`rules test ${join(folder.path, 'bad')}`)
    expect([code, stdout.includes(`${bad}:`), stdout.includes('Too much')]).to.deep.equal([1, true, true])
  })

  it('jobs list tells the schedule, and jobs run runs one and keeps how it ended', async () => {
    const before = await folder.rocket('jobs list')
    expect(before.stdout).to.match(/^verify +30 3 \* \* \* +Europe\/London .*has not run yet$/m)
    expect((await folder.rocket('doctor')).stdout).to.match(
      /never verified by schedule\n +→ scripts\/rocket jobs run verify$/m,
    )
    expect(await folder.json('jobs run verify')).to.deep.include({ name: 'verify', ok: true })
    const retention = await folder.rocket('jobs run retention')
    expect([retention.code, retention.stdout]).to.deep.equal([
      0,
      'deleted 0 events, the decisions about 0, and 0 notices\n',
    ])
    const expire = await folder.rocket('jobs run expire')
    expect([expire.code, expire.stdout]).to.deep.equal([0, 'points of 0 learners lapsed, and 0 tokens\n'])
    const anomaly = await folder.rocket('jobs run anomaly')
    expect([anomaly.code, anomaly.stdout]).to.deep.equal([
      0,
      anomaly.stdout.match(/^0 weeks of learners counted, .*; 0 put into the review queue\n$/)?.[0],
    ])
    const backup = await folder.rocket('jobs run backup')
    expect(backup.stdout).to.match(/backups\/rocket-\d{4}-\d\d-\d\d\.sqlite: 1 MiB, \d+ entries, verified\n$/)
    const { jobs } = await folder.json<{ jobs: { name: string; cron: string; last: { ok: boolean } }[] }>('jobs list')
    expect(jobs.map(({ name, last }) => [name, last.ok])).to.deep.equal([
      ['expire', true],
      ['anomaly', true],
      ['verify', true],
      ['retention', true],
      ['backup', true],
    ])
  })

  describe('doctor', () => {
    const examine = async (): Promise<{ code: number | null; findings: Finding[] }> => {
      const { code, stdout } = await folder.rocket('doctor --json')
      return { code, findings: JSON.parse(stdout).findings }
    }
    const finding = (findings: Finding[], pattern: RegExp) => findings.find(({ what }) => pattern.test(what))

    it('finds a healthy home well, with every remedy a sentence', async () => {
      const { code, findings } = await examine()
      expect(code).to.equal(0)
      expect(findings.filter(({ state }) => state === 'fail')).to.deep.equal([])
      for (const { state, todo } of findings) expect(todo !== undefined).to.equal(state !== 'ok')
      expect(finding(findings, /Node v/)?.what).to.contain(VERSION)
      expect(finding(findings, /ready, answered/)?.what).to.contain(rocket.url)
      for (const what of [/MiB free on the disk/, /ledger head \d+ /, /1 rules in force/, /timezone|database/]) {
        expect(finding(findings, what), String(what)).to.include({ state: 'ok' })
      }
    })

    it('shows no secret', async () => {
      const { stdout } = await folder.rocket('doctor --json')
      expect(stdout).not.to.match(/[\w-]{43}/)
    })

    it('finds permissions that are too wide', async () => {
      chmodSync(folder.home, 0o755)
      const { findings } = await examine()
      chmodSync(folder.home, 0o700)
      expect(finding(findings, /read by others/)).to.include({ state: 'warn', todo: `chmod go-rwx ${folder.home}` })
    })

    it('finds secrets that others can read, and the commands refuse them', async () => {
      const secrets = join(folder.home, 'secrets.json')
      chmodSync(secrets, 0o644)
      const { code, findings } = await examine()
      const listed = await folder.rocket('token list')
      chmodSync(secrets, 0o600)
      expect(code).to.equal(1)
      expect(finding(findings, /secrets\.json/)).to.include({ state: 'fail' })
      expect([listed.code, listed.stderr.includes('chmod 600')]).to.deep.equal([1, true])
    })
  })

  it('scripts/rocket is the same program from any folder, through links, with the home of the environment', async () => {
    const bin = join(folder.path, 'with space')
    mkdirSync(bin)
    const script = join(ROOT, 'scripts/rocket')
    const direct = join(bin, 'direct')
    const chained = join(folder.path, 'chained')
    symlinkSync(script, direct)
    symlinkSync('with space/direct', chained)
    // As cron runs it: hardly any environment.
    const env = { ROCKET_HOME: folder.home, PATH: `/usr/bin:/bin:${join(process.execPath, '..')}` }
    for (const program of [script, direct, chained]) {
      const { code, stdout } = await run(program, ['jobs', 'list', '--json'], env, folder.path)
      expect(code, program).to.equal(0)
      expect(JSON.parse(stdout).jobs).to.have.length(5)
    }
    const relative = await run(script, ['rules', 'check', 'home/config'], env, folder.path)
    expect([relative.code, relative.stdout]).to.deep.equal([0, '1 rule, no mistake.\n'])
    expect((await run(direct, ['serv'], env, '/')).code).to.equal(2)
  })
})

describe('a database that is damaged', function () {
  this.timeout(30_000)
  let folder: Folder
  beforeEach(async () => {
    folder = new Folder({ 'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 10 }\n' })
    const rocket = await folder.serve()
    const body = JSON.stringify({ events: [wireEvent({ time: new Date().toISOString() })] })
    const headers = { Authorization: `Bearer ${await issueToken(folder, '--scope events')}` }
    await fetch(`${rocket.url}/api/events`, { method: 'POST', headers, body })
    await rocket.stop()
  })
  afterEach(() => folder.remove())

  it('is named by every command and by doctor, without a stack', async () => {
    for (const ending of ['-wal', '-shm']) rmSync(join(folder.home, `rocket.sqlite${ending}`), { force: true })
    writeFileSync(join(folder.home, 'rocket.sqlite'), 'not a database, '.repeat(1_000))
    for (const command of ['ledger verify', 'ledger export --format csv', 'token list', 'serve']) {
      const { code, stdout, stderr } = await folder.rocket(command)
      expect([code, stdout], command).to.deep.equal([1, ''])
      expect(stderr).to.contain('database').and.to.contain('doctor')
      expect(stderr).not.to.match(/^\s+at /m)
    }
    const { code, stdout } = await folder.rocket('doctor')
    expect(code).to.equal(1)
    expect(stdout).to.match(/^fail .*database/m)
  })

  it('is not opened where it belongs to another program', async () => {
    const { default: Sqlite } = await import('better-sqlite3')
    rmSync(join(folder.home, 'rocket.sqlite'))
    const other = new Sqlite(join(folder.home, 'rocket.sqlite'))
    other.exec('CREATE TABLE mine (a)')
    other.close()
    for (const command of ['serve', 'ledger verify', 'token list']) {
      const { code, stderr } = await folder.rocket(command)
      expect([code, stderr.includes('not a Rocket database')], command).to.deep.equal([1, true])
    }
  })
})
