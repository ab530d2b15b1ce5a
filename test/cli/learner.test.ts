/** `learner`: the commands beside a running server, in one process with it. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { publish } from '../../sidecar/actions/publish.js'
import { main } from '../../sidecar/cli.js'
import { unzip } from '../archive/unzip.js'
import { balanceOf, sendEvents } from '../http/calls.js'
import { give, openShop, redeemed } from '../http/shop.js'
import { type TestRocket, wireEvent } from '../support.js'

describe('the commands for learners’ rights', () => {
  let rocket: TestRocket
  beforeEach(async () => {
    rocket = openShop()
    await sendEvents(rocket, [wireEvent({ id: 'his' })])
    await give(rocket, '42', 90)
  })
  afterEach(() => rocket.close())

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const { stdout, stderr } = process
    const [writeOut, writeErr] = [stdout.write, stderr.write]
    const said = { out: '', err: '' }
    const keep = (name: 'out' | 'err') => (text: string) => {
      said[name] += text
      return true
    }
    stdout.write = keep('out') as typeof stdout.write
    stderr.write = keep('err') as typeof stderr.write
    try {
      return { code: await main(args, { ROCKET_HOME: rocket.home, ROCKET_LOG: 'silent' }), ...said }
    } finally {
      stdout.write = writeOut
      stderr.write = writeErr
    }
  }
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).out)
  const verifies = async () => expect(await json('ledger', 'verify')).to.include({ ok: true })

  it('export prints everything as JSON, and that it was made stands on the ledger', async () => {
    const { token } = await redeemed(rocket, '42', 'mug', 50)
    const { code, out } = await run('learner', 'export', '42')
    expect(code).to.equal(0)
    const kept = JSON.parse(out)
    expect(kept).to.deep.include({ user_id: '42', known: true, balance: { points: 50, held: 0, lifetime: 100 } })
    expect(kept.redemptions[0].token).to.equal(token)
    expect(kept.entries.at(-1).record.actor).to.equal('cli')
    expect(await json('learner', 'export', 'nobody')).to.deep.include({ known: false, entries: [] })
    await verifies()
  })

  it('freeze and unfreeze do nothing to somebody whom nobody knows: the id may be a slip', async () => {
    const { context } = rocket
    const head = context.stores.ledger.head().seq
    for (const command of ['freeze', 'unfreeze']) {
      const { code, out, err } = await run('learner', command, '4 2', '--reason', 'x')
      expect([code, out, err]).to.deep.equal([1, '', 'Rocket knows nobody under 4 2: nothing was done.\n'])
    }
    expect(context.stores.writer.read(() => context.stores.ledger.head().seq)).to.equal(head)
    expect(context.stores.learners.subjectOf('moodle', '4 2')).to.equal(null)
  })

  it('freeze and unfreeze say how it is now, to a server that runs as well', async () => {
    expect((await run('learner', 'freeze', '42', '--reason', 'under review')).out).to.equal(
      'Learner 42 is frozen now.\n',
    )
    expect((await run('learner', 'freeze', '42', '--reason', 'again')).out).to.equal(
      'Learner 42 is frozen, as before.\n',
    )
    const earn = async (id: string) => {
      const [result] = (await sendEvents(rocket, [wireEvent({ id, time: '2026-11-01T09:00:00Z' })])).body.results
      return result.decisions[0].reason.code
    }
    expect(await earn('a')).to.equal('frozen')
    expect(await json('learner', 'unfreeze', '42', '--reason', 'cleared')).to.deep.equal({
      user_id: '42',
      frozen: false,
      since: null,
      changed: true,
      merged_into: null,
    })
    expect(await earn('b')).to.equal('granted')
    await verifies()
  })

  it('merge moves what an account has, and names the account that stays ever after', async () => {
    const merged = await run('learner', 'merge', '42', '43', '--reason', 'one person')
    expect([merged.code, merged.out]).to.deep.equal([
      0,
      'Learner 42 is part of 43 now: 100 points moved, and 0 held.\n',
    ])
    expect(balanceOf(rocket, '43')).to.equal(100)
    expect((await run('learner', 'merge', '42', '43', '--reason', 'x')).out).to.match(/^There is nothing to merge/)
    const elsewhere = await run('learner', 'merge', '42', '44', '--reason', 'x')
    expect([elsewhere.code, elsewhere.err]).to.deep.equal([1, '42 was merged into 43: merge 43 into 44.\n'])
    expect((await run('learner', 'erase', '42', '--reason', 'x')).out).to.match(/^Learner 42 is part of 43 since/)
    expect((await run('learner', 'freeze', '42', '--reason', 'x')).out).to.match(/Nothing was done: name that one/)
    await verifies()
  })

  it('export writes a file, or CSV as a folder or a ZIP; in the home’s exports it goes with its learner', async () => {
    mkdirSync(join(rocket.home, 'exports'))
    const at = (name: string) => join(rocket.home, name)
    const json42 = await run('learner', 'export', '42', '--out', at('42.json'))
    expect([json42.code, json42.out, json42.err]).to.deep.equal([0, '', `Wrote ${at('42.json')}.\n`])
    expect(JSON.parse(readFileSync(at('42.json'), 'utf8'))).to.include({ user_id: '42', known: true })
    expect(statSync(at('42.json')).mode & 0o777).to.equal(0o600)
    expect((await run('learner', 'export', '42', '--format', 'csv', '--out', at('exports/hers'))).code).to.equal(0)
    expect(readFileSync(at('exports/hers/entries.csv'), 'utf8')).to.match(/^user_id,.*record\.at/)
    expect(statSync(at('exports/hers')).mode & 0o777).to.equal(0o700)
    expect(await json('learner', 'export', '42', '--format', 'csv', '--out', at('exports/hers.zip'))).to.deep.equal({
      user_id: '42',
      known: true,
      merged_into: null,
      out: at('exports/hers.zip'),
    })
    const files = unzip(readFileSync(at('exports/hers.zip')))
    expect([...files.keys()]).to.include.members(['learner.csv', 'entries.csv', 'events.csv'])
    expect((await run('learner', 'export', 'nobody', '--out', at('no.json'))).err).to.match(
      /nothing is kept of a learner/,
    )
    const { out } = await run('learner', 'erase', '42', '--reason', 'asked for it')
    expect(out).to.match(/^Exports of them alone, deleted: hers, hers\.zip$/m)
    expect(readdirSync(at('exports'))).to.deep.equal([])
  })

  it('show leads from an id to a subject and back', async () => {
    const subject = rocket.context.stores.learners.subjectOf('moodle', '42')
    for (const who of ['42', `subject:${subject}`]) {
      expect((await run('learner', 'show', who)).out).to.equal(`42 stands on the ledger as ${subject}.\n`)
    }
    await run('learner', 'freeze', '42', '--reason', 'under review')
    expect((await run('learner', 'show', '42')).out).to.match(/\nFrozen: under review\n$/)
    expect(await json('learner', 'show', 'nobody')).to.include({ subject: null, user_id: null })
    expect((await run('learner', 'show', 'nobody')).code).to.equal(1)
  })

  it('erase is refused by a legal hold, and names what a person has to delete', async () => {
    const { stores } = rocket.context
    const put = (settings: string) => {
      const files = new Map([...stores.configurations.latest()!.files, ['rocket.yaml', settings]])
      stores.writer.write(() => publish(stores, files, { actor: 'it', reason: 'test', now: rocket.clock.now }))
    }
    put(`legal_hold: [{ subject: ${stores.learners.subjectOf('moodle', '42')}, reason: case 7 }]\n`)
    const held = await run('learner', 'erase', '42', '--reason', 'asked')
    expect([held.code, held.out]).to.deep.equal([1, ''])
    expect(held.err).to.match(/^Learner 42 is not erased: a legal hold keeps them \(case 7\)/)
    expect(await json('learner', 'erase', '42', '--reason', 'asked')).to.include({ ok: false, code: 'legal_hold' })
    expect((await run('learner', 'show', '42')).out).to.match(/\nA legal hold keeps them: case 7\n$/)
    put('source: moodle\n')
    mkdirSync(join(rocket.home, 'exports'))
    writeFileSync(join(rocket.home, 'exports', 'old.csv'), [...rocket.context.view.csv({})].join(''))
    const { code, out } = await run('learner', 'erase', '42', '--reason', 'asked')
    expect(code).to.equal(1)
    expect(out).to.match(/^Learner 42 is erased: .*\nExports that show them still, for you to delete: old\.csv\n$/)
  })

  it('erase says what went, and is nothing to do the second time', async () => {
    await redeemed(rocket, '42', 'mug', 50)
    const { code, out, err } = await run('learner', 'erase', '42', '--reason', 'asked for it')
    expect([code, out, err]).to.deep.equal([
      0,
      'Learner 42 is erased: 4 records deleted, 1 open redemption ended.\n',
      '',
    ])
    expect((await run('learner', 'erase', '42', '--reason', 'again')).out).to.equal(
      'Nothing is kept of a learner 42.\n',
    )
    const [result] = (await sendEvents(rocket, [wireEvent({ id: 'his' })])).body.results
    expect(result).to.deep.include({ status: 'duplicate', points: 0 })
    expect((await run('ledger', 'verify')).out).to.match(/private records opened, 4 erased, balances/)
  })

  it('need to know who, and why; nothing is done otherwise', async () => {
    const head = rocket.context.stores.ledger.head().seq
    for (const args of [
      ['export'],
      ['export', '42', '--format', 'xml'],
      ['export', '42', '--format', 'csv'],
      ['export', '42', '--out', join(rocket.home, 'nowhere/42.json')],
      ['export', '42', '--format', 'csv', '--out', rocket.home],
      ['show'],
      ['erase', '42'],
      ['freeze', '--reason', 'x'],
      ['unfreeze', '42', '--reason', ''],
      ['merge', '42', '--reason', 'x'],
      ['merge', '42', '42', '--reason', 'x'],
      ['erase', 'x'.repeat(65), '--reason', 'x'],
      ['erase', '42', '43', '--reason', 'x'],
    ]) {
      const { code, err } = await run('learner', ...args)
      expect(code, args.join(' ')).to.equal(2)
      expect(err).to.include('Usage: scripts/rocket learner')
    }
    rocket.context.stores.ledger.clear()
    expect(rocket.context.stores.ledger.head().seq).to.equal(head)
  })
})
