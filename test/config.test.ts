import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { ConfigError, readConfig } from '../sidecar/config.js'

describe('the environment', () => {
  let folder: string
  let starter: string
  let file: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocket-config-'))
    starter = join(folder, 'starter')
    mkdirSync(starter)
    file = join(folder, 'file')
    writeFileSync(file, '')
  })
  after(() => rmSync(folder, { recursive: true }))

  const read = (env: Record<string, string> = {}) => readConfig(env, starter)
  const problems = (env: Record<string, string>): readonly string[] => {
    try {
      read(env)
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
  }

  it('takes the configuration of the home from when it is there, and never goes back to the starter', () => {
    const home = join(folder, 'home')
    const config = read({ ROCKET_HOME: home })
    expect(config.configFolder).to.equal(starter)
    mkdirSync(join(home, 'config'), { recursive: true })
    expect(config.configFolder).to.equal(join(home, 'config'))
    rmSync(join(home, 'config'), { recursive: true })
    expect(config.configFolder).to.equal(join(home, 'config'))
  })

  it('may say nothing: then Rocket serves on loopback with the starter', () => {
    expect(read()).to.deep.equal({
      home: resolve('data'),
      configFolder: starter,
      host: '127.0.0.1',
      port: 4310,
      tls: null,
      trustProxy: false,
      logLevel: 'info',
    })
  })

  it('takes an empty variable for one that is not set', () => {
    const names = ['HOME', 'CONFIG', 'HOST', 'PORT', 'LOG', 'TLS_CERT', 'TLS_KEY', 'TRUST_PROXY']
    expect(read(Object.fromEntries(names.map((name) => [`ROCKET_${name}`, ''])))).to.deep.equal(read())
  })

  it('uses the configuration in the home where there is one, and the named one before it', () => {
    const home = join(folder, 'home')
    expect(read({ ROCKET_HOME: home }).configFolder).to.equal(starter)
    mkdirSync(join(home, 'config'), { recursive: true })
    expect(read({ ROCKET_HOME: home }).configFolder).to.equal(join(home, 'config'))
    expect(read({ ROCKET_HOME: home, ROCKET_CONFIG: folder }).configFolder).to.equal(folder)
  })

  it('turns relative paths into whole ones', () => {
    expect(read({ ROCKET_HOME: 'here' }).home).to.equal(resolve('here'))
    expect(read({ ROCKET_CONFIG: '.' }).configFolder).to.equal(process.cwd())
  })

  it('takes ports from 0 to 65535', () => {
    expect(read({ ROCKET_PORT: '0' }).port).to.equal(0)
    expect(read({ ROCKET_PORT: '65535' }).port).to.equal(65_535)
    for (const port of ['65536', '-1', '80.5', 'http', '0x50', '1e3', ' 80']) {
      const [problem, ...others] = problems({ ROCKET_PORT: port })
      expect(problem, port).to.contain('ROCKET_PORT').and.to.contain(port)
      expect(others).to.deep.equal([])
    }
  })

  it('needs TLS or a proxy beyond loopback', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      expect(problems({ ROCKET_HOST: host }), host).to.deep.equal([])
    }
    for (const host of [
      '0.0.0.0',
      '::',
      '192.0.2.1',
      'rocket.example.edu',
      '127.example.edu',
      'localhost.example.edu',
    ]) {
      const [problem, ...others] = problems({ ROCKET_HOST: host })
      expect(problem, host).to.contain('ROCKET_TLS_CERT').and.to.contain('ROCKET_TRUST_PROXY')
      expect(others).to.deep.equal([])
    }
    expect(problems({ ROCKET_HOST: '0.0.0.0', ROCKET_TRUST_PROXY: '1' })).to.deep.equal([])
    expect(problems({ ROCKET_HOST: '0.0.0.0', ROCKET_TLS_CERT: file, ROCKET_TLS_KEY: file })).to.deep.equal([])
    expect(problems({ ROCKET_HOST: '0.0.0.0', ROCKET_TRUST_PROXY: '0' })).to.have.length(1)
  })

  it('needs certificate and key together, and files where it names them', () => {
    expect(read({ ROCKET_TLS_CERT: file, ROCKET_TLS_KEY: file }).tls).to.deep.equal({ cert: file, key: file })
    expect(problems({ ROCKET_TLS_CERT: file })[0]).to.contain('go together')
    expect(problems({ ROCKET_TLS_KEY: file })[0]).to.contain('go together')
    const missing = join(folder, 'missing')
    expect(problems({ ROCKET_TLS_CERT: missing, ROCKET_TLS_KEY: missing })).to.have.length(2)
  })

  it('takes the levels of the log by their names', () => {
    expect(read({ ROCKET_LOG: 'debug' }).logLevel).to.equal('debug')
    const [problem] = problems({ ROCKET_LOG: 'loud' })
    expect(problem).to.contain('loud').and.to.contain('info').and.to.contain('silent')
  })

  it('needs folders where it names folders', () => {
    expect(problems({ ROCKET_CONFIG: join(folder, 'missing') })[0]).to.contain('ROCKET_CONFIG')
    // A server would start with no rules at all, and put that in force.
    expect(problems({ ROCKET_CONFIG: file })[0])
      .to.contain('ROCKET_CONFIG')
      .and.to.contain('folder')
    expect(problems({ ROCKET_HOME: file })[0])
      .to.contain('ROCKET_HOME')
      .and.to.contain('folder')
  })

  it('is told everything that is wrong with it at once', () => {
    const found = problems({
      ROCKET_HOME: file,
      ROCKET_CONFIG: join(folder, 'missing'),
      ROCKET_HOST: '0.0.0.0',
      ROCKET_PORT: 'many',
      ROCKET_TLS_KEY: join(folder, 'no-key'),
      ROCKET_TRUST_PROXY: 'perhaps',
      ROCKET_LOG: 'loud',
    }).join('\n')
    for (const name of ['HOME', 'CONFIG', 'HOST', 'PORT', 'TLS_KEY', 'TRUST_PROXY', 'LOG']) {
      expect(found).to.contain(`ROCKET_${name}`)
    }
    expect(found.split('\n')).to.have.length(8)
  })
})
