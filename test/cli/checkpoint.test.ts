import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { readReceipt } from '../../sidecar/domain/receipt.js'
import { provesInclusion } from '../../sidecar/domain/tree.js'
import { Folder, type RunningRocket } from './program.js'

const PACK = { 'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 1 }\n' }

describe('checkpoints on the command line', () => {
  let folder: Folder
  let rocket: RunningRocket
  const file = (name: string) => join(folder.home, 'checkpoints', name)
  const keys = async () => (await folder.json<{ keys: string[] }>('ledger key')).keys
  before(async () => {
    folder = new Folder(PACK)
    rocket = await folder.serve()
  })
  after(() => folder.remove())

  it('are written to files from the start, for their owner alone', () => {
    const names = readdirSync(join(folder.home, 'checkpoints'))
    expect(names).to.have.length(2)
    expect(names.join()).to.match(/^\d{4}-\d\d-\d\d,latest$/)
    for (const name of names) {
      expect(readFileSync(file(name), 'utf8')).to.equal(readFileSync(file('latest'), 'utf8'))
      expect((statSync(file(name)).mode & 0o777).toString(8)).to.equal('600')
    }
  })

  it('are printed as they are signed, over everything that is on the disk', async () => {
    await folder.run(['adjust', '42', '5', '--reason', 'a test'])
    const { code, stdout } = await folder.rocket('ledger checkpoint')
    expect(code).to.equal(0)
    expect(openCheckpoint(stdout, await keys()).size).to.equal(3)
    expect(readFileSync(file('latest'), 'utf8')).to.equal(stdout)
    expect((await folder.json<{ checkpoint: string }>('ledger checkpoint')).checkpoint).to.equal(stdout)
  })

  it('prove an entry by a receipt', async () => {
    const { stdout } = await folder.rocket('ledger receipt 3')
    const receipt = readReceipt(stdout)
    const { size, root } = openCheckpoint(receipt.checkpoint, await keys())
    const line = (await folder.rocket('ledger export --format jsonl')).stdout.split('\n')[2]!
    const leaf = Buffer.from(JSON.parse(line).hash, 'hex')
    expect(provesInclusion({ ...receipt, size, root, leaf })).to.equal(true)
    for (const [args, said] of [
      ['ledger receipt', 'which entry'],
      ['ledger receipt x', 'no entry’s number'],
      ['ledger receipt 0', 'no entry’s number'],
    ] as const) {
      const wrong = await folder.say(args)
      expect(wrong.code, args).to.equal(2)
      expect(wrong.stderr).to.contain(said)
    }
    const beyond = await folder.say('ledger receipt 4')
    expect(beyond.code).to.equal(1)
    expect(beyond.stderr).to.contain('There is no entry 4: the ledger has 3.')
  })

  it('are signed by a new key from the next one on, by the running server too', async () => {
    const [before] = (await keys()) as [string]
    expect((await folder.say('ledger key --rotate')).code).to.equal(2)
    const { code, stderr } = await folder.run(['ledger', 'key', '--rotate', '--reason', 'a test'])
    expect([code, stderr.includes('thirty days')]).to.deep.equal([0, true])
    const token = (await folder.json<{ token: string }>('token --scope reports')).token
    const answer = await fetch(`${rocket.url}/api/ledger/checkpoint`, { headers: { Authorization: `Bearer ${token}` } })
    const note = await answer.text()
    const [after] = (await keys()) as [string]
    expect(after).not.to.equal(before)
    expect(openCheckpoint(note, [after])).to.deep.equal(openCheckpoint(note, [before]))
  })

  it('are kept a last time when the server stops', async () => {
    await folder.run(['adjust', '42', '5', '--reason', 'a test'])
    const [key] = await keys()
    expect(await rocket.stop()).to.equal(0)
    expect(openCheckpoint(readFileSync(file('latest'), 'utf8'), [key!]).size).to.equal(6)
  })

  it('are never contradicted: a copy of the database that is put in place by hand gets another name at the start', async () => {
    const database = join(folder.home, 'rocket.sqlite')
    const copy = join(folder.path, 'copy.sqlite')
    copyFileSync(database, copy)
    const [key] = (await keys()) as [string]
    const { origin } = openCheckpoint(readFileSync(file('latest'), 'utf8'), [key])
    await folder.run(['adjust', '42', '5', '--reason', 'lost'])
    await folder.rocket('ledger checkpoint')
    for (const ending of ['-wal', '-shm']) rmSync(database + ending, { force: true })
    copyFileSync(copy, database)
    const again = await folder.serve()
    const [now] = (await keys()) as [string]
    const renamed = openCheckpoint(readFileSync(file('latest'), 'utf8'), [now])
    expect(renamed.origin).not.to.equal(origin)
    // The name, and that redeeming rests until Moodle has sent again what is lost.
    expect(renamed.size).to.equal(8)
    expect(await again.stop()).to.equal(0)
    expect(await folder.json('ledger verify')).to.include({ ok: true })
  })

  it('are not signed by another key unless somebody says so: the server does not start without its own', async () => {
    rmSync(join(folder.home, 'ledger.key'))
    const { code, stderr } = await folder.rocket('serve')
    expect(code).to.equal(1)
    expect(stderr).to.contain('put ledger.key back from your backup')
    expect(existsSync(join(folder.home, 'ledger.key'))).to.equal(false)
  })
})
