import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { openCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { rootOf } from '../../sidecar/domain/tree.js'
import { wireEvent } from '../support.js'
import { Folder, issueToken, PROGRAM, type RunningRocket, run } from './program.js'

describe('rocket ledger', function () {
  this.timeout(30_000)
  let folder: Folder
  let rocket: RunningRocket
  before(async () => {
    folder = new Folder({
      'rocket.yaml': 'source: moodle\ntimezone: Pacific/Kiritimati\n',
      'rules/pack.yaml':
        '- { id: graded, event: quiz.graded, points: 10 }\n- { id: posted, event: forum.post, points: 2, review: hold }\n',
    })
    rocket = await folder.serve()
    const token = await issueToken(folder, '--scope events')
    const time = new Date().toISOString()
    const events = [
      ...Array.from({ length: 6 }, (_, n) => wireEvent({ time, id: `a${n}`, user: n % 2 ? '42' : '43' })),
      wireEvent({ time, event: 'forum.post', object: 'forum_posts:1', activity: 'forum:1', course: '=8' }),
    ]
    const headers = { Authorization: `Bearer ${token}` }
    const body = JSON.stringify({ events })
    expect((await fetch(`${rocket.url}/api/events`, { method: 'POST', headers, body })).status).to.equal(200)
  })
  after(() => folder.remove())

  const lines = (text: string): string[] => text.split('\n').filter(Boolean)
  const csv = async (args: string): Promise<Record<string, string>[]> => {
    const { code, stdout, stderr } = await folder.rocket(`ledger export --format csv ${args}`)
    expect([code, stderr], args).to.deep.equal([0, ''])
    return parse(stdout, { columns: true })
  }
  const seqs = async (args: string): Promise<number[]> => (await csv(args)).map(({ seq }) => Number(seq))

  describe('export', () => {
    it('gives the CSV that the server gives', async () => {
      const headers = { Authorization: `Bearer ${await issueToken(folder, '--scope reports')}` }
      const { stdout } = await folder.rocket('ledger export --format csv')
      const answer = await fetch(`${rocket.url}/api/rewards/ledger?format=csv`, { headers })
      expect(stdout).to.equal(await answer.text())
      expect(lines(stdout)).to.have.length.greaterThan(8)
    })

    it('gives lines that anybody can check', async () => {
      const { code, stdout } = await folder.rocket('ledger export --format jsonl')
      expect(code).to.equal(0)
      let before = '0'.repeat(64)
      for (const [index, line] of lines(stdout).entries()) {
        const { body, hash, salt, data, ...rest } = JSON.parse(line)
        expect(rest).to.deep.equal({})
        expect(hash).to.equal(createHash('sha256').update(`\0${body}`).digest('hex'))
        const { prev, seq, priv } = JSON.parse(body)
        expect([prev, seq]).to.deep.equal([before, index + 1])
        const commitment = createHash('sha256').update(`rocket-private/v1\n${salt}\n${data}`).digest('hex')
        expect(priv).to.equal(commitment)
        before = hash
      }
    })

    it('is filtered as the contract says', async () => {
      expect(await seqs('--user 42')).to.deep.equal([5, 7, 9, 10])
      expect(await seqs('--rule posted')).to.deep.equal([10])
      expect(await seqs('--kind hold')).to.deep.equal([10])
      expect(await seqs('--source canvas')).to.deep.equal([])
      expect(await seqs('--since-seq 8 --user 43')).to.deep.equal([])
      expect(await seqs('--since-seq 8 --user 42')).to.deep.equal([9, 10])
      expect(await seqs('--to 2020-01-01')).to.deep.equal([])
      expect((await seqs('--from 2020-01-01T00:00:00Z')).length).to.be.greaterThan(8)
      // On Kiritimati the day begins ten hours before it does in Greenwich… fourteen, to be exact.
      const [first] = await csv('--kind configuration')
      const instant = Date.parse(first!.timestamp!)
      const day = new Date(instant + 14 * 3_600_000).toISOString().slice(0, 10)
      expect(await seqs(`--kind configuration --from ${day}`)).to.deep.equal([1])
      expect(await seqs(`--kind configuration --to ${day}`)).to.deep.equal([])
    })

    it('keeps a spreadsheet from taking text for a formula', async () => {
      const [held] = await csv('--kind hold')
      expect([held!.course, held!.points, held!.held]).to.deep.equal(["'=8", '0', '2'])
    })

    for (const wrong of ['--from yesterday', '--to 2026-13-01', '--since-seq -1', '--since-seq x', '--kind gift']) {
      it(`ends with 2 for ${wrong}`, async () => {
        const { code, stdout, stderr } = await folder.say(`ledger export --format csv ${wrong}`)
        expect([code, stdout]).to.deep.equal([2, ''])
        expect(stderr).to.contain('Usage: scripts/rocket ledger export')
      })
    }

    it('writes through no link that lies in its way', async () => {
      const [out, victim] = [join(folder.path, 'linked.csv'), join(folder.path, 'victim.txt')]
      writeFileSync(victim, 'untouched')
      symlinkSync(victim, out)
      await folder.run(['ledger', 'export', '--format', 'csv', '--out', out])
      expect(readFileSync(victim, 'utf8')).to.equal('untouched')
      expect(lstatSync(out).isFile()).to.equal(true)
    })

    it('writes a file that is whole or not there, for its owner alone', async () => {
      const out = join(folder.path, 'out.csv')
      writeFileSync(out, 'from last night')
      const { code, stdout, stderr } = await folder.run(['ledger', 'export', '--format', 'csv', '--out', out])
      const { size } = statSync(out)
      expect([code, stdout]).to.deep.equal([0, ''])
      expect(stderr)
        .to.match(/^[^\n]+\n$/)
        .and.to.contain(out)
        .and.to.contain(size.toLocaleString('en-GB'))
      const checkpoint = `${out}.checkpoint`
      const said = await folder.json(`ledger export --format csv --out ${out}`)
      expect(said).to.deep.equal({ file: out, bytes: size, checkpoint })
      expect(readFileSync(out, 'utf8')).to.equal((await folder.rocket('ledger export --format csv')).stdout)
      for (const file of [out, checkpoint]) expect((statSync(file).mode & 0o777).toString(8), file).to.equal('600')
      const written = readdirSync(folder.path).filter((name) => name.startsWith('out'))
      expect(written).to.have.members(['out.csv', 'out.csv.checkpoint'])
    })

    it('puts the checkpoint beside the file, over just the entries that are in it', async () => {
      const out = join(folder.path, 'all.jsonl')
      await folder.run(['ledger', 'export', '--format', 'jsonl', '--out', out])
      const { keys } = await folder.json<{ keys: string[] }>('ledger key')
      const { size, root } = openCheckpoint(readFileSync(`${out}.checkpoint`, 'utf8'), keys)
      const hashes = lines(readFileSync(out, 'utf8')).map((line) => Buffer.from(JSON.parse(line).hash, 'hex'))
      expect(size).to.equal(hashes.length)
      expect(root.equals(rootOf(hashes))).to.equal(true)
    })

    it('says that lines on standard output have no checkpoint beside them, where one could be held against them', async () => {
      const said = async (args: string) => (await folder.run(['ledger', 'export', ...args.split(' ')])).stderr
      expect(await said('--format jsonl')).to.equal(
        'No checkpoint was written with these lines: --out FILE puts one over just these entries beside them.\n',
      )
      for (const quiet of [
        '--format csv',
        '--format jsonl --user 42',
        '--format jsonl --since-seq 3',
        '--format jsonl --json',
      ])
        expect(await said(quiet), quiet).to.equal('')
    })

    it('leaves the file from before where it cannot write the new one, and says why', async () => {
      const out = join(folder.path, 'nowhere', 'out.csv')
      const { code, stderr } = await folder.run(['ledger', 'export', '--format', 'csv', '--out', out])
      expect(code).to.equal(1)
      expect(stderr)
        .to.contain(out)
        .and.to.contain(`There is no folder ${join(folder.path, 'nowhere')}`)
        .and.not.to.match(/^\s+at /m)
    })

    it('ends well where its reader has seen enough', async () => {
      const command = `"${process.execPath}" "${PROGRAM}" ledger export --format csv | head -c 10; exit \${PIPESTATUS[0]}`
      const { code, stdout, stderr } = await run('bash', ['-c', command], { ROCKET_HOME: folder.home })
      expect([code, stdout.length, stderr]).to.deep.equal([0, 10, ''])
    })
  })

  describe('verify', () => {
    it('says that all is well, how much it read, and the head', async () => {
      const { code, stdout } = await folder.rocket('ledger verify')
      expect([code, stdout.startsWith('The ledger verifies')]).to.deep.equal([0, true])
      const full = await folder.json<{ ok: boolean; entries: number; opened: number; head: { seq: number } }>(
        'ledger verify',
      )
      expect(full).to.include({ ok: true, quick: false }).and.to.have.property('problems').that.deep.equals([])
      expect([full.opened, full.head.seq]).to.deep.equal([full.entries, full.entries])
      const quick = await folder.json<{ opened: number }>('ledger verify --quick')
      expect(quick).to.deep.include({ ok: true, quick: true, opened: 0, head: full.head })
    })

    it('names the first broken entry, ends with 1, and says what to do', async () => {
      await rocket.stop()
      const path = join(folder.home, 'rocket.sqlite')
      const connection = new Sqlite(path)
      connection.exec(
        'UPDATE balance SET points = points + 1 WHERE points = 30 AND subject = (SELECT min(subject) FROM balance WHERE points = 30)',
      )
      const balance = await folder.rocket('ledger verify')
      expect([balance.code, /points are 31, their entries sum to 30/.test(balance.stdout)]).to.deep.equal([1, true])
      expect((await folder.rocket('ledger verify --quick')).code).to.equal(0)

      for (const name of connection
        .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .pluck()
        .all())
        connection.exec(`DROP TRIGGER ${name}`)
      connection.exec(`UPDATE entry SET body = replace(body, '"points":10', '"points":99') WHERE seq = 5`)
      connection.close()
      const { code, stdout } = await folder.rocket('ledger verify')
      expect(code).to.equal(1)
      expect(stdout)
        .to.match(/does NOT verify\. First: entry 5: /)
        .and.to.contain('What to do')
      const { ok, problems } = await folder.json<{ ok: boolean; problems: { seq: number }[] }>('ledger verify --quick')
      expect([ok, problems[0]?.seq]).to.deep.equal([false, 5])
      const job = await folder.rocket('jobs run verify')
      expect([job.code, job.stdout.includes('entry 5')]).to.deep.equal([1, true])
      const doctor = await folder.rocket('doctor')
      expect([doctor.code, doctor.stdout.includes('the job verify failed')]).to.deep.equal([1, true])
    })
  })
})
