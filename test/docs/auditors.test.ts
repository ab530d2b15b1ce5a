/** The page for auditors: its commands are run, as they stand there, on a real home; its messages are those that come. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { ROOT } from '../../sidecar/version.js'
import { Owner } from '../attack/owner.js'
import { openVictim } from '../attack/victim.js'
import { Folder, run } from '../cli/program.js'
import { blocksOf, page } from './pages.js'

describe('auditors.md', function () {
  this.timeout(60_000)
  const text = page('auditors.md')
  const blocks = blocksOf(text)
  const folder = new Folder({ 'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 10 }\n' })
  before(async () => {
    const rocket = await folder.serve()
    await rocket.stop('SIGTERM')
  })
  after(() => folder.remove())

  it('has commands that all end well', async () => {
    const commands = blocks.filter(({ info }) => info === 'sh')
    expect(commands).to.have.length(7)
    for (const { text: shown, line } of commands) {
      const command = shown.replace(/^(node )?scripts\//gm, `$1${ROOT}/scripts/`)
      const { code, stderr } = await run('bash', ['-euc', command], { ROCKET_HOME: folder.home }, folder.path)
      expect([code, stderr.replace(/^Wrote .*\n/, '')], `line ${line}`).to.deep.equal([0, ''])
    }
    const name = (file: string) => readFileSync(join(folder.path, file), 'utf8')
    expect(name('rocket.key')).to.match(/^(rocket\/\S+\+[0-9a-f]{8}\+\S+\n){2}$/)
    expect(name('2026-11.checkpoint').split('\n')).to.have.length(6)
  })

  it('has the two messages that a checkpoint of one’s own is for', () => {
    const victim = openVictim()
    const against = [{ name: '2026-11.checkpoint', text: victim.elsewhere }]
    const judged = (attack: (owner: Owner) => void): string => {
      const owner = new Owner(victim.home)
      attack(owner)
      const [first] = verifyLedger(owner.connection, { quick: false, against }).problems
      owner.close()
      return first?.message ?? ''
    }
    const shown = blocks
      .find(({ info }) => info === 'text')!
      .text.trimEnd()
      .split('\n')
    const changed = judged((owner) => {
      owner.enrich(30)
      owner.signAnew()
    })
    const gone = judged((owner) => {
      owner.truncate(victim.published - 4)
      owner.dropCheckpoints(victim.published - 4)
    })
    victim.remove()
    expect([changed.split('; ')[0], gone]).to.deep.equal(shown)
  })

  it('leads to pages that are there', () => {
    const links = [...text.matchAll(/\]\(([a-z-]+\.md)[^)]*\)/g)].map(([, target]) => target!)
    expect(links.length).to.be.greaterThan(1)
    for (const target of links) expect(page(target)).not.to.equal('')
  })
})
