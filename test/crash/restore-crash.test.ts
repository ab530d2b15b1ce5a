/**
 * A restore is killed after each of its steps. The next start has the database from before it or the one from the backup,
 * whole, and nothing is left between the two.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../../sidecar/version.js'
import { Folder, run } from '../cli/program.js'
import { pairWith } from './killing.js'

const PROGRAM = join(ROOT, 'test/crash/restore-until.ts')
/** In their order, and whether the backup is the database once the step is done. */
const STEPS: readonly (readonly [string, boolean])[] = [
  ['copied', false],
  ['checked', false],
  ['written', false],
  ['ready', true],
  ['put away', true],
  ['kept', true],
  ['kept-wal', true],
  ['in place', true],
]

/** The name of a file with a checkpoint. */
const UNKNOWN = '2020-01-01'

interface Verified {
  readonly checkpoints: { readonly own: number }
  readonly problems: readonly { readonly message: string }[]
}

describe('a restore that is killed', function () {
  this.timeout(60_000)
  let folder: Folder
  let backup: string
  before(async () => {
    folder = new Folder({ 'rocket.yaml': 'source: moodle\n', 'rules/pack.yaml': '[]' })
    const rocket = await folder.serve()
    await pairWith(folder, rocket)
    const give = (user: string) => folder.run(['adjust', user, '10', '--reason', 'a test'])
    await give('before')
    await give('forgotten')
    backup = join(folder.path, 'backup')
    expect((await folder.run(['backup', backup])).code).to.equal(0)
    await give('after')
    expect((await folder.run(['learner', 'erase', 'forgotten', '--reason', 'asked for it'])).code).to.equal(0)
    await rocket.stop()
    // Of a name that the backup does not know: it would be missed by who verifies that one.
    writeFileSync(join(folder.home, 'checkpoints', UNKNOWN), 'rocket/moodle/elsewhere\n1\n')
    cpSync(folder.home, join(folder.path, 'kept'), { recursive: true })
  })
  after(() => folder.remove())
  beforeEach(() => {
    rmSync(folder.home, { recursive: true })
    cpSync(join(folder.path, 'kept'), folder.home, { recursive: true })
  })

  const learners = async (): Promise<string[]> => {
    const { stdout } = await folder.rocket('ledger export --format csv')
    return ['before', 'forgotten', 'after'].filter((user) => stdout.includes(user))
  }
  const files = () =>
    readdirSync(folder.home).filter((name) => /^rocket\.sqlite/.test(name) && !/-(wal|shm)$/.test(name))

  for (const [step, isRestored] of STEPS) {
    it(`after the step “${step}”: the next start finds ${isRestored ? 'the backup' : 'what was there'}`, async () => {
      const killed = await run(process.execPath, ['--import', 'tsx', PROGRAM, folder.home, backup, step], {})
      expect([killed.code, killed.stderr]).to.deep.equal([null, ''])
      const rocket = await folder.serve()
      expect(rocket.other()).to.equal('')
      expect(await learners()).to.deep.equal(isRestored ? ['before'] : ['before', 'after'])
      const { checkpoints, problems } = await folder.json<Verified>('ledger verify')
      expect(problems.map(({ message }) => message.includes(UNKNOWN))).to.deep.equal(isRestored ? [] : [true])
      expect(checkpoints.own).to.be.greaterThan(0)
      expect(existsSync(join(folder.home, 'checkpoints', UNKNOWN))).to.equal(!isRestored)
      expect(files()).to.deep.equal(['rocket.sqlite', ...(isRestored ? ['rocket.sqlite.before-restore-1'] : [])])
      const { findings } = await folder.json<{ findings: { what: string }[] }>('doctor')
      expect(findings.some(({ what }) => what.startsWith('redeeming is paused'))).to.equal(isRestored)
      await rocket.stop()
    })
  }

  it('can be asked for again, whichever step it had come to', async () => {
    for (const step of ['written', 'kept']) {
      await run(process.execPath, ['--import', 'tsx', PROGRAM, folder.home, backup, step], {})
      const { code, stderr } = await folder.run(['restore', backup, '--reason', 'again'])
      expect(code, stderr).to.equal(0)
    }
    // The second one was ended first, and then done again.
    expect(files()).to.deep.equal([
      'rocket.sqlite',
      ...[1, 2, 3].map((number) => `rocket.sqlite.before-restore-${number}`),
    ])
    expect(await learners()).to.deep.equal(['before'])
  })
})

describe('an erasure that a crash cuts off from its list', () => {
  it('is on it after the next start', async function () {
    this.timeout(60_000)
    const folder = new Folder({ 'rocket.yaml': 'source: moodle\n', 'rules/pack.yaml': '[]' })
    try {
      const rocket = await folder.serve()
      await folder.run(['adjust', '42', '10', '--reason', 'a test'])
      await folder.run(['learner', 'erase', '42', '--reason', 'asked for it'])
      const list = join(folder.home, 'erased.txt')
      const written = readFileSync(list, 'utf8')
      await rocket.stop('SIGKILL')
      rmSync(list)
      await folder.serve()
      expect(existsSync(list) && readFileSync(list, 'utf8')).to.equal(written)
    } finally {
      await folder.remove()
    }
  })
})
