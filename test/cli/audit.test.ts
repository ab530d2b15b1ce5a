import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Evidence } from '../../sidecar/actions/audit.js'
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import { entryOf } from '../../sidecar/domain/entry.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { databasePath, readSecrets } from '../../sidecar/home.js'
import { openForWriting } from '../../sidecar/store/database.js'
import { createStores } from '../../sidecar/store/stores.js'
import { unzip } from '../archive/unzip.js'
import { wireEvent } from '../support.js'
import { Folder, issueToken, type RunningRocket } from './program.js'

describe('rocket audit', function () {
  this.timeout(60_000)
  let folder: Folder
  let rocket: RunningRocket
  before(async () => {
    folder = new Folder({
      'rocket.yaml': 'source: moodle\ntimezone: Pacific/Kiritimati\n',
      'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 10, frequency: 3 }\n',
    })
    rocket = await folder.serve()
    const token = await issueToken(folder, '--scope events')
    const time = new Date().toISOString()
    const events = Array.from({ length: 6 }, (_, n) => wireEvent({ time, user: n % 2 ? '42' : '43' }))
    const headers = { Authorization: `Bearer ${token}` }
    const body = JSON.stringify({ events })
    expect((await fetch(`${rocket.url}/api/events`, { method: 'POST', headers, body })).status).to.equal(200)
  })
  after(() => folder.remove())

  const out = () => join(folder.path, 'evidence.zip')
  const PERIOD = '--from 2020-01-01 --to 2099-01-01'

  it('writes one file beside a running server, and says what it says', async () => {
    writeFileSync(out(), 'an older one')
    const { code, stdout, stderr } = await folder.rocket(`audit ${PERIOD} --out ${out()}`)
    expect([code, stdout]).to.deep.equal([0, ''])
    expect(stderr)
      .to.match(/^The ledger verifies\.$/m)
      .and.to.match(/all 6 grants and revocations come out as they are/)
      .and.to.match(
        /^Wrote .*evidence\.zip: [\d,]+ bytes, \d+ entries of the period, a sample of \d+ by the seed \d+\.$/m,
      )
    expect(statSync(out()).mode & 0o777).to.equal(0o600)
    const files = unzip(readFileSync(out()))
    expect(files.get('README.txt')!.toString()).to.include('Pacific/Kiritimati')
    expect([...files.keys()].filter((path) => path.startsWith('checkpoints/'))).to.have.length(1)
  })

  it('gives the same as JSON, with the sample of a seed that was named', async () => {
    const told = await folder.json<Evidence & { entries: number }>(`audit ${PERIOD} --out ${out()} --seed 7`)
    expect(told).to.deep.include({ ok: true, seed: 7, file: out() })
    expect(told.sample).to.have.length(told.last)
    expect(told.replay).to.deep.equal({ judged: 6, agree: 6, not_judged: {}, problems: [] })
  })

  it('takes dates in the institution’s zone', async () => {
    // It is already the next day there, fourteen hours ahead.
    const day = new Date(Date.now() + 14 * 3_600_000)
    const [today, tomorrow] = [0, 1].map((days) =>
      new Date(day.getTime() + days * 86_400_000).toISOString().slice(0, 10),
    )
    const { first, last } = await folder.json<Evidence>(`audit --from ${today} --to ${tomorrow} --out ${out()}`)
    expect(last - first).to.be.greaterThan(5)
  })

  it('refuses what is no period, no seed, or has no folder to go to', async () => {
    for (const wrong of [
      `--to 2099-01-01 --out ${out()}`,
      `--from 2020-01-01 --out ${out()}`,
      PERIOD,
      `--from 2099-01-01 --to 2020-01-01 --out ${out()}`,
      `--from yesterday --to 2099-01-01 --out ${out()}`,
      `${PERIOD} --out ${out()} --seed x`,
    ]) {
      expect((await folder.rocket(`audit ${wrong}`)).code, wrong).to.equal(2)
    }
    const { code, stderr } = await folder.rocket(`audit ${PERIOD} --out ${join(folder.path, 'none', 'x.zip')}`)
    expect([code, stderr.startsWith('There is no folder')]).to.deep.equal([1, true])
  })

  describe('ledger verify --replay', () => {
    it('says that every grant comes out as it is', async () => {
      const { code, stdout } = await folder.rocket('ledger verify --replay')
      expect(code).to.equal(0)
      expect(stdout).to.match(/^The ledger verifies: .*\nDecided again .* all 6 grants and revocations/)
      const { replay } = await folder.json<Evidence>('ledger verify --quick --replay')
      expect(replay).to.deep.equal({ judged: 6, agree: 6, not_judged: {}, problems: [] })
    })

    it('ends with 1 where a grant would be decided otherwise, and names the first; so does audit', async () => {
      await rocket.stop()
      const seq = forge(folder.home)
      const { code, stdout } = await folder.rocket('ledger verify --replay')
      expect(code).to.equal(1)
      expect(stdout).to.match(/^The ledger verifies: /)
      expect(stdout).to.match(
        new RegExp(`1 of 7 grants and revocations come out OTHERWISE\\. First: entry ${seq}: .*frequency`),
      )
      const told = await folder.rocket(`audit ${PERIOD} --out ${out()}`)
      expect([told.code, existsSync(out())]).to.deep.equal([1, true])
      expect(unzip(readFileSync(out())).get('README.txt')!.toString()).to.include('OTHERWISE')
    })
  })
})

/** One grant too many, by somebody who owns the database: everything beside it is made to agree. */
function forge(home: string): number {
  const connection = openForWriting(databasePath(home))
  const stores = createStores(connection, readSecrets(home))
  const { learners, ledger } = stores
  const { rules, civil } = new RulesInForce(stores.configurations).current()
  const subject = learners.subjectOf('moodle', '42')!
  const [object, act, time] = ['quiz_attempts:999', 'quiz.graded:quiz_attempts:999', new Date().toISOString()]
  const event = { userId: '42', eventId: 'forged', event: canonicalName('quiz.graded')!, time, object, act }
  const { seq } = stores.writer.write(() => {
    const detail = { data: { score: 100 } }
    const grant = { subject, points: 10, rule: `graded@${rules[0]!.rule.version}`, record: { ...event, detail } }
    const entry = ledger.append(entryOf({ kind: 'grant', ...grant }), 'moodle', Date.now(), civil)
    const memory = { rule: 'graded', act, deed: act, course: null, activity: null, object, time: Date.parse(time) }
    learners.addGranted(subject, { seq: entry.seq, ...memory, points: 10, held: false })
    return entry
  })
  connection.close()
  return seq
}
