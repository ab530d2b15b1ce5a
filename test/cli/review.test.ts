/** `review`, `learner exempt`: the built program, beside a server. */
import { expect } from 'chai'
import { Folder, issueToken, type RunningRocket } from './program.js'

const SETTINGS = 'source: moodle\nchecks: { near_copy: on }\n'
const PACK = '- { id: post, event: forum.post, points: 5 }\n'

describe('the commands for fair play', function () {
  this.timeout(60_000)
  let folder: Folder
  let rocket: RunningRocket

  before(async () => {
    folder = new Folder({ 'rocket.yaml': SETTINGS, 'rules/pack.yaml': PACK })
    rocket = await folder.serve()
    const token = await issueToken(folder, '--scope events')
    const events = [1, 2, 3].map((n) => ({
      ...{ id: `p${n}`, event: '\\mod_forum\\event\\post_created', time: new Date().toISOString(), user: '42' },
      ...{ object: `forum_posts:${n}`, activity: 'forum:3', course: '7', data: { words: 30, similarity: 90 } },
    }))
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const sent = await fetch(`${rocket.url}/api/events`, { method: 'POST', headers, body: JSON.stringify({ events }) })
    expect(sent.status).to.equal(200)
  })
  after(() => folder.remove())

  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await folder.run(args)
    return { code, out: stdout, err: stderr }
  }

  it('review list says what waits, and why', async () => {
    const { code, out } = await run('review', 'list')
    expect(code).to.equal(0)
    expect(out).to.match(/^ +1 {2}hold {2}open .* learner 42 {2}5 points by post {2}near_copy {2}released by itself /m)
    expect(out).to.include('90 % of the text is like another one').and.include('3 items waiting for a person.')
    const json = JSON.parse((await run('review', 'list', '--json', '--limit', '2')).out)
    expect(json.items.map(({ id }: { id: number }) => id)).to.deep.equal([1, 2])
    expect((await run('review', 'list', '--user', 'nobody')).out).to.equal('3 items waiting for a person.\n')
  })

  it('review release and review confirm decide about several, with a reason', async () => {
    const released = await run('review', 'release', '1', '2', '--reason', 'her own words')
    expect([released.code, released.out.replace(/\d+\)/g, 'N)')]).to.deep.equal([
      0,
      '1: 5 points given (entry N)\n2: 5 points given (entry N)\n',
    ])
    expect((await run('review', 'confirm', '3', '--reason', 'copied')).out).to.match(
      /^3: no points moved \(entry \d+\)/,
    )
    const again = await run('review', 'confirm', '1', '--reason', 'copied')
    expect([again.code, again.err]).to.deep.equal([
      1,
      'Nothing was decided: 1 is released. Leave what is decided out.\n',
    ])
    const { out } = await run('review', 'list', '--state', 'decided')
    expect(out).to.match(/by cli:\S+: her own words/)
  })

  it('review checks says what each check found, in shadow too', async () => {
    const { out } = await run('review', 'checks')
    expect(out).to.match(
      /^near_copy +on +from 80 percent .*: 3 in 7 days, 3 in 28 of 1 learner; 2 of 3 decisions released$/m,
    )
    expect(out).to.match(/^burst +shadow +from 60 activities within ten minutes: 0 in 7 days/m)
  })

  it('review weeks says that none is scored yet, and what does it', async () => {
    expect((await run('review', 'weeks')).out).to.include('the job `anomaly` does it')
    expect((await run('review', 'weeks', '--week', 'last')).code).to.equal(2)
  })

  it('learner exempt asks for no reason, and ends', async () => {
    expect((await run('learner', 'exempt', '42')).out).to.equal('Learner 42 is exempt from checks of timing now.\n')
    expect((await run('learner', 'exempt', '42', '--end')).out).to.equal(
      'Learner 42 is not exempt from checks of timing now.\n',
    )
    expect((await run('learner', 'exempt', 'nobody')).code).to.equal(1)
  })

  it('are wrong usage without an id, with one that is none, or without a reason', async () => {
    for (const args of [
      ['release'],
      ['release', 'x', '--reason', 'r'],
      ['confirm', '1'],
      ['list', '--state', 'lost'],
    ]) {
      expect((await run('review', ...args)).code, args.join(' ')).to.equal(2)
    }
  })

  it('leave a ledger that verifies', async () => {
    const { code, out } = await run('ledger', 'verify', '--replay')
    expect(code, out).to.equal(0)
  })
})
