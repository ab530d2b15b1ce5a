import { expect } from 'chai'
import { Folder } from './program.js'

const rule = (id: string, more = ''): string => `- { id: ${id}, event: quiz.graded, points: 10${more} }\n`
const example = (expected: number): string =>
  `- title: A graded quiz\n  events:\n    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: { only: ${expected} } }\n`
const of = (id: string, expected: number): string => example(expected).replace('only', id)

describe('rules check and rules test', function () {
  this.timeout(30_000)
  let folder: Folder
  let at: string
  beforeEach(() => {
    folder = new Folder()
    at = folder.path
    folder.write('c/rocket.yaml', 'terms: [{ id: autumn, from: 2026-09-01, to: 2026-12-18 }]\n')
    folder.write('c/rules/a.yaml', rule('a', ', expires: term'))
    folder.write('c/rules/b.yaml', rule('b', ', requires: { rules: [a] }'))
  })
  afterEach(() => folder.remove())

  const check = (path: string) => folder.say(`rules check ${at}/${path}`)
  const test = (path: string) => folder.say(`rules test ${at}/${path}`)

  it('take the folder rules for its parent', async () => {
    for (const path of ['c', 'c/', 'c/rules', 'c/rules/']) {
      expect(await check(path), path).to.include({ code: 0, stdout: '2 rules, no mistake.\n' })
    }
    folder.write('c/rocket.yaml', 'timezon: UTC\n')
    expect((await check('c/rules')).stdout).to.contain(`${at}/c/rocket.yaml:1:1 `)
  })

  it('do not pass a folder whose packs are in the wrong place, or that has none', async () => {
    folder.write('flat/pack.yaml', rule('a'))
    const flat = await check('flat')
    expect(flat.code).to.equal(1)
    expect(flat.stdout)
      .to.contain(`${at}/flat/pack.yaml:1:1 rule packs belong in rules/: move it there`)
      .and.to.contain(`${at}/flat/rules:1:1 there is no rule pack here`)
    expect((await test('flat')).code).to.equal(1)
    folder.write('empty/readme.txt', '')
    expect((await check('empty')).code).to.equal(1)
  })

  it('read one pack among the others of its folder, and show its mistakes only', async () => {
    expect(await check('c/rules/b.yaml')).to.include({ code: 0, stdout: 'No mistake.\n' })
    const bad = folder.write('c/rules/a.yaml', rule('a', ', cooldwn: 7d'))
    const { code, stdout } = await check('c/rules/a.yaml')
    expect([code, stdout.startsWith(`${bad}:1:`), stdout.includes('b.yaml')]).to.deep.equal([1, true, false])
    const other = await check('c/rules/b.yaml')
    expect(other.code).to.equal(0)
    expect(other.stdout)
      .to.match(/^No mistake\. .*1 mistake in other files/)
      .and.not.to.contain('cooldwn')
    expect((await check('c/rocket.yaml')).code).to.equal(0)
  })

  it('show paths as they were given', async () => {
    folder.write('c/rules/a.yaml', rule('a', ', cooldwn: 7d'))
    const shown = { 'c/rules/a.yaml': 'c/rules/a.yaml', c: 'c/rules/a.yaml', 'c/rules': 'c/rules/a.yaml' }
    for (const [path, file] of Object.entries(shown)) {
      expect((await folder.rocket(`rules check ${path}`)).stdout).to.match(new RegExp(`^${file}:1:`))
    }
  })

  it('take a pack that is in no folder rules by itself, with the rocket.yaml beside it', async () => {
    const lone = folder.write('lone/pack.yaml', rule('only', ', expires: term'))
    const refused = await check('lone/pack.yaml')
    expect([refused.code, refused.stdout.startsWith(`${lone}:1:`)]).to.deep.equal([1, true])
    folder.write('lone/rocket.yaml', 'terms: [{ id: autumn, from: 2026-09-01, to: 2026-12-18 }]\n')
    expect((await check('lone/pack.yaml')).code).to.equal(0)
    folder.write('lone/pack.examples.yaml', of('only', 10))
    for (const path of ['lone/pack.yaml', 'lone/pack.examples.yaml']) {
      expect(await test(path), path).to.include({ code: 0, stdout: '1 example passed, 0 mistakes.\n' })
    }
  })

  it('check the examples as well, or a file of them by itself', async () => {
    const examples = folder.write('c/rules/a.examples.yaml', '- titel: A graded quiz\n')
    for (const path of ['c', 'c/rules/a.examples.yaml']) {
      const { code, stdout } = await check(path)
      expect([code, stdout.startsWith(`${examples}:1:`)], path).to.deep.equal([1, true])
    }
    expect((await check('c/rules/a.yaml')).code).to.equal(0)
  })

  it('run the examples of one pack, or those of one file', async () => {
    folder.write('c/rules/a.examples.yaml', of('a', 10))
    const failing = folder.write('c/rules/b.examples.yaml', of('b', 10))
    for (const path of ['c/rules/a.yaml', 'c/rules/a.examples.yaml']) {
      expect(await test(path), path).to.include({ code: 0, stdout: '1 example passed, 0 mistakes.\n' })
    }
    for (const path of ['c/rules/b.yaml', 'c/rules/b.examples.yaml', 'c']) {
      const { code, stdout } = await test(path)
      expect([code, stdout.startsWith(`${failing}:3:`)], path).to.deep.equal([1, true])
    }
  })

  it('fail where there is no example to run', async () => {
    for (const path of ['c', 'c/rules/a.yaml']) {
      const { code, stdout } = await test(path)
      expect([code, stdout.includes('there is no example here')], path).to.deep.equal([1, true])
    }
    folder.write('c/rules/a.examples.yaml', '')
    expect((await test('c')).code).to.equal(1)
  })
})
