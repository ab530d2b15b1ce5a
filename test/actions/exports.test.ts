/** Exports in the home's folder, and what an erasure makes of them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { adjust } from '../../sidecar/actions/adjust.js'
import { erase } from '../../sidecar/actions/erase.js'
import { keepRecipe, type Recipe, remakeExports } from '../../sidecar/actions/exports.js'
import type { Moment } from '../../sidecar/actions/moment.js'
import { zip } from '../../sidecar/archive/zip.js'
import { openRocket, type TestRocket } from '../support.js'

const ANN = 'ann-zuckmayer, "the 1st"'

describe('exports in the home', () => {
  let rocket: TestRocket
  let folder: string
  beforeEach(() => {
    rocket = openRocket()
    folder = join(rocket.home, 'exports')
    mkdirSync(folder)
    for (const userId of [ANN, 'bob', ANN]) give(userId)
  })
  afterEach(() => rocket.close())

  const at = <T>(work: (moment: Moment) => T): T => {
    const { stores, rules, now } = rocket.context
    return stores.writer.write(() => work({ stores, rules, now: now() }))
  }
  const give = (userId: string) => at((moment) => adjust(moment, { userId, points: 1, reason: 'kind', actor: 'it' }))
  const eraseNow = (userId: string) => at((moment) => erase(moment, { userId, actor: 'it', reason: 'asked' }))
  const subject = (userId: string) => rocket.context.stores.learners.subjectOf('moodle', userId) ?? ''
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  /** Writes an export as the command does. */
  const exported = (name: string, recipe: Recipe & { format: 'csv' | 'jsonl' }, noted = true) => {
    put(name, [...rocket.context.view[recipe.format](recipe.filter)].join(''))
    if (noted) keepRecipe(rocket.home, join(folder, name), recipe)
  }
  const remade = () => remakeExports(rocket.context)
  const nothing = { remade: [], deleted: [], left: [] }

  it('are made anew without the records of who is erased: the same entries, for whoever may read them now', async () => {
    exported('all.csv', { format: 'csv', filter: {} })
    exported('deep/all.jsonl', { format: 'jsonl', filter: { upTo: 4 } })
    const before = { csv: read('all.csv'), jsonl: read('deep/all.jsonl') }
    expect(await remade()).to.deep.equal(nothing)
    eraseNow(ANN)
    give('bob')
    expect(await remade()).to.deep.equal({ ...nothing, remade: ['all.csv', 'deep/all.jsonl'] })
    for (const name of ['all.csv', 'deep/all.jsonl']) {
      expect(read(name)).to.not.include('zuckmayer')
      expect(statSync(join(folder, name)).mode & 0o777).to.equal(0o600)
    }
    const bodies = (text: string) =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).body)
    expect(bodies(read('deep/all.jsonl')))
      .to.deep.equal(bodies(before.jsonl))
      .and.to.have.length(4)
    const linesOf = (user: string, text: string) => text.split('\r\n').filter((line) => line.startsWith(`"${user}",`))
    expect(linesOf('erased', read('all.csv'))).to.have.length(3)
    expect(linesOf('bob', read('all.csv')).slice(0, 1)).to.deep.equal(linesOf('bob', before.csv))
    expect(await remade()).to.deep.equal(nothing)
    expect(readdirSync(folder).some((name) => name.endsWith('.part'))).to.equal(false)
  })

  it('stay as they are where they show nobody who is erased', async () => {
    exported('bob.csv', { format: 'csv', filter: { userId: 'bob' } })
    exported('early.jsonl', { format: 'jsonl', filter: { upTo: 1 } })
    put('notes.txt', `about ${ANN}\n`)
    const { ino } = statSync(join(folder, 'bob.csv'))
    eraseNow(ANN)
    expect(await remade()).to.deep.equal(nothing)
    expect(statSync(join(folder, 'bob.csv')).ino).to.equal(ino)
  })

  it('of the erased alone are deleted, with what stands beside them: nothing in them would be left', async () => {
    exported('hers.csv', { format: 'csv', filter: { userId: ANN } })
    exported('none.jsonl', { format: 'jsonl', filter: { userId: ANN, kind: 'redemption' } })
    put('hers.csv.checkpoint', 'a note')
    put('copy/entries.csv', `user_id\r\n${ANN}\r\n`)
    keepRecipe(rocket.home, join(folder, 'copy'), { format: 'personal', subject: subject(ANN) })
    put('copy.zip', 'PK')
    keepRecipe(rocket.home, join(folder, 'copy.zip'), { format: 'personal', subject: subject(ANN) })
    put('bob.zip', 'PK')
    keepRecipe(rocket.home, join(folder, 'bob.zip'), { format: 'personal', subject: subject('bob') })
    eraseNow(ANN)
    expect(await remade()).to.deep.equal({ ...nothing, deleted: ['copy', 'copy.zip', 'hers.csv', 'none.jsonl'] })
    expect(readdirSync(folder).sort()).to.deep.equal(['bob.zip', 'bob.zip.recipe.json'])
  })

  it('that nobody knows how to make are named, until a person deletes them', async () => {
    exported('old.csv', { format: 'csv', filter: {} }, false)
    exported('old.jsonl', { format: 'jsonl', filter: {} }, false)
    exported('broken.csv', { format: 'csv', filter: {} })
    put('broken.csv.recipe.json', '{')
    eraseNow(ANN)
    const left = ['broken.csv', 'old.csv', 'old.jsonl']
    expect(await remade()).to.deep.equal({ ...nothing, left })
    expect(await remade()).to.deep.equal({ ...nothing, left })
    expect(read('old.csv')).to.include('zuckmayer')
  })

  it('that are no text are named, whatever is in them: nobody can search a ZIP, or a text in sixteen bits', async () => {
    const csv = [...rocket.context.view.csv({})].join('')
    const files = { 'evidence.zip': zip(new Map([['a.csv', Buffer.from(csv)]])), 'nightly.csv.gz': gzipSync(csv) }
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
    writeFileSync(join(folder, 'excel.csv'), Buffer.from(csv, 'utf16le'))
    put('notes.txt', 'grüße, Ωmega, 喂\n')
    expect(await remade()).to.deep.equal(nothing)
    eraseNow(ANN)
    expect(await remade()).to.deep.equal({ ...nothing, left: ['evidence.zip', 'excel.csv', 'nightly.csv.gz'] })
  })

  it('that were never whole are deleted, once nobody writes them any more', async () => {
    const old = ['all.jsonl.0000000a.part', 'deep/x.recipe.json.0000000b.part']
    for (const name of [...old, 'now.csv.0000000c.part']) put(name, ANN)
    const then = new Date(Date.now() - 3_700_000)
    for (const name of old) utimesSync(join(folder, name), then, then)
    eraseNow(ANN)
    expect(await remade()).to.deep.equal({ ...nothing, deleted: old })
    expect(readdirSync(folder).sort()).to.deep.equal(['deep', 'now.csv.0000000c.part'])
  })

  it('that are asked for at once are made one after the other: the last has seen every erasure', async () => {
    exported('all.jsonl', { format: 'jsonl', filter: {} })
    eraseNow(ANN)
    const first = remade()
    eraseNow('bob')
    await Promise.all([first, remade()])
    expect(read('all.jsonl')).to.not.match(/zuckmayer|bob/)
  })

  it('have their recipe beside them, where they lie in the home, and nowhere else', () => {
    const filter = { from: 1, userId: 'bob', upTo: 3 }
    exported('a.csv', { format: 'csv', filter })
    expect(JSON.parse(read('a.csv.recipe.json'))).to.deep.equal({ format: 'csv', filter })
    for (const path of [rocket.home, folder, join(rocket.home, 'x.csv'), join(rocket.home, 'exports2/x.csv')])
      keepRecipe(rocket.home, path, { format: 'csv', filter })
    for (const path of [rocket.home, folder, join(rocket.home, 'x.csv')])
      expect(existsSync(`${path}.recipe.json`), path).to.equal(false)
  })

  it('are nothing to do where there is no folder of them', async () => {
    rocket.close()
    rocket = openRocket()
    expect(await remade()).to.deep.equal(nothing)
  })
})
