import { expect } from 'chai'
import { documentHash, filesHash } from '../../sidecar/store/configuration.js'
import { append, type Opened, open } from './files.js'

const files = new Map([
  ['rocket.yaml', 'source: moodle\n'],
  ['rules/a.yaml', '[]'],
])

describe('Configurations', () => {
  let opened: Opened
  const store = () => opened.stores.configurations
  const keep = (given: ReadonlyMap<string, string>) =>
    append(opened, { kind: 'configuration', record: { detail: { files: store().keep(given) } } })
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  it('are none at first', () => {
    expect(store().latest()).to.equal(null)
  })

  it('are the texts that the latest entry names', () => {
    keep(files)
    const changed = new Map([...files, ['rules/b.yaml', '- {}']])
    const { seq } = keep(changed)
    append(opened)
    expect(store().latest()).to.deep.include({ seq })
    expect([...store().latest()!.files]).to.deep.equal([...changed])
  })

  it('keep a text once, however often it is published', () => {
    keep(files)
    keep(files)
    expect(opened.connection.prepare('SELECT count(*) FROM document').pluck().get()).to.equal(2)
  })

  it('say which text is missing', () => {
    keep(files)
    opened.connection.exec('DROP TRIGGER document_is_never_deleted; DELETE FROM document')
    expect(() => store().latest()).to.throw(/text of (rocket|rules).*missing/)
  })

  it('say which text is not the one that was published', () => {
    keep(files)
    opened.connection.exec("DROP TRIGGER document_is_never_updated; UPDATE document SET text = text || ' '")
    expect(() => store().latest()).to.throw(/text of rocket.yaml .*changed/)
  })
})

describe('the hash of a set of files', () => {
  it('is one for names and texts, in whatever order', () => {
    expect(filesHash(new Map([...files].reverse()))).to.equal(filesHash(files))
    const hashes = [
      files,
      new Map([...files, ['rules/b.yaml', '']]),
      new Map([
        ['rocket.yaml', '[]'],
        ['rules/a.yaml', 'source: moodle\n'],
      ]),
      new Map([['rocket.yaml', 'source: moodle\n']]),
      new Map(),
    ].map(filesHash)
    expect(new Set(hashes).size).to.equal(5)
  })

  it('is that of sha256sum’s lines', () => {
    const line = `${documentHash('[]')}  rules/a.yaml\n`
    expect(filesHash(new Map([['rules/a.yaml', '[]']]))).to.equal(documentHash(line))
  })
})
