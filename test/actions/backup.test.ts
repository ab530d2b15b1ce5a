import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Backup, backUpNightly, makeBackup, nightlyBackups } from '../../sidecar/actions/backup.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { openForWriting } from '../../sidecar/store/database.js'
import { sendEvents } from '../http/calls.js'
import { openRocket, SEED_RULE, type TestRocket, wireEvent } from '../support.js'

const DAY = 86_400_000
/** What a backup leaves behind that is killed. */
const REMAINS = 'rocket-2020-01-01.sqlite.0123abcd.part'
const SETTINGS = 'source: moodle\ntimezone: Europe/London\nretention: { backups: 3d }\n'

describe('a backup', () => {
  let rocket: TestRocket
  beforeEach(async () => {
    rocket = openRocket(SEED_RULE, SETTINGS)
    await sendEvents(rocket, [wireEvent()])
  })
  afterEach(() => rocket.close())

  const at = (name: string) => join(rocket.home, name)
  const make = (file: string) => makeBackup(rocket.home, file, () => {})
  const why = async (file: string): Promise<string> => {
    try {
      await make(file)
    } catch (error) {
      if (error instanceof Refusal) return error.message
      throw error
    }
    throw new Error('it was made')
  }

  it('is verified, and says what it holds', async () => {
    const steps = new Set<string>()
    const { seq, hash } = rocket.context.stores.ledger.head()
    const made = await makeBackup(rocket.home, at('b'), (what, done, of) => {
      steps.add(what)
      expect(done).to.be.within(0, of)
    })
    expect(made).to.deep.include({ file: at('b'), entries: seq, head: { seq, hash }, bytes: statSync(at('b')).size })
    expect(made.sha256).to.match(/^[0-9a-f]{64}$/)
    expect([...steps]).to.deep.equal(['copied', 'verified'])
    expect(statSync(at('b')).mode & 0o777).to.equal(0o600)
    expect(readdirSync(rocket.home).filter((name) => name.includes('part'))).to.deep.equal([])
  })

  it('takes the place of an earlier one, and of nothing else', async () => {
    const first = await make(at('b'))
    await sendEvents(rocket, [wireEvent({ user: '43' })])
    expect((await make(at('b'))).entries).to.equal(first.entries + 1)
    writeFileSync(at('text'), 'not to be lost')
    symlinkSync(at('b'), at('link'))
    expect(await why(at('text'))).to.contain('no backup of Rocket’s')
    for (const name of ['link', 'config']) expect(await why(at(name))).to.contain('no plain file')
    expect(await why(at('rocket.sqlite'))).to.contain('in use')
    expect(await why(at('none/b'))).to.contain('There is no folder')
    expect(readFileSync(at('text'), 'utf8')).to.equal('not to be lost')
  })

  it('that does not verify gets no name, and the one before stays', async () => {
    await make(at('b'))
    const before = readFileSync(at('b'))
    const { connection } = rocket.context.stores.writer
    connection.exec('UPDATE balance SET points = points + 1')
    expect(await why(at('b'))).to.match(/No backup was made\. The ledger does not verify: .*points/)
    expect(readFileSync(at('b')).equals(before)).to.equal(true)
    expect(readdirSync(rocket.home).filter((name) => name.includes('part'))).to.deep.equal([])
  })

  it('of a database in which SQLite cannot read on gets no name either', async () => {
    // Damage that only shows where the page is read.
    const opened = openSync(at('rocket.sqlite'), 'r+')
    rocket.context.stores.writer.connection.pragma('wal_checkpoint(TRUNCATE)')
    const page = rocket.context.reader
      .prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'private_record'")
      .pluck()
      .get()!
    writeSync(opened, Buffer.alloc(4096, 0xff), 0, 4096, (page - 1) * 4096)
    closeSync(opened)
    expect(await why(at('b'))).to.match(/No backup was made\. SQLite finds it damaged \(/)
    expect(existsSync(at('b'))).to.equal(false)
  })

  describe('by night', () => {
    const fake = (file: string): Promise<Backup> => {
      writeFileSync(file, 'a backup')
      return Promise.resolve({ file, bytes: 8, sha256: '', entries: 2, head: { seq: 2, hash: '' } })
    }
    const names = () => nightlyBackups(rocket.home).map(({ name }) => name)
    const night = (make = fake) => backUpNightly(rocket.context, make)

    it('has the day of the institution’s zone in its name, and goes when its days are over', async () => {
      rocket.clock.now = Date.parse('2026-06-30T23:30:00Z')
      for (let n = 0; n < 6; n++) {
        expect(await night()).to.match(/rocket-2026-07-0\d\.sqlite: 1 MiB, 2 entries, verified/)
        rocket.clock.now += DAY
      }
      expect(names()).to.deep.equal(['06', '05', '04', '03'].map((day) => `rocket-2026-07-${day}.sqlite`))
    })

    it('stays, however old, where no newer one could be made', async () => {
      await night()
      rocket.clock.now += 90 * DAY
      const broken = () => Promise.reject(new Error('the ledger does not verify'))
      await night(broken).then(
        () => expect.fail('it was made'),
        (error: Error) => expect(error.message).to.contain('does not verify'),
      )
      expect(names()).to.deep.equal(['rocket-2026-11-23.sqlite'])
      await night()
      expect(names()).to.deep.equal(['rocket-2027-02-21.sqlite'])
    })

    it('leaves alone what is not its own, and clears away what a crash left of one', async () => {
      await night()
      const folder = join(rocket.home, 'backups')
      for (const name of ['mine.sqlite', REMAINS]) writeFileSync(join(folder, name), '')
      const old = new Date(Date.now() - 2 * DAY)
      utimesSync(join(folder, REMAINS), old, old)
      await night()
      expect(readdirSync(folder).sort()).to.deep.equal(['mine.sqlite', 'rocket-2026-11-23.sqlite'])
    })
  })

  it('of a database from an earlier version waits until that is brought up to date', async () => {
    const connection = openForWriting(at('rocket.sqlite'))
    const version = connection.pragma('user_version', { simple: true }) as number
    connection.pragma(`user_version = ${version - 1}`)
    connection.close()
    await make(at('b')).then(
      () => expect.fail('it was made'),
      (error: Error) => expect(error.message).to.contain('start the server once'),
    )
    expect(existsSync(at('b'))).to.equal(false)
    rmSync(at('b'), { force: true })
  })
})
