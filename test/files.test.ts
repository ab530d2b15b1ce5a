import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  copyFile,
  digestOf,
  dropRemains,
  isStale,
  partOf,
  place,
  replaceFile,
  replaceFileInSteps,
  writeNew,
} from '../sidecar/files.js'

const HOUR = 3_600_000

describe('a file that is put in the place of another', () => {
  let folder: string
  const at = (name: string) => join(folder, name)
  const names = () => readdirSync(folder).sort()
  const text = (name: string) => readFileSync(at(name), 'utf8')
  const mode = (name: string) => (statSync(at(name)).mode & 0o777).toString(8)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocket-files-'))
    writeFileSync(at('a'), 'before')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** What is written in one go, and in steps. */
  const ways: Readonly<Record<string, (path: string, pieces: Iterable<string | Buffer>) => unknown>> = {
    'at once': replaceFile,
    'in steps': replaceFileInSteps,
  }
  for (const [way, write] of Object.entries(ways)) {
    describe(way, () => {
      it('holds what was given in its pieces, for its owner alone, and nothing lies beside it', async () => {
        await write(at('a'), ['one, ', Buffer.from('two, '), 'drei ü'])
        expect(text('a')).to.equal('one, two, drei ü')
        expect([mode('a'), names()]).to.deep.equal(['600', ['a']])
      })

      it('is the one from before as long as the new one is not whole', async () => {
        const seen: string[] = []
        const pieces = function* () {
          for (const piece of ['x', 'y']) {
            seen.push(text('a'))
            yield piece
          }
          seen.push(text('a'))
        }
        await write(at('a'), pieces())
        expect(seen).to.deep.equal(['before', 'before', 'before'])
        expect(text('a')).to.equal('xy')
      })

      it('is the one from before where its pieces cannot be had, and no half is left', async () => {
        const pieces = function* () {
          yield 'half'
          throw new Error('no more')
        }
        const failed = await Promise.resolve()
          .then(() => write(at('a'), pieces()))
          .catch(({ message }: Error) => message)
        expect(failed).to.equal('no more')
        expect([text('a'), names()]).to.deep.equal(['before', ['a']])
      })

      it('leaves nothing where it cannot be put in its place', async () => {
        mkdirSync(at('folder/full'), { recursive: true })
        const failed = await Promise.resolve()
          .then(() => write(at('folder'), ['x']))
          .catch(({ code }: NodeJS.ErrnoException) => code)
        expect(failed).to.be.oneOf(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'])
        expect(names()).to.deep.equal(['a', 'folder'])
      })

      it('takes the place of a link, and leaves alone what that leads to', async () => {
        symlinkSync(at('a'), at('link'))
        await write(at('link'), ['new'])
        expect([text('a'), text('link'), lstatSync(at('link')).isFile()]).to.deep.equal(['before', 'new', true])
      })
    })
  }

  it('may be a text, and may be for others to read', () => {
    expect(replaceFile(at('b'), 'grüße', 0o644)).to.equal(7)
    expect([text('b'), mode('b')]).to.deep.equal(['grüße', '644'])
  })

  it('is written under a name that no other program writes under: the last one to be whole is there, whole', () => {
    const [one, other] = [partOf(at('a')), partOf(at('a'))]
    writeNew(one, ['of one'])
    writeNew(other, ['of the '])
    place(one, at('a'))
    expect(text('a')).to.equal('of one')
    place(other, at('a'))
    expect([text('a'), names()]).to.deep.equal(['of the ', ['a']])
  })

  it('is written over nothing, and through no link', () => {
    symlinkSync(at('a'), at('link'))
    for (const name of ['a', 'link']) expect(() => writeNew(at(name), ['x']), name).to.throw('EEXIST')
    expect(text('a')).to.equal('before')
  })
})

describe('what was left behind half written', () => {
  let folder: string
  const at = (name: string) => join(folder, name)
  const left = (name: string, age: number) => {
    writeFileSync(at(name), 'half')
    const then = new Date(Date.now() - age)
    utimesSync(at(name), then, then)
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocket-files-'))
    left('a.0000000a.part', HOUR)
    left('a.0000000b.part', HOUR - 60_000)
    left('b.0000000c.part', HOUR)
    left('b.0000000c.part-journal', HOUR)
    for (const name of ['a', 'a.part', 'a.0000000a.parts', 'mine.part']) left(name, HOUR)
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const kept = ['a', 'a.0000000a.parts', 'a.0000000b.part', 'a.part', 'mine.part']

  it('goes after an hour: of a file when that is written again, and nothing else', () => {
    replaceFile(at('a'), 'new')
    expect(readdirSync(folder).sort()).to.deep.equal([...kept, 'b.0000000c.part', 'b.0000000c.part-journal'].sort())
  })

  it('goes from a whole folder too', () => {
    dropRemains(folder)
    expect(readdirSync(folder).sort()).to.deep.equal(kept)
  })

  it('is not what is gone already', () => {
    expect([isStale(at('a')), isStale(at('a.0000000b.part')), isStale(at('nowhere'))]).to.deep.equal([
      true,
      false,
      false,
    ])
  })
})

describe('a copy', () => {
  let folder: string
  const at = (name: string) => join(folder, name)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocket-files-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is the same, byte by byte, for its owner alone, and its maker hears how far it is', () => {
    const bytes = Buffer.alloc(2 * 1024 * 1024 + 5, 'abc')
    writeFileSync(at('a'), bytes, { mode: 0o644 })
    const told: number[] = []
    copyFile(at('a'), at('b'), (done, of) => told.push(done / of))
    expect(readFileSync(at('b')).equals(bytes)).to.equal(true)
    expect(statSync(at('b')).mode & 0o777).to.equal(0o600)
    expect(told).to.have.length(3)
    expect(told.at(-1)).to.equal(1)
    expect(digestOf(at('b'))).to.equal(createHash('sha256').update(bytes).digest('hex'))
  })

  it('is never made over something', () => {
    writeFileSync(at('a'), 'a')
    writeFileSync(at('b'), 'b')
    expect(() => copyFile(at('a'), at('b'))).to.throw('EEXIST')
    expect(readFileSync(at('b'), 'utf8')).to.equal('b')
    expect(existsSync(at('c'))).to.equal(false)
  })
})
