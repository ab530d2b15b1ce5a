import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'chai'
import { readCheckpoint, signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { signerFrom } from '../../sidecar/domain/note.js'
import { Owner } from '../attack/owner.js'
import { openVictim, type Victim } from '../attack/victim.js'
import { Folder, PROGRAM, run } from './program.js'

interface Result {
  readonly ok: boolean
  readonly root: string
  readonly checkpoints: { own: number; against: number }
  readonly declared_lost: object[]
  readonly kinds: string[]
  readonly problems: { kind: string; seq: number | null; message: string }[]
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
      .at(-3)
    expect(declared).to.equal(
      `Declared lost: the entries ${entry}–${signed} of ORIGIN were given up by a restore, as entry ${entry} says.`,
    )
    const { declared_lost: lost } = await json(owner.home)
    expect(lost).to.have.length(1)
    expect(lost[0]).to.deep.include({ kept, signed, entry })
    owner.close()
  })

  /** By what the problems are about, and what it says is to be done: a word of each. */
  const FAILURES: readonly [
    what: string,
    attack: (owner: Owner) => void,
    kinds: string[],
    advice: RegExp,
    against?: 1,
  ][] = [
    [
      'an entry that was edited where no checkpoint is kept',
      (owner) => {
        owner.editBody(5, (body) => body.replace('"points":', '"points":1'), false)
        owner.dropCheckpoints(0)
      },
      ['entry', 'table'],
      /^What to do: stop the server, keep a copy of the whole home as it is, and restore the newest backup that verifies\.$/,
    ],
    [
      'a private record that was replaced',
      (owner) =>
        owner.run(`UPDATE private_record SET data = replace(data, '"origin":"web"', '"origin":"cli"') WHERE seq = 5`),
      ['entry'],
      /, and restore the newest backup that verifies\.$/,
    ],
    [
      'a record behind more problems of tables than are listed',
      (owner) => {
        owner.run('UPDATE granted SET points = points + 1')
        const last = owner.number('SELECT max(seq) FROM private_record')
        owner.run('UPDATE private_record SET salt = ? WHERE seq = ?', 'f'.repeat(64), last)
      },
      ['entry', 'table'],
      /, and restore the newest backup that verifies\.$/,
    ],
    [
      'a checkpoint that says otherwise',
      (owner) => {
        owner.enrich(30)
        owner.signAnew()
      },
      ['checkpoint'],
      /are of this ledger; if they are, stop the server.* tell whoever keeps checkpoints: show them that one and the newest/,
      1,
    ],
    [
      'a balance that was written by hand',
      (owner) => owner.run('UPDATE balance SET points = points + 1'),
      ['table'],
      /the entries that were read are sound, what is kept beside them is not: .* look who wrote into the database/,
    ],
    [
      'a redemption, named by its entry, that was put back',
      (owner) => owner.run("UPDATE redemption SET state = 'issued' WHERE state = 'consumed'"),
      ['table'],
      /the entries that were read are sound/,
    ],
    [
      'an index that does not find every row',
      (owner) => owner.reindex('entry_kind', (sql) => `${sql} AND seq <> 1`),
      ['file'],
      /look at the disk and at who can write to the file/,
    ],
    [
      'entries that a restore gave up, which somebody has a checkpoint of',
      (owner) => {
        owner.truncate(victim.published - 1)
        owner.giveUp()
      },
      ['given_up'],
      /^What was given up is no fault: ask for the record of that incident/,
      1,
    ],
  ]
  for (const [what, attack, kinds, advice, against] of FAILURES) {
    it(`says what to do about ${what}`, async () => {
      const owner = new Owner(victim.home)
      attack(owner)
      const args = against ? ['--against', kept] : []
      const found = await json(owner.home, ...args)
      expect(found.kinds, JSON.stringify(found.problems)).to.deep.equal(kinds)
      const { code, stdout } = await verify(owner.home, ...args)
      expect(code).to.equal(1)
      expect(stdout.trimEnd().split('\n').at(-1)).to.match(advice)
      expect(stdout.match(/What to do|What was given up/g)).to.have.length(1)
      owner.close()
    })
  }

  it('asks for the incident where entries were given up, and nothing else is wrong', async () => {
    const owner = new Owner(victim.home)
    owner.truncate(victim.published)
    owner.giveUp()
    const { code, stdout } = await verify(owner.home)
    expect([code, stdout.includes('What to do')]).to.deep.equal([0, false])
    expect(stdout.trimEnd().split('\n').at(-1)).to.match(/^What was given up is no fault: ask for the record/)
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

  it('ends with 2 for a key that is none', async () => {
    const wrong = await verify(victim.home, '--key', key.replace(/\+.*\+/, '+00000000+'))
    expect([wrong.code, /Usage: scripts\/rocket ledger verify/.test(wrong.stderr)]).to.deep.equal([2, true])
    expect((await verify(victim.home, '--key', '')).code).to.equal(2)
  })

  it('ends with 2 for a file that is not there, or is no checkpoint and no receipt, and says what to give', async () => {
    const { stdout: receipt } = await run(
      process.execPath,
      [PROGRAM, 'ledger', 'receipt', '3'],
      { ROCKET_HOME: victim.home },
      folder.path,
    )
    const written = (name: string, text: string): string => {
      writeFileSync(join(folder.path, name), text)
      return name
    }
    expect((await verify(victim.home, '--against', written('right.tlog-proof', receipt))).code).to.equal(0)
    const wrong: readonly [file: string, said: string][] = [
      ['nowhere', '--against nowhere cannot be read (ENOENT'],
      ['.', '--against . cannot be read (EISDIR'],
      [written('empty', ''), '--against empty is neither a checkpoint nor a receipt'],
      [written('letter', 'Dear Sir,\n\nenclosed please find\n'), '--against letter is neither'],
      [written('unsigned', victim.elsewhere.split('\n\n')[0]!), '--against unsigned is neither'],
      [written('half.tlog-proof', receipt.split('\n\n')[0]!), '--against half.tlog-proof is neither'],
    ]
    for (const [file, said] of wrong) {
      const { code, stdout, stderr } = await verify(victim.home, '--against', kept, '--against', file)
      expect([code, stdout], file).to.deep.equal([2, ''])
      expect(stderr)
        .to.contain(said)
        .and.to.contain('give a file with a checkpoint that you kept')
        .and.not.match(/^\s+at /m)
    }
  })

  it('finds a problem, and ends with 1, where a checkpoint is of another ledger or signed by a stranger', async () => {
    const { origin, size, root } = readCheckpoint(victim.elsewhere)
    const given = async (name: string, seed: number) => {
      const file = join(folder.path, 'foreign.checkpoint')
      writeFileSync(file, signCheckpoint({ origin: name, size, root }, [signerFrom(name, Buffer.alloc(32, seed))]))
      return verify(victim.home, '--against', file)
    }
    const other = await given('rocket/canvas/12345678', 1)
    expect([other.code, /no entry says that this ledger was ever called that/.test(other.stdout)]).to.deep.equal([
      1,
      true,
    ])
    const forged = await given(origin, 1)
    expect([forged.code, /nobody whose key is known signed this/.test(forged.stdout)]).to.deep.equal([1, true])
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
