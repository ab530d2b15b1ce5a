import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  createHome,
  databasePath,
  HomeError,
  lockHome,
  readSecrets,
  requireHome,
  runningServer,
  writeSecrets,
} from '../sidecar/home.js'

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('a home', () => {
  let folder: string
  let home: string
  let secretsPath: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocket-home-'))
    home = join(folder, 'deep', 'home')
    secretsPath = join(home, 'secrets.json')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is made for its owner alone, with secrets that nobody else can read', () => {
    createHome(home)
    expect([mode(home), mode(secretsPath)]).to.deep.equal(['700', '600'])
    const { tokenKey, eventKey, pairing } = readSecrets(home)
    expect(pairing).to.equal(null)
    for (const secret of [tokenKey, eventKey]) expect(Buffer.from(secret, 'base64url')).to.have.length(32)
    expect(tokenKey).not.to.equal(eventKey)
  })

  it('keeps its secrets when it is made again', () => {
    createHome(home)
    const before = readSecrets(home)
    createHome(home)
    expect(readSecrets(home)).to.deep.equal(before)
  })

  it('replaces its secrets whole, whatever a crash left behind', () => {
    createHome(home)
    const half = `${secretsPath}.0000000a.part`
    writeFileSync(half, '{"half', { mode: 0o644 })
    utimesSync(half, 1, 1)
    const changed = { ...readSecrets(home), tokenKey: 'changed' }
    writeSecrets(home, changed)
    expect(readSecrets(home)).to.deep.equal(changed)
    expect(mode(secretsPath)).to.equal('600')
    expect(existsSync(half)).to.equal(false)
  })

  it('is not made anew where its secrets are gone and its database is not', () => {
    createHome(home)
    writeFileSync(databasePath(home), '')
    rmSync(secretsPath)
    expect(() => createHome(home)).to.throw(HomeError, 'backup')
    expect(existsSync(secretsPath)).to.equal(false)
  })

  it('refuses secrets that others can read, and says what to run', () => {
    createHome(home)
    for (const open of [0o640, 0o604, 0o660, 0o610]) {
      chmodSync(secretsPath, open)
      expect(() => readSecrets(home)).to.throw(HomeError, `chmod 600 ${secretsPath}`)
    }
    chmodSync(secretsPath, 0o400)
    expect(readSecrets(home)).to.have.property('tokenKey')
  })

  it('refuses secrets that are missing or broken', () => {
    createHome(home)
    for (const text of ['', '{"tokenKey":', 'null', '[]', '{}', '{"tokenKey":"a","pairing":null}']) {
      writeFileSync(secretsPath, text)
      expect(() => readSecrets(home), text).to.throw(HomeError, 'backup')
    }
    rmSync(secretsPath)
    expect(() => readSecrets(home)).to.throw(HomeError, 'missing')
  })

  it('is required by commands once a server has made it', () => {
    expect(() => requireHome(home)).to.throw(HomeError, 'npm start')
    createHome(home)
    expect(() => requireHome(home)).to.throw(HomeError, 'npm start')
    writeFileSync(databasePath(home), '')
    requireHome(home)
  })

  it('has one server: a second is told which process has it, and where', () => {
    createHome(home)
    expect(runningServer(home)).to.equal(null)
    const lock = lockHome(home)
    lock.announce({ pid: 4242, url: 'http://127.0.0.1:1' })
    expect(runningServer(home)).to.deep.equal({ pid: 4242, url: 'http://127.0.0.1:1' })
    expect(() => lockHome(home)).to.throw(HomeError, /4242.*127\.0\.0\.1:1/)
    lock.release()
    expect(runningServer(home)).to.equal(null)
    const next = lockHome(home)
    expect(runningServer(home)).to.equal(null)
    next.release()
  }).timeout(5_000)

  it('can be locked before it is there, so that two first servers do not make it both', () => {
    const lock = lockHome(home)
    expect(mode(home)).to.equal('700')
    expect(() => lockHome(home)).to.throw(HomeError, 'Another Rocket server')
    lock.release()
  })

  it('is not held by what a server that was killed left behind', () => {
    createHome(home)
    lockHome(home).release()
    writeFileSync(join(home, 'server.json'), '{"pid":1,"url":"http://127.0.0.1:1"}')
    expect(runningServer(home)).to.equal(null)
    lockHome(home).release()
  })

  it('is not disturbed by who asks whether a server runs', () => {
    mkdirSync(home, { recursive: true })
    expect(runningServer(home)).to.equal(null)
    expect(existsSync(join(home, 'server.lock'))).to.equal(false)
  })
})
