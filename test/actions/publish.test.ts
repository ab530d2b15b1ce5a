import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ConfigurationRefused, checkFiles, examineFiles, publish, readFolder } from '../../sidecar/actions/publish.js'
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import { filesHash } from '../../sidecar/store/configuration.js'
import { inFolder, type Opened, open } from '../store/files.js'
import { NOW, SEED_RULE } from '../support.js'

const by = { actor: 'admin', reason: 'start of term', now: NOW }
const files = (pack = SEED_RULE, settings = 'source: moodle\n') =>
  new Map([
    ['rocket.yaml', settings],
    ['rules/pack.yaml', pack],
  ])

describe('publish', () => {
  let opened: Opened
  const put = (given = files(), { stores } = opened) => stores.writer.write(() => publish(stores, given, by))
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  it('is an entry that names every file by its hash, the texts kept beside it', () => {
    expect(put()).to.equal(1)
    const data = opened.connection.prepare('SELECT data FROM private_record').pluck().get() as string
    const { actor, reason, detail } = JSON.parse(data)
    expect({ actor, reason }).to.deep.equal({ actor: 'admin', reason: 'start of term' })
    expect(detail.hash).to.equal(filesHash(files()))
    for (const [path, hash] of Object.entries(detail.files)) {
      const text = opened.connection.prepare('SELECT text FROM document WHERE hash = ?').pluck().get(hash)
      expect(text).to.equal(files().get(path))
    }
    expect(Object.keys(detail.files)).to.deep.equal(['rocket.yaml', 'rules/pack.yaml'])
  })

  it('of exactly what is in force does nothing', () => {
    put()
    expect(put()).to.equal(null)
    expect(put(new Map([...files()].reverse()))).to.equal(null)
    expect(put(files(`${SEED_RULE}\n# a word more\n`))).to.equal(2)
    expect(put()).to.equal(3)
  })

  it('keeps the whole memory of a rule that is renamed twice', () => {
    const rule = (id: string, was: string) =>
      files(`- { id: ${id}, ${was && `was: [${was}], `}event: login, points: 1 }`)
    put(rule('a', ''))
    put(rule('b', 'a'))
    expect(() => put(rule('c', 'b')))
      .to.throw(ConfigurationRefused)
      .with.nested.property('problems[0].message')
      .that.contains('add a to `was` of c')
    expect(put(rule('c', 'b, a'))).to.equal(3)
  })

  it('is all or nothing: one mistake anywhere, and nothing changes', () => {
    put()
    for (const broken of [
      files('- { id: r, event: nonsense, points: 1 }'),
      files(SEED_RULE, 'timezone: Europe/Nowhere'),
      new Map([...files(), ['rules/other.yaml', SEED_RULE]]),
      new Map([...files(), ['rewards.yaml', 'currency: pounds']]),
      new Map([...files(), ['rewards.yaml', 'rewards: [{ id: gift, title: A gift, cost: 50, tier: nowhere }]']]),
      new Map([...files(), ['prizes.yaml', 'currency: GBP']]),
    ]) {
      expect(() => put(broken))
        .to.throw(ConfigurationRefused)
        .with.property('problems').that.is.not.empty
    }
    expect([...opened.stores.configurations.latest()!.files]).to.deep.equal([...files()])
    expect(opened.connection.prepare('SELECT count(*) FROM document').pluck().get()).to.equal(2)
  })

  it('refuses another source once there are learners, whose points would be out of reach', () => {
    put()
    expect(put(files(SEED_RULE, 'source: campus\n'))).to.equal(2)
    opened.stores.writer.write(() => opened.stores.learners.enrol('campus', '42'))
    expect(() => put()).to.throw(ConfigurationRefused)
    expect(put(files('[]', 'source: campus\n'))).to.equal(3)
  })

  it('refuses files without a single pack, for that is a folder in the wrong place', () => {
    put()
    for (const none of [new Map(), new Map([['rocket.yaml', 'source: moodle\n']])]) {
      expect(() => put(none)).to.throw(ConfigurationRefused)
      const { configuration, problems } = examineFiles(none)
      expect(configuration).to.equal(null)
      expect(problems.map(({ file, message }) => `${file} ${message}`).join()).to.match(/^rules there is no rule pack/)
    }
    expect(put(files('[]'))).to.equal(2)
  })

  it('is done by warnings alone', () => {
    const { problems } = checkFiles(files('- { id: r, event: \\local_own\\event\\done, points: 1 }'))
    expect(problems.map(({ severity }) => severity)).to.deep.equal(['warning'])
  })
})

describe('the rules in force', () => {
  it('are those of the latest entry, compiled once', () => {
    const opened = open()
    const { stores } = opened
    const inForce = new RulesInForce(stores.configurations)
    expect(() => inForce.current()).to.throw(/no configuration is in force yet/)
    const put = (pack: string) => stores.writer.write(() => publish(stores, files(pack), by))
    put(SEED_RULE)
    const first = inForce.current()
    expect(first.rules.map(({ rule }) => rule.id)).to.deep.equal(['submit_quiz'])
    expect(inForce.current()).to.equal(first)
    put('[]')
    expect(inForce.current().rules).to.deep.equal([])
    opened.connection.close()
  })

  it(
    'are those that another process published',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const [one, other] = [open(path), open(path)]
      const inForce = new RulesInForce(one.stores.configurations)
      const put = ({ stores }: Opened, pack: string) => stores.writer.write(() => publish(stores, files(pack), by))
      put(one, SEED_RULE)
      expect(inForce.current().rules).to.have.length(1)
      put(other, '[]')
      expect(inForce.current().rules).to.have.length(0)
      one.connection.close()
      other.connection.close()
    }),
  )

  it('are never those of a publication that was rolled back, though another has its number', () => {
    const opened = open()
    const { stores } = opened
    const inForce = new RulesInForce(stores.configurations)
    const undone = () => {
      publish(stores, files(SEED_RULE), by)
      expect(inForce.current().rules).to.have.length(1)
      throw new Error('undone')
    }
    expect(() => stores.writer.write(undone)).to.throw('undone')
    expect(() => inForce.current()).to.throw(/no configuration/)
    stores.writer.write(() => publish(stores, files('[]'), by))
    expect(inForce.current().rules).to.have.length(0)
    opened.connection.close()
  })
})

describe('a configuration folder', () => {
  it('is every YAML file in it and the packs under rules/, not the examples beside them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rocket-config-'))
    mkdirSync(join(folder, 'rules', 'deeper'), { recursive: true })
    for (const name of [
      'rocket.yaml',
      'rewards.yaml',
      'other.yml',
      'other.examples.yaml',
      'notes.txt',
      'rules/b.yml',
      'rules/a.yaml',
      'rules/a.examples.yaml',
      'rules/notes.txt',
      'rules/deeper/c.yaml',
    ]) {
      writeFileSync(join(folder, name), name)
    }
    expect([...readFolder(folder)]).to.deep.equal(
      ['other.yml', 'rewards.yaml', 'rocket.yaml', 'rules/a.yaml', 'rules/b.yml'].map((name) => [name, name]),
    )
    expect([...readFolder(join(folder, 'none'))]).to.deep.equal([])
    rmSync(folder, { recursive: true })
  })
})
