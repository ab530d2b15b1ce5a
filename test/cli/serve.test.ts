import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { wireEvent } from '../support.js'
import { Folder, issueToken, type RunningRocket } from './program.js'

const pack = (points: number): string => `- { id: graded, event: quiz.graded, points: ${points} }\n`
const CONFIG = { 'rocket.yaml': 'source: moodle\ntimezone: UTC\n', 'rules/pack.yaml': pack(10) }
const BROKEN = '- { id: graded, event: quiz.graded, points: ten, cooldwn: 7d }\n'

describe('the server as a process', function () {
  this.timeout(30_000)
  let folder: Folder
  beforeEach(() => {
    folder = new Folder(CONFIG)
  })
  afterEach(() => folder.remove())

  const mode = (name: string): string => (statSync(join(folder.home, name)).mode & 0o777).toString(8)
  /** The points that the next event earns. */
  const earned = async ({ url }: RunningRocket, token: string): Promise<number> => {
    const body = JSON.stringify({ events: [wireEvent({ time: new Date().toISOString() })] })
    const headers = { Authorization: `Bearer ${token}` }
    const answer = await fetch(`${url}/api/events`, { method: 'POST', headers, body })
    const { results } = (await answer.json()) as { results: { points: number }[] }
    return results[0]!.points
  }

  it('says first where it listens, as JSON on standard error, and greets on standard output', async () => {
    const rocket = await folder.serve()
    expect(rocket.url).to.match(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect(rocket.log[0]).to.include({ url: rocket.url, level: 30, home: folder.home })
    expect((await fetch(`${rocket.url}/ready`)).status).to.equal(200)
    expect(await rocket.stop()).to.equal(0)
    expect(rocket.output()).to.contain(rocket.url).and.to.contain('1 in force').and.to.contain('scripts/rocket pair')
    for (const line of rocket.log) expect(line).to.include.keys('level', 'time', 'msg')
  })

  it('keeps everything it writes for its owner alone', async () => {
    const rocket = await folder.serve()
    await earned(rocket, await issueToken(folder, '--scope events'))
    expect(mode('secrets.json')).to.equal('600')
    for (const name of ['', '-wal', '-shm']) expect(mode(`rocket.sqlite${name}`)).to.equal('600')
    for (const name of ['server.json', 'server.lock']) expect(mode(name)).to.equal('600')
  })

  it('ends with 0 at SIGINT, as when Ctrl-C is pressed', async () => {
    expect(await (await folder.serve()).stop('SIGINT')).to.equal(0)
  })

  it('ends with 0 at SIGTERM within seconds, though a caller keeps its connection and another is slow', async () => {
    const rocket = await folder.serve()
    await fetch(`${rocket.url}/health`)
    const slow = connect(Number(new URL(rocket.url).port), '127.0.0.1')
    slow.on('error', () => undefined)
    await once(slow, 'connect')
    slow.write('POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"ev')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const began = Date.now()
    expect(await rocket.stop()).to.equal(0)
    expect(Date.now() - began).to.be.lessThan(8_000)
    slow.destroy()
  })

  it('refuses a second server on its home, and says who has it', async () => {
    const rocket = await folder.serve()
    const { code, stderr } = await folder.rocket('serve')
    expect(code).to.equal(1)
    expect(stderr).to.contain('Another Rocket server').and.to.contain(rocket.url).and.to.contain(`${rocket.child.pid}`)
    expect((await fetch(`${rocket.url}/ready`)).status).to.equal(200)
  })

  it('lets one of two win that start at once on a new home, and both know the same secrets', async () => {
    const started = await Promise.allSettled([folder.serve(), folder.serve(), folder.serve()])
    const running = started.filter((one) => one.status === 'fulfilled')
    expect(running).to.have.length(1)
    const token = await issueToken(folder, '--scope events')
    expect(await earned(running[0]!.value, token)).to.equal(10)
  })

  it('says so where the address is taken, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, stderr } = await folder.rocket('serve', { ROCKET_PORT: String(port) })
    other.close()
    expect(code).to.equal(1)
    expect(stderr).to.contain(`${port}`).and.to.contain('ROCKET_PORT')
    expect(stderr).not.to.match(/^\s+at /m)
  })

  it('does not start with mistakes in its rules: it lists every one, and ends with 1', async () => {
    folder.write('home/config/rules/pack.yaml', BROKEN)
    folder.write('home/config/rules/other.yaml', '- { id: other, event: quiz.gradd, points: 1 }\n')
    const { code, stdout, stderr } = await folder.rocket('serve')
    expect([code, stdout]).to.deep.equal([1, ''])
    const rules = join(folder.home, 'config/rules')
    expect(stderr).to.contain(`${rules}/pack.yaml:1:`).and.to.contain('cooldown')
    expect(stderr).to.contain(`${rules}/other.yaml:1:`).and.to.contain('quiz.graded')
    expect(stderr).to.contain('scripts/rocket rules check')
  })

  it('does not start with packs that are not in rules/, and its doctor says so', async () => {
    rmSync(join(folder.home, 'config/rules'), { recursive: true })
    const pack_ = folder.write('home/config/pack.yaml', pack(10))
    const { code, stderr } = await folder.rocket('serve')
    expect(code).to.equal(1)
    expect(stderr).to.contain(`${pack_}:1:1 rule packs belong in rules/`).and.to.contain('there is no rule pack here')
    expect((await folder.rocket('doctor')).stdout).to.contain('scripts/rocket rules check')
  })

  it('logs the warnings of its configuration, at a start and at SIGHUP', async () => {
    const warned = folder.write(
      'home/config/rules/own.yaml',
      '- { id: own, event: \\local_own\\event\\done, points: 1 }\n',
    )
    const rocket = await folder.serve()
    const { level, problems } = await rocket.logged('warnings')
    expect([level, String(problems).startsWith(`${warned}:1:`)]).to.deep.equal([40, true])
    rocket.child.kill('SIGHUP')
    await rocket.logged('read again')
    expect(rocket.log.filter(({ msg }) => String(msg).includes('warnings'))).to.have.length(2)
  })

  it('has commands and a doctor who say why, where it never started well', async () => {
    folder.write('home/config/rules/pack.yaml', BROKEN)
    await folder.rocket('serve')
    for (const command of ['jobs list', 'token --scope reports', 'ledger export --format csv', 'events import x.csv']) {
      const { code, stderr } = await folder.rocket(command)
      expect(code, command).to.equal(1)
      expect(stderr)
        .to.contain('No configuration is in force yet')
        .and.not.to.match(/^\s+at /m)
    }
    const { code, stdout } = await folder.rocket('doctor')
    expect(code).to.equal(1)
    expect(stdout).to.match(/^fail {2}no configuration is in force yet/m)
    expect(stdout).to.contain('rules check').and.not.to.contain('backup')
  })

  it('reads its configuration again at SIGHUP, all or nothing', async () => {
    const rocket = await folder.serve()
    const token = await issueToken(folder, '--scope events')
    expect(await earned(rocket, token)).to.equal(10)

    folder.write('home/config/rules/pack.yaml', BROKEN)
    rocket.child.kill('SIGHUP')
    const refused = await rocket.logged('refused')
    expect(JSON.stringify(refused.problems)).to.contain('pack.yaml:1:').and.to.contain('cooldown')
    expect(await earned(rocket, token)).to.equal(10)
    const doctor = await folder.rocket('doctor')
    expect([doctor.code, doctor.stdout.includes('have mistakes')]).to.deep.equal([1, true])

    folder.write('home/config/rules/pack.yaml', pack(7))
    const differs = await folder.rocket('doctor')
    expect([differs.code, differs.stdout.includes('differ from what is in force')]).to.deep.equal([0, true])
    rocket.child.kill('SIGHUP')
    await rocket.logged('read again')
    expect(await earned(rocket, token)).to.equal(7)
    expect(await rocket.stop()).to.equal(0)
  })

  it('keeps its rules at SIGHUP where the folder is gone', async () => {
    const rocket = await folder.serve()
    const token = await issueToken(folder, '--scope events')
    rmSync(join(folder.home, 'config'), { recursive: true })
    rocket.child.kill('SIGHUP')
    await rocket.logged('refused')
    expect(await earned(rocket, token)).to.equal(10)
  })

  it('goes by rules that were published beside it, from the next request on', async () => {
    const rocket = await folder.serve()
    const token = await issueToken(folder, '--scope events')
    folder.write('home/config/rules/pack.yaml', pack(3))
    expect(await earned(rocket, token)).to.equal(10)
    const { code, stdout } = await folder.run(['rules', 'publish', '--reason', 'a new term'])
    expect(code).to.equal(0)
    expect(stdout).to.match(/^1 rule from \S+\/config is in force, as entry \d+ of the ledger\.$/m)
    expect(await earned(rocket, token)).to.equal(3)
    expect(await folder.json('rules publish --reason again')).to.deep.equal({
      published: false,
      seq: null,
      problems: [],
      unapproved: [],
    })

    folder.write('home/config/rules/pack.yaml', BROKEN)
    const refused = await folder.rocket('rules publish --reason worse')
    expect(refused.code).to.equal(1)
    expect(refused.stdout)
      .to.contain('Nothing was published')
      .and.to.contain(`${folder.home}/config/rules/pack.yaml:1:`)
    expect(await earned(rocket, token)).to.equal(3)
  })

  it('is told the warnings of what is published, which is in force all the same', async () => {
    await folder.serve()
    const own = '- { id: own, event: \\local_own\\event\\done, points: 1 }\n'
    folder.write('home/config/rules/own.yaml', own)
    const { code, stdout } = await folder.rocket('rules publish --reason more')
    expect(code).to.equal(0)
    expect(stdout).to.match(
      /^\S+\/config\/rules\/own\.yaml:1:\d+ warning: .*\n2 rules from \S+ are in force, as entry 3 /,
    )
  })

  it('starts again where it was, and forgets no pairing', async () => {
    const first = await folder.serve()
    const { code } = await folder.json<{ code: string }>('pair')
    const answer = await fetch(`${first.url}/api/pair`, { method: 'POST', body: JSON.stringify({ code }) })
    expect(answer.status).to.equal(200)
    await first.stop('SIGKILL')
    const secrets = readFileSync(join(folder.home, 'secrets.json'), 'utf8')
    const second = await folder.serve()
    expect(second.log[0]).to.include({ msg: 'listening' })
    expect(readFileSync(join(folder.home, 'secrets.json'), 'utf8')).to.equal(secrets)
    const { entries } = await folder.json<{ entries: number }>('ledger verify')
    // The configuration, the key, the pairing.
    expect(entries).to.equal(3)
  })

  it('runs its jobs by the clock, and ends well while one runs', async () => {
    folder.write('home/config/rocket.yaml', 'jobs: { verify: "* * * * * *" }\n')
    const rocket = await folder.serve()
    await rocket.logged('The ledger verifies')
    await new Promise((resolve) => setTimeout(resolve, 1_050 - (Date.now() % 1_000)))
    expect(await rocket.stop()).to.equal(0)
    expect(rocket.log.filter(({ level }) => Number(level) >= 50)).to.deep.equal([])
    expect(rocket.output() + rocket.other()).not.to.match(/NODE-CRON|Error/)
    const { jobs } = await folder.json<{ jobs: { name: string; last: { ok: boolean } }[] }>('jobs list')
    expect(jobs.find(({ name }) => name === 'verify')?.last.ok).to.equal(true)
  })
})
