/** `backup`, `restore`, `pause`, `resume`: the built program, beside a server and in place of one. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { GENESIS, sequence } from '../../sidecar/domain/entry.js'
import { documentHash } from '../../sidecar/store/configuration.js'
import { openForReading, openForWriting } from '../../sidecar/store/database.js'
import { migrate, migrations } from '../../sidecar/store/migrate.js'
import { pairWith } from '../crash/killing.js'
import { Folder, issueToken, type RunningRocket } from './program.js'

const REWARDS = `rewards: [{ id: tea, title: A tea, cost: 5, approved: { by: Dean, on: 2020-01-01 } }]\n`
const CONFIG = { 'rocket.yaml': 'source: moodle\n', 'rules/pack.yaml': '[]', 'rewards.yaml': REWARDS }

interface Restored {
  readonly head: { readonly seq: number; readonly hash: string }
  readonly replaced: { readonly seq: number } | null
  readonly renamed: boolean
  readonly erased_again: number
  readonly kept: string | null
  readonly resend: { readonly id: string; readonly since: string } | null
}

describe('backup and restore', function () {
  this.timeout(120_000)
  let folder: Folder
  let rocket: RunningRocket
  beforeEach(async () => {
    folder = new Folder(CONFIG)
    rocket = await folder.serve()
  })
  afterEach(() => folder.remove())

  const home = (name: string) => join(folder.home, name)
  const at = (name: string) => join(folder.path, name)
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await folder.run(args)
    return { code, out: stdout, err: stderr }
  }
  const give = async (user: string, points: number) =>
    expect((await run('adjust', user, String(points), '--reason', 'a test')).code).to.equal(0)
  const backUp = async (name = 'backup'): Promise<string> => {
    const { code, err } = await run('backup', at(name))
    expect(code, err).to.equal(0)
    return at(name)
  }
  const restore = async (file: string): Promise<Restored> => {
    const { code, out, err } = await run('restore', file, '--reason', 'a test', '--json')
    if (code !== 0) throw new Error(err + out)
    return JSON.parse(out)
  }
  const refused = async (file: string): Promise<string> => {
    // A reader leaves SQLite's own files behind, which say nothing.
    const names = () => readdirSync(folder.home).filter((name) => !/-(wal|shm)$/.test(name))
    const before = names()
    const { code, err } = await run('restore', file, '--reason', 'a test')
    expect([code, names()]).to.deep.equal([1, before])
    return err
  }
  const entries = () => {
    const reader = openForReading(home('rocket.sqlite'))
    const rows = reader.prepare('SELECT kind, data FROM entry JOIN private_record USING (seq) ORDER BY seq').raw().all()
    reader.close()
    return (rows as [string, string][]).map(([kind, data]) => ({ kind, ...JSON.parse(data) }))
  }
  const findings = async () =>
    (await folder.json<{ findings: { state: string; what: string; todo?: string }[] }>('doctor')).findings
  const balances = async () => {
    const { stdout } = await folder.rocket('ledger export --format csv')
    const rows = stdout
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(','))
    return rows.flatMap(([user, , points, , , , , kind]) => (kind === 'adjustment' ? [`${user} ${points}`] : []))
  }

  describe('backup', () => {
    it('is made beside the running server, and says what is not in it', async () => {
      await give('42', 10)
      const { code, out, err } = await run('backup', at('b'))
      expect([code, err]).to.deep.equal([
        0,
        'secrets.json, ledger.key and erased.txt of the home are not in it: keep copies of them elsewhere.\n',
      ])
      expect(out).to.match(
        /^\S+\/b: [\d,]+ bytes, \d+ entries, head \d+ [0-9a-f]{64}; it verifies\.\nsha256 [0-9a-f]{64}\n$/,
      )
      const { file, entries: count } = await folder.json<{ file: string; entries: number }>(`backup ${at('b')}`)
      expect([file, count]).to.deep.equal([at('b'), entries().length])
    })

    it('wants a file, and says why it makes none', async () => {
      expect((await run('backup')).code).to.equal(2)
      const { code, err } = await run('backup', home('rocket.sqlite'))
      expect([code, err]).to.deep.equal([
        1,
        `No backup was made. ${home('rocket.sqlite')} is a database that is in use: name another file.\n`,
      ])
      expect((await folder.run(['backup', at('b')], { ROCKET_HOME: at('nowhere') })).stderr).to.contain(
        'no Rocket home',
      )
    })

    it('by schedule is what doctor looks for', async () => {
      const about = async () => (await findings()).find(({ what }) => /backup/.test(what))
      expect(await about()).to.deep.include({ state: 'warn', what: 'there is no backup yet' })
      expect((await run('jobs', 'run', 'backup')).code).to.equal(0)
      const [name] = readdirSync(home('backups'))
      expect(await about()).to.deep.include({ state: 'ok' })
      expect(statSync(home('backups')).mode & 0o777).to.equal(0o700)
      const old = new Date(Date.now() - 49 * 3_600_000)
      utimesSync(join(home('backups'), name!), old, old)
      expect(await about()).to.deep.include({ state: 'warn' })
    })
  })

  describe('restore', () => {
    it('puts the backup in place, keeps what was there, and says so on the ledger', async () => {
      await pairWith(folder, rocket)
      await give('42', 10)
      const file = await backUp()
      const lost = entries().length
      await give('42', 5)
      await rocket.stop()
      const { head, replaced, renamed, kept, erased_again, resend } = await restore(file)
      expect([head.seq, replaced?.seq, renamed, erased_again]).to.deep.equal([lost, lost + 1, true, 0])
      expect(kept).to.equal(home('rocket.sqlite.before-restore-1'))
      expect(await balances()).to.deep.equal(['"42" 10'])
      const [key, entry, paused] = entries().slice(lost)
      expect(entry).to.deep.include({ kind: 'administration', reason: 'restored from a backup' })
      expect(entry.detail).to.deep.include({ file: 'backup', why: 'a test', head, replaced })
      expect(entry.detail.sha256).to.match(/^[0-9a-f]{64}$/)
      expect(key).to.deep.include({ kind: 'key', reason: 'the database was restored from a backup' })
      expect(key.detail.former).to.include({ size: lost })
      expect(paused.detail).to.include({ paused: 'redeeming', cause: 'restore' })
      expect(Date.parse(resend!.since)).to.be.lessThan(Date.now() - 3_500_000)
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
      rocket = await folder.serve()
      expect(rocket.other()).to.equal('')
      const before = openForReading(kept!)
      expect(before.prepare('SELECT max(seq) FROM entry').pluck().get()).to.equal(lost + 1)
      before.close()
      expect(statSync(home('rocket.sqlite')).mode & 0o777).to.equal(0o600)
    })

    it('a second time from the same backup knows the name that came between, and gives it up', async () => {
      const file = await backUp()
      await give('42', 10)
      await rocket.stop()
      await restore(file)
      rocket = await folder.serve()
      await give('42', 5)
      const { checkpoint } = await folder.json<{ checkpoint: string }>('ledger checkpoint')
      writeFileSync(at('between'), checkpoint)
      await rocket.stop()
      expect(await restore(file)).to.include({ renamed: true, kept: home('rocket.sqlite.before-restore-2') })
      const keys = entries().flatMap(({ kind, detail }) => (kind === 'key' ? [detail] : []))
      const [first, between, last] = keys.map(({ origin }) => origin)
      expect(between).to.equal(checkpoint.split('\n')[0])
      expect(keys.map(({ former }) => former?.origin)).to.deep.equal([undefined, first, between])
      expect(new Set([first, between, last]).size).to.equal(3)
      const own = await folder.rocket('ledger verify')
      expect(own.code, own.stdout).to.equal(0)
      const { code, stdout } = await folder.rocket(`ledger verify --against ${at('between')}`)
      expect(code).to.equal(1)
      expect(stdout).to.match(/over entries that were given up: .* are gone, as entry \d+ declares/)
    })

    it('waits for no Moodle where none was ever paired, and says so', async () => {
      await give('42', 10)
      const file = await backUp()
      const unpaired = readFileSync(home('secrets.json'))
      await rocket.stop()
      const { code, out } = await run('restore', file, '--reason', 'a test')
      expect(code).to.equal(0)
      expect(out).to.contain('No Moodle was ever paired, so nobody is waited for: redeeming is not paused.')
      expect(out).to.match(/Send or import events again from \d{4}-\d\d-\d\dT\S+Z on\.\n.*handed out a second time/)
      expect((await restore(file)).resend).to.equal(null)
      expect((await findings()).filter(({ what }) => /paused|Moodle is asked/.test(what))).to.deep.equal([])
      rocket = await folder.serve()
      // Secrets from before it was paired do not hide that there is a Moodle.
      await pairWith(folder, rocket)
      const later = await backUp('later')
      await rocket.stop()
      writeFileSync(home('secrets.json'), unpaired)
      expect((await restore(later)).resend).to.not.equal(null)
    })

    it('leaves the ledger its name where nothing is lost, and can itself be undone', async () => {
      await give('42', 10)
      const first = await backUp('first')
      await give('42', 5)
      await rocket.stop()
      const second = await restore(first)
      const undone = await restore(second.kept!)
      expect([undone.renamed, undone.kept]).to.deep.equal([true, home('rocket.sqlite.before-restore-2')])
      expect(await balances()).to.deep.equal(['"42" 10', '"42" 5'])
      copyFileSync(home('rocket.sqlite'), at('same'))
      expect((await restore(at('same'))).renamed).to.equal(false)
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
    })

    it('is for a machine on which nothing is but the keys, and for a database that nobody can read', async () => {
      await give('42', 10)
      const file = await backUp()
      await rocket.stop()
      mkdirSync(at('new'), { mode: 0o700 })
      for (const name of ['secrets.json', 'ledger.key']) copyFileSync(home(name), join(at('new'), name))
      cpSync(home('config'), join(at('new'), 'config'), { recursive: true })
      const elsewhere = await folder.run(['restore', file, '--reason', 'a new machine', '--json'], {
        ROCKET_HOME: at('new'),
      })
      expect(JSON.parse(elsewhere.stdout)).to.include({ replaced: null, renamed: true, kept: null })
      writeFileSync(home('rocket.sqlite'), 'broken'.repeat(999))
      writeFileSync(home('rocket.sqlite-wal'), 'broken, too')
      const { replaced, renamed, kept } = await restore(file)
      expect([replaced, renamed, kept]).to.deep.equal([null, true, home('rocket.sqlite.before-restore-1')])
      expect(readFileSync(kept!, 'utf8')).to.contain('broken')
      expect(readFileSync(`${kept}-wal`, 'utf8')).to.equal('broken, too')
      expect(existsSync(home('rocket.sqlite-wal'))).to.equal(false)
      expect(await balances()).to.deep.equal(['"42" 10'])
    })

    it('brings an older backup up to date', async () => {
      await rocket.stop()
      oldBackup(at('old'), join(folder.path, 'migrations'))
      const { head, renamed } = await restore(at('old'))
      expect([head.seq, renamed]).to.deep.equal([1, true])
      expect(readdirSync(folder.home).filter((name) => name.includes('schema'))).to.deep.equal([])
      const { code, stdout } = await folder.rocket('ledger verify')
      expect(code, stdout).to.equal(0)
      await folder.serve()
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
    })

    it('erases again who was erased since the backup, and leaves nothing of them', async () => {
      await give('learner-to-forget', 10)
      await give('43', 10)
      const file = await backUp()
      expect((await run('learner', 'erase', 'learner-to-forget', '--reason', 'asked for it')).code).to.equal(0)
      expect(readFileSync(home('erased.txt'), 'utf8')).to.match(/^[0-9a-f]{24} \d{4}-\d\d-\d\d\n$/)
      await rocket.stop()
      const { erased_again, kept } = await restore(file)
      expect(erased_again).to.equal(1)
      for (const name of readdirSync(folder.home).filter((one) => one.startsWith('rocket.sqlite')))
        expect(readFileSync(home(name)).includes('learner-to-forget'), name).to.equal(false)
      expect(entries().find(({ kind }) => kind === 'erasure')?.reason).to.equal('erased before the restore')
      expect(readFileSync(file).includes('learner-to-forget')).to.equal(true)
      rmSync(kept!)
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
    })

    it('erases nobody whom a legal hold keeps, and says so, as the server does', async () => {
      await give('42', 10)
      const { subject } = await folder.json<{ subject: string }>('learner show 42')
      folder.write(
        'home/config/rocket.yaml',
        `source: moodle\nlegal_hold: [{ subject: ${subject}, reason: a court }]\n`,
      )
      await rocket.stop()
      rocket = await folder.serve()
      const file = await backUp()
      writeFileSync(home('erased.txt'), `${subject} 2026-01-01\n`)
      await rocket.stop()
      const { code, out } = await run('restore', file, '--reason', 'a test')
      expect(code).to.equal(0)
      expect(out).to.contain(`${subject} is on the list of the erased, and not erased: a legal hold keeps them.`)
      rocket = await folder.serve()
      expect(await rocket.logged('a legal hold keeps')).to.deep.include({ held: [subject] })
      expect(await balances()).to.deep.equal(['"42" 10'])
    })

    it('heeds a legal hold that is newer than the backup, and wants to be able to read it', async () => {
      await give('42', 10)
      await give('43', 10)
      const [held, gone] = await Promise.all(
        ['42', '43'].map(async (user) => (await folder.json<{ subject: string }>(`learner show ${user}`)).subject),
      )
      const file = await backUp()
      await rocket.stop()
      writeFileSync(home('erased.txt'), `${held} 2026-01-01\n${gone} 2026-01-01\n`)
      folder.write('home/config/rocket.yaml', 'source: moodle\nlegal_hold: [{ nobody: "42" }]\n')
      expect(await refused(file)).to.contain('legal_hold may keep somebody from being erased again')
      folder.write('home/config/rocket.yaml', 'source: moodle\nlegal_hold: [{ user: "42", reason: a court }]\n')
      const { code, out } = await run('restore', file, '--reason', 'a test', '--json')
      expect(code).to.equal(0)
      expect(JSON.parse(out)).to.deep.include({ held: [held], erased_again: 1 })
      rocket = await folder.serve()
      expect(await balances()).to.deep.equal(['"42" 10', '"erased" 10'])
    })

    it('by hand is caught at the next start: who is on the list is erased again', async () => {
      await give('42', 10)
      const file = await backUp()
      await run('learner', 'erase', '42', '--reason', 'asked for it')
      await rocket.stop()
      copyFileSync(file, home('rocket.sqlite'))
      rocket = await folder.serve()
      expect(await rocket.logged('are erased again')).to.include({ erased: 1 })
      expect(entries().filter(({ kind }) => kind === 'erasure')).to.have.length(1)
    })

    it('changes nothing where it cannot be', async () => {
      await give('42', 10)
      const file = await backUp()
      expect(await refused(file)).to.contain('Another Rocket server is running')
      await rocket.stop()
      expect((await run('restore', file)).code).to.equal(2)
      expect(await refused(at('none'))).to.contain(`There is no file ${at('none')}`)
      expect(await refused(home('rocket.sqlite'))).to.contain('the database itself')
      writeFileSync(at('text'), 'no database'.repeat(99))
      expect(await refused(at('text'))).to.contain('not a database')

      const changed = (name: string, sql: string): string => {
        copyFileSync(file, at(name))
        const connection = openForWriting(at(name))
        connection.exec(sql)
        connection.pragma('journal_mode = DELETE')
        connection.close()
        return at(name)
      }
      expect(await refused(changed('foreign', 'PRAGMA application_id = 7'))).to.contain('not a Rocket database')
      expect(await refused(changed('newer', 'PRAGMA user_version = 99'))).to.contain('a newer Rocket')
      const broken = changed('broken', 'UPDATE balance SET points = 1000000')
      expect(await refused(broken)).to.match(/does not verify: .*points.*Take another backup/)

      copyFileSync(file, at('damaged'))
      const reading = openForReading(file)
      const page = reading.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'private_record'").pluck().get()
      reading.close()
      const bytes = readFileSync(file)
      writeFileSync(at('damaged'), bytes.fill(0xff, (Number(page) - 1) * 4096, Number(page) * 4096))
      expect(await refused(at('damaged'))).to.match(/Nothing was restored\. SQLite finds it damaged \(.*Take another/)

      const foreign = join(home('checkpoints'), '2020-01-01')
      writeFileSync(foreign, 'rocket/moodle/elsewhere\n1\n')
      const reader = openForReading(home('rocket.sqlite'))
      reader.prepare('SELECT count(*) FROM entry').get()
      expect(await refused(file)).to.contain('Another command has the database open')
      reader.close()
      expect(await balances()).to.deep.equal(['"42" 10'])
      expect(existsSync(foreign)).to.equal(true)
      expect((await run('restore', file, '--reason', 'a test')).code).to.equal(0)
      expect([foreign, `${foreign}.elsewhere`].map((path) => existsSync(path))).to.deep.equal([false, true])
    })

    it('needs the secrets and the ledger’s key, and says which is missing', async () => {
      const file = await backUp()
      await give('42', 10)
      await rocket.stop()
      const key = readFileSync(home('ledger.key'))
      rmSync(home('ledger.key'))
      expect(await refused(file)).to.match(/key of its ledger is not here\. Best is to bring the old .*--key-lost/)
      writeFileSync(home('ledger.key'), key, { mode: 0o600 })
      rmSync(home('secrets.json'))
      expect((await run('restore', file, '--reason', 'x')).err).to.contain('secrets.json is missing')
      const nowhere = await folder.run(['restore', file, '--reason', 'x'], { ROCKET_HOME: at('nowhere') })
      expect([nowhere.code, existsSync(at('nowhere'))]).to.deep.equal([1, false])
    })
  })

  describe('restore --key-lost', () => {
    it('makes a new key on a machine that has not the old one, under another name, and says what follows', async () => {
      const file = await backUp()
      const before = entries().length
      await rocket.stop()
      const lost = ['restore', file, '--reason', 'a new machine', '--key-lost']
      const needless = await run(...lost)
      expect([needless.code, needless.err]).to.deep.equal([
        1,
        'Nothing was restored. No key of its ledger is missing here: leave out --key-lost.\n',
      ])
      rmSync(home('ledger.key'))
      rmSync(home('rocket.sqlite'))
      const { code, out } = await run(...lost)
      expect(code, out).to.equal(0)
      expect(out).to.contain('copy ledger.key away')
      expect(statSync(home('ledger.key')).mode & 0o777).to.equal(0o600)
      const [key, entry] = entries().slice(before)
      expect(key.reason).to.equal('the database was restored from a backup, and the key that signed it is lost')
      const old = entries().find(({ kind }) => kind === 'key')
      expect(key.detail.former.origin).to.equal(old?.detail.origin)
      expect(entry.detail.key_lost).to.equal(old?.detail.vkey)
      rocket = await folder.serve()
      expect((await folder.json<{ keys: string[] }>('ledger key')).keys).to.deep.equal([key.detail.vkey])
      expect((await folder.rocket('ledger verify')).code).to.equal(0)
    })
  })

  describe('pause and resume', () => {
    it('stop redeeming beside the running server, and let it go on', async () => {
      await give('42', 10)
      const token = await issueToken(folder, '--scope learner --user 42')
      let keys = 0
      const redeem = async () => {
        const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': `key ${++keys}` }
        const response = await fetch(`${rocket.url}/api/rewards/tea/redeem`, {
          method: 'POST',
          headers,
          body: '{"expected_cost":5}',
        })
        return ((await response.json()) as { code?: string; status: unknown }).code ?? response.status
      }
      expect(await redeem()).to.equal(201)
      const pause = await run('pause', 'redeeming', '--reason', 'the shop moves')
      expect([pause.code, pause.out]).to.deep.equal([0, 'Redeeming is paused now.\n'])
      expect((await run('pause', 'redeeming', '--reason', 'again')).out).to.equal('Redeeming is paused, as before.\n')
      expect(await redeem()).to.equal('redeeming_paused')
      const paused = (await findings()).find(({ what }) => what.includes('paused'))
      expect(paused?.what).to.match(/^redeeming is paused since \S+Z: the shop moves$/)
      expect(await folder.json('resume redeeming --reason done')).to.deep.equal({ redeeming: 'open', changed: true })
      expect((await run('resume', 'redeeming', '--reason', 'again')).out).to.equal('Redeeming goes on, as before.\n')
      expect(await redeem()).to.equal(201)
    })

    it('know nothing else that could be paused', async () => {
      for (const args of [
        ['pause'],
        ['pause', 'earning', '--reason', 'x'],
        ['pause', 'redeeming'],
        ['resume', 'redeeming', '--rule', 'x'],
      ]) {
        const { code, err } = await run(...args)
        expect([args.join(' '), code]).to.deep.equal([args.join(' '), 2])
        expect(err).to.contain('redeeming')
      }
    })

    it('end the wait after a restore, with a word about what that risks, and doctor tells who decided it', async () => {
      await pairWith(folder, rocket)
      const file = await backUp()
      await rocket.stop()
      await restore(file)
      rocket = await folder.serve()
      const asked = (await findings()).filter(({ what }) => /paused|asked|before-restore/.test(what))
      expect(asked.map(({ state }) => state)).to.deep.equal(['warn', 'warn', 'ok'])
      const { code, err } = await run('resume', 'redeeming', '--reason', 'Moodle is gone')
      expect(code).to.equal(0)
      expect(err).to.contain('may go out twice')
      const told = (await findings()).filter(({ what }) => /paused|asked|without what Moodle/.test(what))
      expect(told.map(({ state }) => state)).to.deep.equal(['ok'])
      expect(told[0]!.what).to.match(
        /^redeeming went on at \S+Z without what Moodle sent since \S+Z, as cli:\S+ decided: Moodle is gone; what it still sends is taken$/,
      )
    })
  })
})

/** A backup from before there were rewards, with one entry: the configuration that was in force. */
function oldBackup(path: string, folder: string): void {
  mkdirSync(folder)
  const [first] = migrations()
  writeFileSync(join(folder, first!.name), first!.sql)
  const connection = openForWriting(path)
  migrate(connection, folder)
  const text = 'source: moodle\n'
  const files = { 'rocket.yaml': documentHash(text) }
  connection.prepare('INSERT INTO document (hash, text) VALUES (?, ?)').run(files['rocket.yaml'], text)
  const record = { actor: 'server', reason: 'start', detail: { files } }
  const nothing = { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null }
  const writing = { source: 'moodle', at: '2026-01-01T09:00:00.000Z', day: '2026-01-01', salt: 'a'.repeat(64) }
  const entry = sequence({ seq: 0, hash: GENESIS }, { kind: 'configuration', ...nothing, record }, writing)
  connection.prepare('INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)').run(entry.seq, entry.body, entry.hash)
  connection
    .prepare('INSERT INTO private_record (seq, salt, data) VALUES (?, ?, ?)')
    .run(entry.seq, entry.salt, entry.data)
  connection.pragma('journal_mode = DELETE')
  connection.close()
}
