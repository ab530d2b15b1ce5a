import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { readCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { Owner } from '../attack/owner.js'
import { openVictim, type Victim } from '../attack/victim.js'
import { Folder, PROGRAM, run } from './program.js'

interface Result {
  readonly ok: boolean
  readonly root: string
  readonly checkpoints: { own: number; against: number }
  readonly declared_lost: object[]
  readonly problems: { seq: number | null; message: string }[]
}

describe('rocket ledger verify', function () {
  this.timeout(30_000)
  const folder = new Folder()
  let victim: Victim
  let key = ''
  const kept = join(folder.path, 'kept.checkpoint')
  const verify = async (home: string, ...args: string[]) =>
    run(process.execPath, [PROGRAM, 'ledger', 'verify', ...args], { ROCKET_HOME: home }, folder.path)
  const json = async (home: string, ...args: string[]): Promise<Result> =>
    JSON.parse((await verify(home, '--json', ...args)).stdout)

  before(async () => {
    victim = openVictim()
    writeFileSync(kept, victim.elsewhere)
    key = readKey(victim.home)
  })
  after(async () => {
    victim.remove()
    await folder.remove()
  })

  it('says which checkpoints agree, and the root', async () => {
    const own = await verify(victim.home)
    expect([own.code, own.stderr]).to.deep.equal([0, ''])
    expect(own.stdout).to.match(/, root [0-9a-f]{64}; .*; \d+ checkpoints kept here agree\.\n$/)
    const { stdout } = await verify(victim.home, '--quick', '--against', kept, '--key', key)
    expect(stdout).to.match(
      /chain and tree only \(--quick\); \d+ checkpoints kept here agree; 1 checkpoint that you gave agree/,
    )
    const full = await json(victim.home, '--against', kept, '--against', join(victim.home, 'checkpoints/latest'))
    expect(full).to.deep.include({ ok: true, declared_lost: [], problems: [] })
    expect(full.checkpoints.against).to.equal(2)
    const latest = readCheckpoint(readFileSync(join(victim.home, 'checkpoints/latest'), 'utf8'))
    expect(full.root).to.equal(latest.root.toString('hex'))
  })

  it('says by a checkpoint that was kept elsewhere what those kept here no longer know', async () => {
    const owner = new Owner(victim.home)
    owner.enrich(30)
    owner.signAnew()
    expect((await verify(owner.home)).code).to.equal(0)
    const { code, stdout } = await verify(owner.home, '--against', kept)
    expect(code).to.equal(1)
    expect(stdout)
      .to.contain(`First: the checkpoint of ${victim.published} entries that you gave (${kept}) has another root`)
      .and.to.contain('they were signed anew')
      .and.to.contain('What to do')
    owner.close()
  })

  it('says what a restore gave up', async () => {
    const owner = new Owner(victim.home)
    owner.truncate(victim.published)
    owner.giveUp()
    const { code, stdout } = await verify(owner.home)
    expect(code).to.equal(0)
    const [kept, entry, signed] = [victim.published, victim.published + 1, victim.size]
    const declared = stdout
      .replace(/rocket\/moodle\/\w+/, 'ORIGIN')
      .split('\n')
      .at(-2)
    expect(declared).to.equal(
      `Declared lost: the entries ${entry}–${signed} of ORIGIN were given up by a restore, as entry ${entry} says.`,
    )
    const { declared_lost: lost } = await json(owner.home)
    expect(lost).to.have.length(1)
    expect(lost[0]).to.deep.include({ kept, signed, entry })
    owner.close()
  })

  it('takes the keys as `ledger key` prints them, before and after one was changed', async () => {
    const owner = new Owner(victim.home)
    const key = async (...args: string[]) =>
      (await run(process.execPath, [PROGRAM, 'ledger', 'key', ...args], { ROCKET_HOME: owner.home }, folder.path))
        .stdout
    const before = await key()
    const after = await key('--rotate', '--reason', 'yearly')
    expect(after.trimEnd().split('\n')).to.have.length(2)
    for (const given of [before, after])
      expect((await verify(owner.home, '--against', kept, '--key', given)).code, given).to.equal(0)
    const [fresh = '', old = ''] = after.split('\n')
    expect((await verify(owner.home, '--against', kept, '--key', fresh, '--key', old)).code).to.equal(0)
    const { code, stdout } = await verify(owner.home, '--against', kept, '--key', fresh)
    expect([code, stdout.includes('nobody whose key is known signed this')]).to.deep.equal([1, true])
    owner.close()
  })

  it('ends with 2 for a key that is none, and with 1 for a file that is not there', async () => {
    const wrong = await verify(victim.home, '--key', key.replace(/\+.*\+/, '+00000000+'))
    expect([wrong.code, /Usage: scripts\/rocket ledger verify/.test(wrong.stderr)]).to.deep.equal([2, true])
    expect((await verify(victim.home, '--key', '')).code).to.equal(2)
    const missing = await verify(victim.home, '--against', 'nowhere')
    expect([missing.code, missing.stderr.includes('nowhere'), /^\s+at /m.test(missing.stderr)]).to.deep.equal([
      1,
      true,
      false,
    ])
  })
})

/** The public key, as the ledger names it. */
function readKey(home: string): string {
  const connection = new Sqlite(join(home, 'rocket.sqlite'), { readonly: true })
  const vkey = "SELECT data ->> '$.detail.vkey' FROM private_record WHERE data ->> '$.detail.vkey' IS NOT NULL"
  const found = connection.prepare<[], string>(vkey).pluck().get()!
  connection.close()
  return found
}
