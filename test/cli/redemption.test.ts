/** `adjust`, `codes`, `redemption`, `token --partner`, `liability`: the built program, beside a server and without one. */
import { expect } from 'chai'
import { Folder, issueToken, type RunningRocket } from './program.js'

const REWARDS = `
currency: GBP
partners: [{ id: canteen }, { id: library }]
rewards:
  - { id: tea, title: A tea, cost: 5, token_ttl: 30d, approved: &yes { by: Dean, on: 2020-01-01 } }
  - { id: cinema, title: A cinema ticket, cost: 10, delivery: codes, approved: *yes }
  - { id: lab, title: The lab, cost: 1, delivery: moodle, moodle: { badge: 17 }, approved: *yes }
  - { id: later, title: Later, cost: 1 }
`

interface Redemption {
  readonly redemption_id: string
  readonly status: string
  readonly expires_at: string | null
}

describe('the commands for rewards', function () {
  this.timeout(60_000)
  let folder: Folder
  let rocket: RunningRocket
  let learner: string
  let keys = 0

  before(async () => {
    folder = new Folder({ 'rules/pack.yaml': '[]', 'rewards.yaml': REWARDS })
    rocket = await folder.serve()
  })
  after(() => folder.remove())

  const redeem = async (reward: string, cost: number): Promise<Redemption & { token?: string; code?: string }> => {
    const headers = { Authorization: `Bearer ${learner}`, 'Idempotency-Key': `key ${++keys}` }
    const body = JSON.stringify({ expected_cost: cost })
    const response = await fetch(`${rocket.url}/api/rewards/${reward}/redeem`, { method: 'POST', headers, body })
    return (await response.json()) as Redemption
  }
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await folder.run(args)
    return { code, out: stdout, err: stderr, said: stdout + stderr }
  }

  it('adjust gives and takes points, and asks whether an unknown learner is meant', async () => {
    const given = await run('adjust', '42', '100', '--reason', 'a welcome')
    expect([given.code, given.out]).to.deep.equal([0, given.out])
    expect(given.out).to.match(/^Learner 42 has 100 points now \(entry \d+\)\.\n$/)
    expect(given.err).to.include('never heard of a learner 42')
    const taken = await run('adjust', '42', '-30', '--reason', 'too much')
    expect(taken.said).to.match(/^Learner 42 has 70 points now \(entry \d+\)\.\n$/)
    for (const points of ['0', '1.5', 'ten', '10000000']) {
      const { code, err } = await run('adjust', '42', points, '--reason', 'x')
      expect([points, code]).to.deep.equal([points, 2])
      expect(err).to.include('whole number')
    }
    expect((await run('adjust', '42', '1')).code).to.equal(2)
    learner = await issueToken(folder, '--scope learner --user 42')
  })

  it('codes go in by a dry run, then for good; what is known is refused with its line; none is ever printed', async () => {
    const file = folder.write('codes.csv', 'code,expires\nTOP-1,2999-01-31\nTOP-2,\nTOP-1,\n')
    const dry = await run('codes', 'import', 'cinema', file, '--dry-run')
    expect([dry.code, dry.out]).to.deep.equal([
      1,
      `${file}:4 this code stands in line 2 already\n2 codes would be taken, 1 refused.\n`,
    ])
    expect((await run('codes', 'list')).out).to.equal('No codes were imported yet.\n')
    const taken = await run('codes', 'import', 'cinema', file)
    expect(taken.out).to.match(/2 codes taken as batch_[0-9a-f]{12}, 1 refused\.\n.*delete it/)
    const again = await run('codes', 'import', 'cinema', file)
    expect(again.out).to.include('0 codes taken, 3 refused')
    const { code } = await redeem('cinema', 10)
    expect(code).to.equal('TOP-1')
    const listed = await run('codes', 'list')
    expect(listed.out).to.include('1 left, 1 handed out, 0 withdrawn, 0 faulty')
    expect(dry.said + taken.said + again.said + listed.said).to.not.include('TOP-')
    expect((await run('codes', 'import', 'tea', file)).err).to.include('delivery: codes')
    expect((await run('codes', 'import', 'cinema', '/nowhere.csv')).code).to.equal(1)
  })

  it('a code that the shop refused is replaced, and its line kept for the claim', async () => {
    const { redemptions } = await folder.json<{ redemptions: Redemption[] }>('redemption list --reward cinema')
    const id = redemptions[0]!.redemption_id
    const { code, out } = await run('redemption', 'reissue', id, '--reason', 'the till said no')
    expect([code, out]).to.deep.equal([0, `Replaced: ${id} of learner 42, cinema, is delivered.\n`])
    expect((await run('codes', 'list')).out).to.include('0 left, 1 handed out, 0 withdrawn, 1 faulty (lines 2)')
    const empty = await run('redemption', 'reissue', id, '--reason', 'again')
    expect([empty.code, empty.err]).to.deep.equal([
      1,
      'No code is left for cinema: import more, or cancel this redemption.\n',
    ])
  })

  it('redemption list, extend, cancel: what was done and why stands on the ledger', async () => {
    const tea = await redeem('tea', 5)
    const extended = await run('redemption', 'extend', tea.redemption_id, '--by', '7d', '--reason', 'ill')
    expect(extended.code).to.equal(0)
    const [listed] = (await folder.json<{ redemptions: Redemption[] }>('redemption list --state issued')).redemptions
    expect(Date.parse(listed!.expires_at!) - Date.parse(tea.expires_at!)).to.equal(7 * 86_400_000)
    expect(JSON.stringify(listed)).to.not.include(tea.token)

    const cancelled = await run('redemption', 'cancel', tea.redemption_id, '--reason', 'closed today')
    expect(cancelled.out).to.equal(`Cancelled: ${tea.redemption_id} of learner 42, tea, is cancelled.\n`)
    const twice = await run('redemption', 'cancel', tea.redemption_id, '--reason', 'again')
    expect([twice.code, twice.err]).to.deep.equal([1, `The redemption ${tea.redemption_id} is cancelled already.\n`])
    const { stdout } = await folder.rocket('ledger export --format jsonl')
    expect(stdout).to.include('closed today').and.to.include('"why\\":\\"ill')

    expect((await run('redemption', 'list', '--user', 'nobody')).out).to.equal('There is no such redemption.\n')
    for (const args of [['list', '--state', 'gone'], ['extend', 'x', '--reason', 'y'], ['cancel', 'x'], ['cancel']]) {
      expect((await run('redemption', ...args)).code, args.join(' ')).to.equal(2)
    }
    expect((await run('redemption', 'cancel', 'rdm_0', '--reason', 'x')).err).to.equal(
      'There is no redemption rdm_0.\n',
    )
  })

  it('token makes one for a partner that rewards.yaml names, which may use what learners show it', async () => {
    expect((await run('token', '--scope', 'partner')).err).to.include('--partner ID')
    expect((await run('token', '--scope', 'reports', '--partner', 'canteen')).code).to.equal(2)
    expect((await run('token', '--scope', 'partner', '--partner', 'kanteen')).err).to.include('did you mean canteen?')
    const till = await issueToken(folder, '--scope partner --partner canteen')
    const { token } = await redeem('tea', 5)
    const consume = () =>
      fetch(`${rocket.url}/api/tokens/consume`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${till}` },
        body: JSON.stringify({ token, reference: 'till 1' }),
      })
    expect((await consume()).status).to.equal(200)
    expect((await consume()).status).to.equal(409)
    expect((await run('token', 'list')).out).to.match(/partner +canteen/)
  })

  it('liability sums up what can still be spent', async () => {
    const { total, undated } = await folder.json<{ total: number; undated: number }>('liability')
    expect([total, undated]).to.deep.equal([55, 55])
    expect((await run('liability')).out).to.match(/total +55/)
  })

  it('rules publish and doctor say which rewards nobody can redeem, and why', async () => {
    expect((await run('doctor')).out)
      .to.match(/warn +the reward later cannot be redeemed\n +→ have it approved/)
      .and.to.match(/warn +0 of 2 codes are left for cinema\n +→ scripts\/rocket codes import cinema FILE/)
    folder.write('home/config/rewards.yaml', REWARDS.replace('cost: 5', 'cost: 6'))
    const { out } = await run('rules', 'publish', '--reason', 'dearer tea')
    expect(out).to.include('The reward tea cannot be redeemed yet: its terms changed after the approval of 2020-01-01')
    expect((await redeem('tea', 6)) as object).to.include({ code: 'reward_locked', status: 409 })
  })

  it('the ledger verifies after all of it', async () => {
    expect(await folder.json('ledger verify')).to.include({ ok: true })
  })
})
