import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { BRIDGE, hasPhp, php } from './php.js'

describe('every PHP file of the bridge', () => {
  it('parses', function () {
    if (!hasPhp) this.skip()
    const files = readdirSync(BRIDGE, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.php'))
    expect(files.length).to.be.greaterThan(50)
    const script = join(import.meta.dirname, 'parse.php')
    const { status, output } = php([script], files.map((path) => join(BRIDGE, path)).join('\n'))!
    expect([status, output]).to.deep.equal([0, ''])
  })
})
