/** The walk-through of the README, run as it stands there: by a shell, in a copy of what a checkout has. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../sidecar/version.js'
import { blocksOf } from './docs/pages.js'

/** A port that nobody listens on. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

describe('the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const steps = blocksOf(readme).filter(({ info }) => info === 'sh walk')

  it('walks from a quiz to the till in commands that work', async function () {
    this.timeout(60_000)
    expect(steps).to.have.length(5)
    const checkout = mkdtempSync(join(tmpdir(), 'rocket-readme-'))
    try {
      for (const name of ['rules-examples', 'scripts', 'package.json', 'dist']) {
        cpSync(join(ROOT, name), join(checkout, name), { recursive: true })
      }
      symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
      const [rocket, shop] = [await freePort(), await freePort()]
      const own = (text: string) => text.replaceAll('4310', String(rocket)).replaceAll('4400', String(shop))
      // Each step ends with a mark, so that what it printed can be told apart.
      const script = [
        'set -eu',
        // The server writes its last checkpoint while it stops.
        "trap 'kill $(jobs -p); wait' EXIT",
        ...steps.map(({ text }) => `${own(text)}\necho; echo "#"`),
      ].join('\n')
      const config = join(checkout, 'rules-examples/18-partner/rewards.yaml')
      spawnSync('sed', ['-i', `s/4400/${shop}/`, config])
      const { ROCKET_HOME: _, ...others } = process.env
      const ran = spawnSync('bash', ['-c', script], {
        cwd: checkout,
        env: { ...others, ROCKET_PORT: String(rocket), NO_PROXY: '127.0.0.1', ROCKET_LOG: 'info' },
        encoding: 'utf8',
        timeout: 50_000,
      })
      expect(ran.status, ran.stdout + ran.stderr).to.equal(0)
      const [, , locked = '', redeemed = '', till = ''] = ran.stdout.split('\n#\n')

      const [reward] = JSON.parse(locked.slice(locked.indexOf('{'))).rewards
      expect(locked).to.include('60 points granted')
      expect(reward).to.deep.include({ id: 'campus-voucher', available: false })
      expect(reward.locked_because.map(({ text }: { text: string }) => text)).to.deep.equal([
        'Earn the badge Laboratory safety',
      ])

      const answer = JSON.parse(redeemed.slice(redeemed.indexOf('{"redemption_id')))
      expect(answer).to.include({ status: 'delivering', balance: 10 })
      expect(answer.token).to.match(/^([0-9A-Z]{4}-){6}[0-9A-Z*~$=]$/)

      expect(till).to.include('"status":"consumed"')
      expect(till).to.match(/"code":"token_consumed","detail":"This token was used on .*\(shop, sale-1\)/)
      expect(till).to.match(new RegExp(`${answer.redemption_id} +consumed`))
      expect(till).to.include('The ledger verifies')
    } finally {
      rmSync(checkout, { recursive: true, force: true })
    }
  })
})
