/** Imports run one way, SQL stays in the store, files stay small. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect } from 'chai'

const ROOT = resolve(import.meta.dirname, '../sidecar')
const MOST_LINES = 250

/**
 * What each part may import: other parts (a folder of the sidecar, or a file beside the folders by its name), packages,
 * and modules of Node. A part may always import itself.
 */
const LAYERS: Readonly<
  Record<string, { parts: readonly string[]; packages: readonly string[]; node: readonly string[] | 'any' }>
> = {
  domain: { parts: [], packages: ['luxon'], node: ['crypto'] },
  rules: { parts: ['domain'], packages: ['luxon', 'node-cron', 'yaml'], node: ['crypto'] },
  activity: { parts: ['domain'], packages: ['ajv', 'csv-parse', 'luxon'], node: 'any' },
  store: { parts: ['domain'], packages: ['better-sqlite3'], node: 'any' },
  webhook: { parts: ['domain'], packages: ['undici'], node: 'any' },
  archive: { parts: [], packages: [], node: ['zlib'] },
  actions: {
    parts: ['domain', 'rules', 'activity', 'store', 'webhook', 'archive', 'home', 'files', 'context'],
    packages: ['csv-parse', 'jsonwebtoken'],
    node: 'any',
  },
  http: {
    parts: [
      'domain',
      'rules',
      'activity',
      'store',
      'webhook',
      'archive',
      'actions',
      'home',
      'context',
      'config',
      'log',
      'version',
    ],
    packages: ['ajv', 'express', 'jsonwebtoken'],
    node: 'any',
  },
  cli: {
    parts: [
      ...[
        'domain',
        'rules',
        'activity',
        'store',
        'webhook',
        'archive',
        'actions',
        'home',
        'files',
        'context',
        'config',
      ],
      ...['log', 'version', 'listen', 'jobs', 'messenger', 'checkpoint-files', 'ledger-key'],
    ],
    packages: [],
    node: 'any',
  },
  files: { parts: [], packages: [], node: 'any' },
  home: { parts: ['files'], packages: ['better-sqlite3'], node: 'any' },
  'ledger-key': { parts: ['files', 'home'], packages: [], node: 'any' },
  'checkpoint-files': { parts: ['files', 'domain', 'context'], packages: [], node: 'any' },
  listen: { parts: ['http', 'context'], packages: [], node: 'any' },
  log: { parts: [], packages: ['pino'], node: [] },
  version: { parts: [], packages: [], node: 'any' },
  config: { parts: ['log'], packages: [], node: 'any' },
  context: { parts: ['store', 'actions', 'config', 'home', 'ledger-key', 'log'], packages: [], node: 'any' },
  jobs: { parts: ['domain', 'rules', 'store', 'actions', 'context', 'log'], packages: ['node-cron'], node: 'any' },
  messenger: { parts: ['actions', 'context'], packages: [], node: [] },
  main: { parts: ['cli'], packages: [], node: 'any' },
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

/** `domain` of `domain/rule.ts`, `home` of `home.ts`. `cli.ts` is the table of what stands in `cli`. */
const partOf = (path: string): string => path.split('/')[0]!.replace(/\.(ts|js)$/, '')

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(/(?:^|\n)(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map(([, from, dynamic]) => from ?? dynamic!)

function allowed(path: string, imported: string): boolean {
  const part = partOf(path)
  const { parts, packages, node } = LAYERS[part]!
  if (imported.startsWith('node:')) return node === 'any' || node.includes(imported.slice('node:'.length))
  if (!imported.startsWith('.')) return packages.some((name) => imported === name || imported.startsWith(`${name}/`))
  const target = partOf(relative(ROOT, resolve(ROOT, dirname(path), imported)))
  return target === part || parts.includes(target)
}

describe('the layers', () => {
  it('are those of this table', () => {
    expect([...new Set(files.map(({ path }) => partOf(path)))].sort()).to.deep.equal(Object.keys(LAYERS).sort())
  })

  it('import one way', () => {
    const wrong = files.flatMap(({ path, text }) =>
      importsOf(text)
        .filter((imported) => !allowed(path, imported))
        .map((imported) => `${path} imports ${imported}`),
    )
    expect(wrong).to.deep.equal([])
  })

  it('have no circle but that of context and actions, which exists for types alone', () => {
    const parts = Object.keys(LAYERS)
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      LAYERS[from]!.parts.some((next) => {
        if (next === to) return true
        if (seen.has(next)) return false
        seen.add(next)
        return reaches(next, to, seen)
      })
    expect(parts.filter((part) => reaches(part, part)).sort()).to.deep.equal(['actions', 'context'])
    const values = files.filter(
      ({ path, text }) => partOf(path) === 'actions' && /import (?!type)[^\n]*from '\.\.\/context\.js'/.test(text),
    )
    expect(values.map(({ path }) => path)).to.deep.equal([])
  })
})

describe('the domain', () => {
  it('asks neither the clock nor chance nor the world', () => {
    const impure =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandom(Bytes|UUID|Int)\b|\bprocess\.|\bfetch\(|\bsetTimeout\(/
    const wrong = files.filter(({ path, text }) => partOf(path) === 'domain' && impure.test(text))
    expect(wrong.map(({ path }) => path)).to.deep.equal([])
  })
})

describe('SQL', () => {
  const mayHave = (path: string) => partOf(path) === 'store' || path === 'home.ts'

  it('is spoken only in the store, and in the home for its lock', () => {
    const speaks = /\bprepare(<[^(]*>)?\(|better-sqlite3|(lock|connection|reader|database|db)\.exec\(/
    const wrong = files.filter(({ path, text }) => !mayHave(path) && speaks.test(text)).map(({ path }) => path)
    expect(wrong).to.deep.equal([])
  })

  it('has its settings in the store too', () => {
    const elsewhere = files.filter(({ path, text }) => !mayHave(path) && text.includes('.pragma('))
    expect(elsewhere.map(({ path }) => path)).to.deep.equal([])
  })

  it('of entries has no statement that would change or delete one', () => {
    const changes =
      /\b(UPDATE|DELETE FROM|REPLACE INTO)\s+(entry|document)\b|\b(UPDATE|REPLACE INTO)\s+private_record\b/i
    const wrong = files.filter(({ text }) => changes.test(text)).map(({ path }) => path)
    expect(wrong).to.deep.equal([])
  })

  it('deletes private records in one place, where learners are erased', () => {
    const deletes = files.filter(({ text }) => /\bDELETE FROM\s+private_record\b/i.test(text)).map(({ path }) => path)
    expect(deletes).to.deep.equal(['store/erased.ts'])
  })
})

describe('a file', () => {
  it(`has at most ${MOST_LINES} lines`, () => {
    const long = files.map(({ path, text }) => `${path} ${text.split('\n').length - 1}`)
    expect(long.filter((line) => Number(line.split(' ')[1]) > MOST_LINES)).to.deep.equal([])
  })

  it('is named as in every other layer, in kebab-case, and imports with suffixes', () => {
    for (const { path, text } of files) {
      expect(path, path).to.match(/^([a-z]+\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/)
      for (const imported of importsOf(text)) {
        if (imported.startsWith('.')) expect(imported, path).to.match(/\.(js|json)$/)
      }
    }
  })
})
