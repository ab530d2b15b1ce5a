/** The Python of the ledger page, run on a real export and on broken ones. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { entryHash } from '../../sidecar/domain/entry.js'
import { signerFrom } from '../../sidecar/domain/note.js'
import { type Line, realExport, restamped } from '../export.js'
import { blocksOf, page } from './pages.js'

describe('the Python in ledger.md', () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0
  const folder = mkdtempSync(join(tmpdir(), 'rocket-docs-'))
  let lines: Line[] = []
  let balances: string[] = []

  before(function () {
    if (!hasPython) {
      console.log('      there is no python3 here: the verifier of ledger.md is not tried')
      this.skip()
    }
    const script = blocksOf(page('ledger.md')).find(({ info }) => info === 'python')
    writeFileSync(join(folder, 'verify.py'), script?.text ?? '')
    ;({ lines, balances } = realExport())
  })
  after(() => rmSync(folder, { recursive: true }))

  const verify = (of: readonly Line[], checkpoint?: string) => {
    const path = join(folder, 'ledger.jsonl')
    writeFileSync(path, of.map((line) => `${JSON.stringify(line)}\n`).join(''))
    if (checkpoint !== undefined) writeFileSync(join(folder, 'kept'), checkpoint)
    const args = [join(folder, 'verify.py'), path, ...(checkpoint === undefined ? [] : [join(folder, 'kept')])]
    const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' })
    return { ok: status === 0, told: stdout.trimEnd().split('\n'), stderr: stderr.trim() }
  }
  /** The export with one line changed. */
  const changed = (index: number, change: Partial<Line>): Line[] => lines.with(index, { ...lines[index]!, ...change })

  it('accepts a real export, and finds the balances that Rocket gives', () => {
    const { ok, told, stderr } = verify(lines)
    expect(stderr).to.equal('')
    expect(ok).to.equal(true)
    expect(told.slice(0, -1).sort()).to.deep.equal(balances)
    expect(told.at(-1)).to.equal(
      `${lines.length} entries, 0 without a record, 0 of them erased, head ${lines.at(-1)?.hash}, root ${rootOf(lines)}`,
    )
  })

  it('finds the root of RFC 6962 for every number of entries', () => {
    for (let count = 0; count <= lines.length; count++) {
      const { ok, told } = verify(lines.slice(0, count))
      expect(ok).to.equal(true)
      expect(told.at(-1)).to.match(new RegExp(`root ${rootOf(lines.slice(0, count))}$`))
    }
  })

  it('holds it against a checkpoint that was kept, over all of it or over its beginning', () => {
    const signer = signerFrom('rocket/moodle/1', Buffer.alloc(32, 1))
    for (const size of [1, 5, lines.length]) {
      const root = Buffer.from(rootOf(lines.slice(0, size)), 'hex')
      const kept = signCheckpoint({ origin: 'rocket/moodle/1', size, root }, [signer])
      const { ok, told } = verify(lines, kept)
      expect(ok).to.equal(true)
      expect(told.at(-2)).to.contain(`the first ${size} entries are those under this checkpoint of rocket/moodle/1`)
      const other = kept.replace(root.toString('base64'), Buffer.alloc(32, 1).toString('base64'))
      expect(verify(lines, other).stderr).to.contain(`the first ${size} entries are not those under this checkpoint`)
      expect(verify(lines.slice(0, size - 1), kept).stderr).to.contain(`only ${size - 1} are here`)
    }
  })

  const at = 4
  const flip = (text: string, from: string, to: string): string => {
    expect(text).to.include(from)
    return text.replace(from, to)
  }

  it('rejects a flipped byte in a body', () => {
    const body = flip(lines[at]!.body, '"points":10', '"points":90')
    expect(verify(changed(at, { body })).stderr).to.equal('line 5: the hash is not the hash of the body')
  })
  it('rejects it with a hash that fits, at the next line', () => {
    const body = flip(lines[at]!.body, '"points":10', '"points":90')
    expect(verify(changed(at, { body, hash: entryHash(body) })).stderr).to.equal(
      'line 6: the body does not name the hash of the entry before',
    )
  })
  it('rejects a body that is laid out otherwise', () => {
    const body = flip(lines[at]!.body, ',"points"', ', "points"')
    expect(verify(changed(at, { body, hash: entryHash(body) })).stderr).to.equal(
      'line 5: the body is not canonical JSON with the keys of an entry',
    )
  })
  it('rejects a flipped byte in a record, and in a salt', () => {
    const data = flip(lines[at]!.data!, '"user_id":"42"', '"user_id":"43"')
    const message = 'line 5: the record is not the one that the body commits to'
    expect(verify(changed(at, { data })).stderr).to.equal(message)
    const salt = lines[at]!.salt!.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    expect(verify(changed(at, { salt })).stderr).to.equal(message)
  })
  it('rejects a line with a key twice, of which another reader may take the other', () => {
    const path = join(folder, 'ledger.jsonl')
    const text = lines.map(
      (line, index) => `${index === at ? '{"body":"a lie",' : '{'}${JSON.stringify(line).slice(1)}\n`,
    )
    writeFileSync(path, text.join(''))
    const { stderr } = spawnSync('python3', [join(folder, 'verify.py'), path], { encoding: 'utf8' })
    expect(stderr.trim()).to.equal('line 5: it is not written as an export writes it: no spaces, each key once')
  })
  it('rejects a deleted line, two that changed places, and one put in', () => {
    expect(verify(lines.toSpliced(at, 1)).stderr).to.equal(
      'line 5: this is entry 6: one is missing, or out of its place',
    )
    const swapped = lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!)
    expect(verify(swapped).stderr).to.match(/^line 5: this is entry 6/)
    expect(verify(lines.toSpliced(at, 0, lines[at]!)).stderr).to.match(/^line 6: this is entry 5/)
  })
  it('rejects a chain that is whole but gives one subject two learners, or takes held points twice', () => {
    const stranger = restamped(
      lines,
      at,
      (body) => body,
      (data) => data.replace('"user_id":"42"', '"user_id":"43"'),
    )
    expect(verify(stranger).stderr).to.match(/^line \d+: the record names another learner than earlier ones$/)
    const twice = restamped(lines, at, (body) => body.replace('"held":0', '"held":-1'))
    expect(verify(twice).stderr).to.equal('line 5: more held points are taken than there were')
  })
  it('rejects a chain that is whole but gives back more points, or more money, than was spent', () => {
    const last = lines.length - 1
    const message = `line ${lines.length}: it gives back what was not spent, or a second time`
    const points = restamped(lines, last, (body) => flip(body, '"points":4', '"points":5'))
    expect(verify(points).stderr).to.equal(message)
    const money = restamped(lines, last, (body) => flip(body, '"amount_minor":-150', '"amount_minor":-200'))
    expect(verify(money).stderr).to.equal(message)
  })
  it('follows an account into the one that it was merged into, and counts the records that an erasure took', () => {
    const { lines: all, balances: left } = realExport(true)
    const { told, stderr } = verify(all)
    expect(stderr).to.equal('')
    expect(told.slice(0, -1)).to.include.members(left)
    const sealed = all.filter(({ data }) => data === null).length
    expect(sealed).to.be.greaterThan(0)
    expect(told.at(-1)).to.include(`${all.length} entries, ${sealed} without a record, ${sealed} of them erased`)
    const arrival = all.findIndex(({ body }) => /"kind":"merge".*"ref":[0-9]/.test(body))
    const more = restamped(all, arrival, (body) => body.replace(/"points":([0-9]+)/, '"points":1$1'))
    expect(verify(more).stderr).to.equal(`line ${arrival}: what leaves this account by it arrives at no other`)
    const invented = restamped(all, arrival, (body) => body.replace(/"ref":[0-9]+/, '"ref":2'))
    expect(verify(invented).stderr).to.equal(`line ${arrival + 1}: it brings what left no other account for this one`)
  })
  it('still checks everything else where a record is deleted', () => {
    const erased = changed(at, { salt: null, data: null })
    expect(verify(erased).told.at(-1)).to.include(`${lines.length} entries, 1 without a record, 0 of them erased`)
  })

  it('cannot know of entries cut off at the end, or of a history written anew, as the page says', () => {
    expect(verify(lines.slice(0, -2)).ok).to.equal(true)
    const anew = restamped(lines, at, (body) => body.replace('"points":10', '"points":90'))
    expect(verify(anew).ok).to.equal(true)
    // What was noted elsewhere tells.
    expect(rootOf(anew.slice(0, at + 1))).not.to.equal(rootOf(lines.slice(0, at + 1)))
  })
})

/** The Merkle root by the recursion of RFC 6962, written a second time and from the other end: by levels. */
function rootOf(lines: readonly Line[]): string {
  if (lines.length === 0) return createHash('sha256').digest('hex')
  let level: Buffer[] = lines.map(({ body }) => createHash('sha256').update('\0').update(body).digest())
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at]!, level[at + 1]]
      above.push(right ? createHash('sha256').update('\x01').update(left).update(right).digest() : left)
    }
    level = above
  }
  return level[0]!.toString('hex')
}
