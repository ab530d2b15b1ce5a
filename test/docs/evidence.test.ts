/** What evidence.md says of the file is so, and its Python checks a real one, and finds what was changed in it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { NOT_JUDGED } from '../../sidecar/actions/replay-verdict.js'
import { Story } from '../actions/evidence.js'
import { blocksOf, codesIn, firstColumn, page, tableOf } from './pages.js'

describe('evidence.md', () => {
  const text = page('evidence.md')
  const folder = mkdtempSync(join(tmpdir(), 'rocket-evidence-'))
  let files: Map<string, string>
  before(() => {
    const story = new Story().tell()
    ;({ files } = story.audit())
    story.rocket.close()
    writeFileSync(join(folder, 'check.py'), blocksOf(text).find(({ info }) => info === 'python')?.text ?? '')
  })
  after(() => rmSync(folder, { recursive: true }))

  it('names every file in it, and no other', () => {
    const described = firstColumn(tableOf(text, 'path'))
    const general = [...files.keys()].map((path) =>
      path
        .replace(/^sample\/\d+/, 'sample/SEQ')
        .replace(/^configurations\/\d+\/.*/, 'configurations/SEQ/')
        .replace(/^checkpoints\/.*/, 'checkpoints/2026-11-24'),
    )
    expect([...new Set(general)].sort()).to.deep.equal([...described].sort())
  })

  it('has the columns of every table in their order', () => {
    const described = tableOf(text, 'table').map((cells) => {
      const [path = '', columns = ''] = cells
      return [codesIn(path)[0], codesIn(columns.replaceAll(/\([^)]*\)/g, ''))]
    })
    const tables = [...files].filter(([path]) => path.endsWith('.csv'))
    expect(described).to.have.length(tables.length)
    for (const [path, columns] of described) {
      expect((columns as string[]).join(), String(path)).to.equal(files.get(String(path))?.split('\r\n')[0])
    }
  })

  it('has every reason for which a grant cannot be decided again', () => {
    expect(firstColumn(tableOf(text, 'why'))).to.deep.equal(Object.keys(NOT_JUDGED))
  })

  describe('the Python in it', () => {
    const hasPython = spawnSync('python3', ['--version']).status === 0
    before(function () {
      if (hasPython) return
      console.log('      there is no python3 here: the Python of evidence.md is not tried')
      this.skip()
    })

    /** @returns what it prints last where all is well, else what is wrong. */
    function checked(changes: Readonly<Record<string, (text: string) => string>> = {}): string {
      const unpacked = join(folder, 'unpacked')
      rmSync(unpacked, { recursive: true, force: true })
      for (const [path, content] of files) {
        mkdirSync(dirname(join(unpacked, path)), { recursive: true })
        writeFileSync(join(unpacked, path), changes[path]?.(content) ?? content)
      }
      const ran = spawnSync('python3', [join(folder, 'check.py'), unpacked], { encoding: 'utf8' })
      return ran.status === 0 ? ran.stdout.trimEnd() : ran.stderr.trim()
    }
    const firstReceipt = () => [...files.keys()].find((path) => path.endsWith('.tlog-proof'))!

    it('accepts a real one', () => {
      const [origin, size, root] = files.get('checkpoint')!.split('\n')
      expect(checked())
        .to.match(/^25 of the entries \d+ to \d+, by the seed \d+ \(the root gave it\), are under the checkpoint:$/m)
        .and.to.include(`${origin}, ${size} entries, root ${root}`)
    })

    it('finds a body, a record or a salt that was changed', () => {
      const body = (csv: string) => csv.replace('""points"":12', '""points"":99')
      expect(checked({ 'sample.csv': body })).to.match(/^entry \d+: it is not under the checkpoint$/)
      const record = (csv: string) => csv.replace('""score"":90', '""score"":91')
      expect(checked({ 'sample.csv': record })).to.match(/^entry \d+: the record is not what it commits to$/)
    })

    it('finds a receipt of another entry, of another checkpoint, or that proves nothing', () => {
      const path = firstReceipt()
      const moved = (receipt: string) => receipt.replace(/index \d+/, 'index 1')
      expect(checked({ [path]: moved })).to.match(/its receipt is another entry's$/)
      const other = (receipt: string) => receipt.replace(/\n\n.*\n/, '\n\nanother\n')
      expect(checked({ [path]: other })).to.match(/its receipt is under another checkpoint$/)
      const proof = (receipt: string) => receipt.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`)
      expect(checked({ [path]: proof })).to.match(/it is not under the checkpoint$/)
    })

    it('finds entries that the seed does not pick', () => {
      const without = (csv: string) => csv.split('\r\n').toSpliced(3, 1).join('\r\n')
      expect(checked({ 'sample.csv': without })).to.equal('the seed picks other entries than these')
      const seed = (json: string) => json.replace(/"seed": \d+/, '"seed": 7')
      expect(checked({ 'verification.json': seed })).to.equal('the seed picks other entries than these')
    })
  })
})
