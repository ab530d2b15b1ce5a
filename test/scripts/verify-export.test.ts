/** The stand-alone verifier, run on real exports and on broken ones, away from this repository. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { entryHash } from '../../sidecar/domain/entry.js'
import { type Signer, signerFrom } from '../../sidecar/domain/note.js'
import { receiptText } from '../../sidecar/domain/receipt.js'
import { inclusionProof, rootOf } from '../../sidecar/domain/tree.js'
import { ROOT } from '../../sidecar/version.js'
import { type Line, realExport, restamped } from '../export.js'

const ORIGIN = 'rocket/moodle/1a2b3c4d'
const signer = signerFrom(ORIGIN, Buffer.alloc(32, 1))
const stranger = signerFrom(ORIGIN, Buffer.alloc(32, 2))

function checkpoint(lines: readonly Line[], size = lines.length, by: Signer = signer): string {
  const root = rootOf(lines.slice(0, size).map(({ hash }) => Buffer.from(hash, 'hex')))
  return signCheckpoint({ origin: ORIGIN, size, root }, [by])
}

/** @param seq the entry that it is over. */
function receipt(lines: readonly Line[], seq: number, size: number, by: Signer = signer): string {
  const hashes = lines.map(({ hash }) => Buffer.from(hash, 'hex'))
  const subtrees = (height: number, number: number) =>
    rootOf(hashes.slice(number * 2 ** height, (number + 1) * 2 ** height))
  const proof = inclusionProof(seq - 1, size, subtrees)
  return receiptText({ index: seq - 1, proof, checkpoint: checkpoint(lines, size, by) })
}

describe('scripts/verify-export.js', function () {
  this.timeout(20_000)
  const folder = mkdtempSync(join(tmpdir(), 'rocket-export-'))
  const program = join(folder, 'verify-export.js')
  let lines: Line[] = []
  let balances: string[] = []
  before(() => {
    copyFileSync(join(ROOT, 'scripts/verify-export.js'), program)
    ;({ lines, balances } = realExport(true))
  })
  after(() => rmSync(folder, { recursive: true }))

  function run(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
    return { status, told: stdout.trimEnd().split('\n'), stderr: stderr.trim() }
  }
  const text = (of: readonly Line[]): string => of.map((line) => `${JSON.stringify(line)}\n`).join('')
  /** Runs it on these lines, with the checkpoints given by option and text. */
  function verify(of: readonly Line[] | Buffer, notes: Record<string, string> = {}, ...args: string[]) {
    writeFileSync(join(folder, 'ledger.jsonl'), Buffer.isBuffer(of) ? of : text(of))
    const options = Object.entries(notes).flatMap(([name, note]) => {
      writeFileSync(join(folder, `${name}.note`), note)
      return [`--${name}`, `${name}.note`]
    })
    return run('ledger.jsonl', ...options, ...args)
  }
  const refused = (...given: Parameters<typeof verify>): string => {
    const { status, told, stderr } = verify(...given)
    expect([status, told]).to.deep.equal([1, ['']])
    return stderr.replace('NOT verified. ', '')
  }
  const KEY = ['--key', signer.vkey] as const
  const at = 4
  const changed = (change: Partial<Line>): Line[] => lines.with(at, { ...lines[at]!, ...change })
  const edited = (from: string | RegExp, to: string): Line[] => {
    const body = lines[at]!.body.replace(from, to)
    expect(body).not.to.equal(lines[at]!.body)
    return changed({ body, hash: entryHash(body) })
  }

  it('imports nothing but what Node has', () => {
    const imports = [...readFileSync(program, 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from)
    expect(imports).to.have.length.greaterThan(2)
    expect(imports.filter((from) => !from?.startsWith('node:'))).to.deep.equal([])
  })

  it('accepts a real export with its checkpoint and one that was kept, and says what that proves', () => {
    const notes = { checkpoint: checkpoint(lines), against: checkpoint(lines, 7) }
    const { status, told, stderr } = verify(lines, notes, ...KEY, '--balances')
    expect([status, stderr]).to.deep.equal([0, ''])
    const sealed = lines.filter(({ data }) => data === null).length
    const opened = lines.length - sealed
    expect(told).to.include.members(balances)
    expect(told.slice(-6)).to.deep.equal([
      `${lines.length} entries in one piece: numbers, hashes, links, records, balances and refunds agree.`,
      `${opened} private records opened, ${sealed} are not in this export; erasures in it declare ${sealed} deleted.`,
      `checkpoint.note: the first ${lines.length} entries are those of this checkpoint, signed by ${signer.vkey}.`,
      `against.note: the first 7 entries are those of this checkpoint, signed by ${signer.vkey}.`,
      `Last hash ${lines.at(-1)!.hash}, root ${rootOf(lines.map(({ hash }) => Buffer.from(hash, 'hex'))).toString('hex')}.`,
      // The one beside the export comes from the same hands.
      `Not proven: what comes after entry 7, and that what was reported to Rocket is true and complete.`,
    ])
  })

  it('agrees with the signed root at every size', () => {
    const { lines: plain } = realExport()
    for (let size = 1; size <= plain.length; size++)
      expect(verify(plain.slice(0, size), { checkpoint: checkpoint(plain, size) }, ...KEY).status, `${size}`).to.equal(
        0,
      )
  })

  it('says without a checkpoint, and without a key, what is not proven then', () => {
    expect(verify(lines).told.at(-1)).to.equal(
      'Not proven: that this is the ledger it was. Give --against a checkpoint that you kept, and --key.',
    )
    const { status, told } = verify(lines, { checkpoint: checkpoint(lines) })
    expect([status, told.join('\n').includes('signature was NOT checked, since no --key was given')]).to.deep.equal([
      0,
      true,
    ])
  })

  it('takes lines without records', () => {
    const bare = lines.map((line) => ({ ...line, salt: null, data: null }))
    const { status, told } = verify(bare, { checkpoint: checkpoint(bare) }, ...KEY, '--without-records')
    expect(status).to.equal(0)
    expect(told[0]).to.contain('numbers, hashes, links, balances and refunds agree')
    expect(told).to.include(
      `0 private records opened, ${lines.length} are not in this export; erasures in it declare 0 deleted.`,
    )
  })

  it('does not let a record be left out that no erasure declares, unless it is told so', () => {
    const one = lines.findIndex(({ data }) => data !== null && !data.includes('"records":'))
    const without = lines.with(one, { ...lines[one]!, salt: null, data: null })
    expect(refused(without)).to.match(/^2 private records are not in this export, and erasures in it declare 1 deleted/)
    expect(verify(without, {}, '--without-records').status).to.equal(0)
  })

  const CHANGES: readonly [what: string, of: () => readonly Line[] | Buffer, message: RegExp][] = [
    [
      'another body',
      () => changed({ body: lines[at]!.body.replace('"points":10', '"points":90') }),
      /^line 5: the hash is/,
    ],
    ['a body with its hash', () => edited('"points":10', '"points":90'), /^line 6: the body does not name the hash/],
    ['a body laid out otherwise', () => edited('{', '{ '), /^line 5: the body is not canonical JSON/],
    ['a body with another key', () => edited('"v":1', '"v":1,"w":1'), /^line 5: the body is not canonical JSON/],
    ['a body of another version', () => edited('"v":1', '"v":2'), /^line 5: v in the body is not what it has to be/],
    ['a fraction of a point', () => edited('"points":10', '"points":1.5'), /^line 5: points in the body/],
    [
      'another record',
      () => changed({ data: lines[at]!.data!.replace('"42"', '"43"') }),
      /^line 5: the record is not the/,
    ],
    ['another salt', () => changed({ salt: 'f'.repeat(64) }), /^line 5: the record is not the one/],
    ['a line that is gone', () => lines.toSpliced(at, 1), /^line 5: this is entry 6/],
    ['a line that is put in', () => lines.toSpliced(at, 0, lines[at]!), /^line 6: this is entry 5/],
    [
      'two that changed places',
      () => lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!),
      /^line 5: this is entry 6/,
    ],
    ['a line with more in it', () => changed({ more: 1 } as Partial<Line>), /^line 5: it has not the keys/],
    [
      'a key twice in a line, of which every reader takes another',
      () => {
        const lie = JSON.stringify(lines[at]!.body.replace('"points":10', '"points":99999'))
        const line = JSON.stringify(lines[at])
        return Buffer.from(text(lines).replace(line, `{"body":${lie},${line.slice(1)}`))
      },
      /^line 5: it is not written as an export writes it/,
    ],
    [
      'a line laid out otherwise',
      () => Buffer.from(text(lines).replace('{"body"', '{ "body"')),
      /^line 1: it is not written as/,
    ],
    ['a line cut short', () => Buffer.from(text(lines).slice(0, -20)), /it is not JSON$/],
    [
      'bytes that are no UTF-8',
      () => Buffer.concat([Buffer.from(text(lines)), Buffer.of(0xff, 10)]),
      /it is not UTF-8$/,
    ],
    [
      'half of a pair of signs',
      () => changed({ data: '{"x":"\ud83d"}' }),
      /^line 5: it is not JSON|the record is not JSON/,
    ],
  ]
  for (const [what, of, message] of CHANGES) {
    it(`rejects ${what}`, () => expect(refused(of())).to.match(message))
  }

  it('rejects a chain that is whole, but whose points, learners or transfers are not', () => {
    const named = (data: string) => data.replace('"user_id":"42"', '"user_id":"43"')
    expect(refused(restamped(lines, at, (body) => body, named))).to.match(/another learner than earlier ones$/)
    const held = restamped(lines, at, (body) => body.replace('"held":0', '"held":-1'))
    expect(refused(held)).to.equal('line 5: more held points are taken than there were')
    const find = (pattern: RegExp) => lines.findIndex(({ body }) => pattern.test(body))
    const revoked = find(/"kind":"revocation"/)
    const other = restamped(lines, revoked, (body) => body.replace(/"ref":\d+/, '"ref":1'))
    expect(refused(other)).to.equal(`line ${revoked + 1}: it takes back what was not granted, or a second time`)
    const refund = find(/"kind":"refund"/)
    const more = restamped(lines, refund, (body) => body.replace('"points":4', '"points":5'))
    expect(refused(more)).to.equal(`line ${refund + 1}: it gives back what was not spent, or a second time`)
    const arrival = find(/"kind":"merge".*"ref":[0-9]/)
    const invented = restamped(lines, arrival, (body) => body.replace(/"ref":[0-9]+/, '"ref":2'))
    expect(refused(invented)).to.equal(`line ${arrival + 1}: it brings what left no other account for this one`)
    const grown = restamped(lines, arrival, (body) => body.replace(/"points":([0-9]+)/, '"points":1$1'))
    expect(refused(grown)).to.equal(`line ${arrival}: what leaves this account by it arrives at no other`)
    const erased = find(/"kind":"erasure"/)
    const left = restamped(lines, erased, (body) => body.replace(/"points":-?\d+/, '"points":1'))
    expect(refused(left)).to.equal(`line ${erased + 1}: it leaves points to a learner who is erased`)
  })

  it('rejects a history that was written anew, or cut off, by the checkpoint that was kept', () => {
    const anew = restamped(lines, at, (body) => body.replace('"points":10', '"points":90'))
    const kept = { against: checkpoint(lines, 9) }
    expect(verify(anew, { checkpoint: checkpoint(anew) }, ...KEY).status, 'the key was in wrong hands').to.equal(0)
    expect(refused(anew, kept, ...KEY)).to.equal(
      'against.note: the first 9 entries are not those that were signed: one of them was changed, removed or put in',
    )
    expect(refused(lines.slice(0, 8), kept, ...KEY)).to.equal('against.note: 9 entries were signed, and 8 are here')
    expect(verify(anew, { against: checkpoint(lines, at) }, ...KEY).status, 'what was before is as it was').to.equal(0)
  })

  it('rejects a checkpoint of another key, one that was changed, and one that is not of this export', () => {
    expect(refused(lines, { checkpoint: checkpoint(lines, lines.length, stranger) }, ...KEY)).to.match(
      /^checkpoint.note: none/,
    )
    const changedNote = checkpoint(lines).replace(`\n${lines.length}\n`, '\n7\n')
    expect(refused(lines, { checkpoint: changedNote }, ...KEY)).to.equal(
      'checkpoint.note: the signature is not over this text',
    )
    expect(refused(lines, { checkpoint: checkpoint(lines, 7) }, ...KEY)).to.equal(
      `checkpoint.note: it is over 7 entries, the export has ${lines.length}`,
    )
    const both = [...KEY, '--key', stranger.vkey]
    expect(verify(lines, { checkpoint: checkpoint(lines, lines.length, stranger) }, ...both).status).to.equal(0)
  })

  it('takes a receipt of every entry, and says of which entry it is and what its checkpoint covers', () => {
    const size = lines.length - 1
    for (let seq = 1; seq <= size; seq++)
      expect(verify(lines, { against: receipt(lines, seq, size) }, ...KEY).status, `entry ${seq}`).to.equal(0)
    const { told } = verify(lines, { against: receipt(lines, 5, 7) }, ...KEY)
    expect(told).to.include.members([
      `against.note: the first 7 entries are those of this checkpoint, signed by ${signer.vkey}.`,
      'against.note: entry 5 is the one that this receipt is over.',
      'Not proven: what comes after entry 7, and that what was reported to Rocket is true and complete.',
    ])
    const more = receipt(lines, 5, 7).replace('\nindex', '\nextra bm90aGluZw==\nindex')
    expect(verify(lines, { against: more }, ...KEY).status, 'with what else it may hold').to.equal(0)
  })

  it('rejects a receipt of another entry, a forged one, and one over entries that were changed since', () => {
    const real = receipt(lines, 5, 7)
    const not = (seq: number) =>
      `against.note: entry ${seq} is not the one that this receipt is over, or its proof was changed`
    const refusedWith = (text: string) => refused(lines, { against: text }, ...KEY)
    expect(refusedWith(real.replace('index 4', 'index 5'))).to.equal(not(6))
    expect(refusedWith(real.replace('index 4', 'index 7')), 'not under its checkpoint').to.equal(not(8))
    const [, , step = ''] = real.split('\n')
    expect(refusedWith(real.replace(step, Buffer.alloc(32, 9).toString('base64')))).to.equal(not(5))
    expect(refusedWith(real.replace(`${step}\n`, ''))).to.equal(not(5))
    expect(refusedWith(real.replace(step, `${step}\n${step}`))).to.equal(not(5))
    expect(refusedWith(receipt(lines, 5, 7, stranger))).to.match(/^against.note: none of the keys that you gave/)
    expect(refusedWith(real.replace('\n7\n', '\n8\n'))).to.equal('against.note: the signature is not over this text')
    const anew = restamped(lines, at, (body) => body.replace('"points":10', '"points":90'))
    expect(refused(anew, { against: real }, ...KEY)).to.match(/^against.note: the first 7 entries are not those/)
    expect(refused(lines.slice(0, 6), { against: real }, ...KEY)).to.match(/7 entries were signed, and 6 are here$/)
  })

  it('takes several keys in one value, as `ledger key` prints them, and each checkpoint by whichever signed it', () => {
    const notes = { checkpoint: checkpoint(lines, lines.length, stranger), against: checkpoint(lines, 7) }
    const { status, told } = verify(lines, notes, '--key', `${stranger.vkey}\n${signer.vkey}\n`)
    expect([status, told.filter((line) => line.includes('signed by')).length]).to.deep.equal([0, 2])
    expect(refused(lines, notes, '--key', `${stranger.vkey}\n`)).to.match(
      /^against.note: none of the keys that you gave/,
    )
    expect(refused(lines, notes, ...KEY)).to.match(/^checkpoint.note: none of the keys that you gave/)
  })

  it('prints no control character that comes from a file', () => {
    const hostilely = (data: string) => data.replaceAll('"user_id":"42"', '"user_id":"4\\u001b[2K\\u202e\\n2"')
    const hostile = lines.reduce((all, { data }, index) => {
      return data?.includes('"user_id":"42"') ? restamped(all, index, (body) => body, hostilely) : all
    }, lines)
    const { status, told } = verify(hostile, {}, '--balances')
    expect(status).to.equal(0)
    expect(told.join('\n')).to.match(/^4\\u001b\[2K\\u202e\\u000a2 /m)
    const name = checkpoint(lines, 7, signerFrom('x\u001b[2Ky', Buffer.alloc(32, 1)))
    expect(refused(lines, { against: name }, ...KEY)).to.match(/but x\\u001b\[2Ky$/)
  })

  it('says so where an entry gave the name up under which a checkpoint was signed', () => {
    const former = { origin: ORIGIN, size: lines.length - 1, root: '' }
    const given = (data: string) => data.replace('"detail":{', `"detail":{"former":${JSON.stringify(former)},`)
    const renamed = restamped(lines, at, (body) => body, given)
    expect(refused(renamed, { against: checkpoint([...lines, lines[0]!]) }, ...KEY)).to.match(
      /and \d+ are here; line 5 says that they were given up when a backup was restored$/,
    )
    expect(verify(renamed).told.join('\n')).to.contain(`Line 5 says that this ledger was called ${ORIGIN} up to entry`)
  })

  it('prints how it is called, where it is asked, and where it is given nothing', () => {
    for (const asked of ['--help', '-h']) {
      const { status, told, stderr } = run(asked)
      expect([status, stderr]).to.deep.equal([0, ''])
      for (const option of ['--checkpoint', '--against', '--key', '--without-records', '--balances', 'Exit code'])
        expect(told.join('\n')).to.contain(option)
    }
    const { status, told, stderr } = run()
    expect([status, told]).to.deep.equal([2, ['']])
    expect(stderr).to.equal(run('--help').told.join('\n'))
  })

  it('ends with 2 where it is called wrongly, also with a file that is something else', () => {
    const real = receipt(lines, 5, 7)
    const others: readonly [name: string, text: string, said: RegExp][] = [
      ['checkpoint', 'no checkpoint\n', /^checkpoint.note: this is no checkpoint$/],
      ['checkpoint', real, /^checkpoint.note: this is no checkpoint$/],
      ['checkpoint', `${checkpoint(lines)}unsigned\n`, /^checkpoint.note: a line below the text is no signature$/],
      ['against', text(lines), /^against.note: this is no checkpoint$/],
      ['against', real.replace('proof@v1', 'proof@v2'), /^against.note: this is no receipt$/],
      ['against', real.replace('index 4', 'index -4'), /^against.note: this is no receipt$/],
      ['against', real.split('\n\n')[0]!, /^against.note: this is no receipt$/],
      ['against', real.replace(/=\n\n/, '\n\n'), /^against.note: this is no receipt$/],
    ]
    for (const [name, given, said] of others) {
      const { status, told, stderr } = verify(lines, { [name]: given }, ...KEY)
      expect([status, told], `${said}`).to.deep.equal([2, ['']])
      expect(stderr).to.match(said)
    }
    const wrong = [
      ['--balances'],
      ['one', 'two'],
      ['nowhere.jsonl'],
      ['ledger.jsonl', '--against', 'nowhere'],
      ['ledger.jsonl', '--key', 'key'],
      ['ledger.jsonl', '--key', ''],
      ['ledger.jsonl', '--key', `${signer.vkey}\nkey`],
      ['ledger.jsonl', '--key', signer.vkey.replace('+', '+0')],
      ['ledger.jsonl', '--key', `${signer.vkey}x`],
      ['ledger.jsonl', '--more'],
    ]
    for (const args of wrong) {
      const { status, stderr } = run(...args)
      expect([status, /^\s+at /m.test(stderr), stderr === ''], args.join(' ')).to.deep.equal([2, false, false])
    }
  })
})
