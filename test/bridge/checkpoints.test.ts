/**
 * What the sidecar signs and proves, and what the bridge makes of it, are one thing. The golden file is made here and kept with
 * the plugin, whose own tests read it too: write it anew with UPDATE_GOLDEN=1.
 */
import { hash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { openCheckpoint, signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { signerFrom } from '../../sidecar/domain/note.js'
import { consistencyProof, provesConsistency, rootOf } from '../../sidecar/domain/tree.js'
import { BRIDGE, hasPhp, php } from './php.js'

const GOLDEN = join(BRIDGE, 'local_rocket/tests/fixtures/checkpoints.json')
const ORIGIN = 'rocket/moodle/00000001'

interface Proof {
  readonly from: number
  readonly fromroot: string
  readonly size: number
  readonly root: string
  readonly proof: readonly string[]
}
interface Note {
  readonly note: string
  readonly vkey: string
}
interface Judged {
  readonly proofs: readonly boolean[]
  readonly notes: readonly ({ origin: string; size: number; root: string; signed: boolean } | null)[]
}

const leaves = Array.from({ length: 1_100 }, (_, n) => hash('sha256', `\u0000entry ${n}`, 'buffer'))
const base64 = (bytes: Buffer): string => bytes.toString('base64')
const rootAt = (size: number): Buffer => rootOf(leaves.slice(0, size))
const proofOf = (from: number, size: number): Proof => ({
  from,
  fromroot: base64(rootAt(from)),
  size,
  root: base64(rootAt(size)),
  proof: consistencyProof(from, size, (height, number) =>
    rootOf(leaves.slice(number * 2 ** height, (number + 1) * 2 ** height)),
  ).map(base64),
})

const signers = [1, 2].map((filled) => signerFrom(ORIGIN, Buffer.alloc(32, filled)))
const renamed = signerFrom('rocket/moodle/00000002', Buffer.alloc(32, 1))
const noteOf = (size: number, by: readonly (typeof renamed)[]): string =>
  signCheckpoint({ origin: by[0]!.name, size, root: rootAt(size) }, by)

const SIZES = Array.from({ length: 12 }, (_, n) => n + 1)
const PAIRS = [
  ...SIZES.flatMap((size) => SIZES.filter((from) => from <= size).map((from) => [from, size] as const)),
  ...([
    [1, 1_000],
    [64, 1_000],
    [999, 1_000],
    [512, 1_024],
    [1_023, 1_024],
    [1_000, 1_100],
  ] as const),
]
const golden = {
  proofs: PAIRS.map(([from, size]) => proofOf(from, size)),
  notes: [
    { note: noteOf(7, [signers[0]!]), vkey: signers[0]!.vkey },
    { note: noteOf(1_000, signers), vkey: signers[0]!.vkey },
    { note: noteOf(1_000, signers), vkey: signers[1]!.vkey },
    { note: noteOf(5, [renamed]), vkey: renamed.vkey },
  ],
}

const judge = (proofs: readonly Proof[], notes: readonly Note[]): Judged => {
  const script = join(import.meta.dirname, 'checkpoints.php')
  const run = php([script], JSON.stringify({ proofs, notes }))!
  expect(run.status, run.output).to.equal(0)
  return JSON.parse(run.output)
}

/** What the sidecar's own verifier says. */
const proves = ({ from, fromroot, size, root, proof }: Proof): boolean =>
  provesConsistency({
    from,
    fromRoot: Buffer.from(fromroot, 'base64'),
    size,
    root: Buffer.from(root, 'base64'),
    proof: proof.map((text) => Buffer.from(text, 'base64')),
  })

const flipped = (text: string, at: number): string => {
  const bytes = Buffer.from(text, 'base64')
  bytes[at % bytes.length]! ^= 1 << (at % 8)
  return base64(bytes)
}

const anyProof = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 300 }))
  .map(([from, more]) => proofOf(from, from + more))
/** A proof with something wrong in it, or with nothing. */
const brokenProof = fc
  .record({ proof: anyProof, other: anyProof, at: fc.nat(1_000), how: fc.integer({ min: 0, max: 8 }) })
  .map(({ proof: one, other, at, how }): Proof => {
    const { proof } = one
    const place = proof.length === 0 ? 0 : at % proof.length
    const ways: readonly Partial<Proof>[] = [
      {},
      { root: flipped(one.root, at) },
      { fromroot: flipped(one.fromroot, at) },
      { proof: proof.map((text, n) => (n === place ? flipped(text, at) : text)) },
      { proof: proof.filter((_, n) => n !== place) },
      { proof: [...proof, other.root] },
      { proof: [...proof].reverse() },
      { size: other.size, root: other.root },
      { from: other.from },
    ]
    return { ...one, ...ways[how] }
  })

describe('the ledger, as the bridge checks it', () => {
  it('is as the golden file has it', () => {
    const now = `${JSON.stringify(golden, null, 2)}\n`
    if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, now)
    expect(now).to.equal(readFileSync(GOLDEN, 'utf8'))
  })

  it('is proven to the bridge by the golden proofs, and signed by the golden keys', function () {
    if (!hasPhp) this.skip()
    const { proofs, notes } = judge(golden.proofs, golden.notes)
    expect(new Set(proofs)).to.deep.equal(new Set([true]))
    expect(notes).to.deep.equal(
      golden.notes.map(({ note, vkey }) => {
        const { origin, size, root } = openCheckpoint(note, [vkey])
        return { origin, size, root: base64(root), signed: true }
      }),
    )
  })

  it('is not proven to it by anything else, and it judges as the sidecar does', function () {
    if (!hasPhp) this.skip()
    const proofs = fc.sample(brokenProof, 600)
    const expected = proofs.map(proves)
    expect(new Set(expected)).to.deep.equal(new Set([true, false]))
    expect(judge(proofs, []).proofs).to.deep.equal(expected)
  })

  it('is not signed where one byte of the note is another, or the key is', function () {
    if (!hasPhp) this.skip()
    const { note, vkey } = golden.notes[0]!
    const bytes = Buffer.from(note)
    const changed = Array.from(bytes, (_, at) => {
      const copy = Buffer.from(bytes)
      copy[at]! ^= 1
      return { note: copy.toString('utf8'), vkey }
    })
    const others = [
      { note, vkey: signers[1]!.vkey },
      { note: note.trimEnd(), vkey },
      { note: note.replace('\n7\n', '\n07\n'), vkey },
    ]
    // A key is itself under whatever name it was heard of: a ledger that gets another name has the same one.
    expect(judge([], [{ note, vkey: renamed.vkey }]).notes[0]!.signed).to.equal(true)
    for (const judged of judge([], [...changed, ...others]).notes) expect(judged?.signed ?? false).to.equal(false)
  })
})
