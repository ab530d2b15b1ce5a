import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  peaksOf,
  provesConsistency,
  provesInclusion,
  rootOf,
  type Subtrees,
  treeRoot,
} from '../../sidecar/domain/tree.js'

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

/** The definitions of RFC 6962, section 2.1, word for word. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return leaves[0]!
  const k = split(leaves.length)
  return sha256(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)))
}
function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return []
  const k = split(leaves.length)
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))]
}
function subproof(m: number, leaves: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)]
  const k = split(leaves.length)
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))]
}
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

const leavesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, index) => sha256(Buffer.of(0), Buffer.from(`entry ${index}`)))
const LEAVES = leavesOf(300)
const subtrees: Subtrees = (height, number) => mth(LEAVES.slice(number * 2 ** height, (number + 1) * 2 ** height))
const sizes = fc.integer({ min: 1, max: LEAVES.length })

describe('the tree', () => {
  it('has the roots that RFC 6962 defines', () => {
    expect(EMPTY_ROOT.toString('hex')).to.equal('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    for (let size = 0; size <= 70; size++) {
      const expected = mth(LEAVES.slice(0, size)).toString('hex')
      expect(rootOf(LEAVES.slice(0, size)).toString('hex'), `${size}`).to.equal(expected)
      expect(treeRoot(size, subtrees).toString('hex'), `${size}`).to.equal(expected)
    }
  })

  it('is made of full subtrees, the largest first', () => {
    expect(peaksOf(0)).to.deep.equal([])
    expect(peaksOf(1)).to.deep.equal([{ height: 0, number: 0 }])
    expect(peaksOf(11)).to.deep.equal([
      { height: 3, number: 0 },
      { height: 1, number: 4 },
      { height: 0, number: 10 },
    ])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (size) => {
        const peaks = peaksOf(size)
        expect(peaks.reduce((sum, { height }) => sum + 2 ** height, 0)).to.equal(size)
        let from = 0
        for (const { height, number } of peaks) {
          expect(number * 2 ** height).to.equal(from)
          from += 2 ** height
        }
      }),
    )
  })
})

describe('an inclusion proof', () => {
  it('is the one that RFC 6962 defines, and proves its leaf', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, any) => {
        const index = any % size
        const leaves = LEAVES.slice(0, size)
        const proof = inclusionProof(index, size, subtrees)
        expect(proof.map(String)).to.deep.equal(path(index, leaves).map(String))
        expect(proof.length).to.be.at.most(Math.ceil(Math.log2(size)))
        expect(provesInclusion({ index, size, leaf: leaves[index]!, root: mth(leaves), proof })).to.equal(true)
      }),
    )
  })

  it('proves nothing else: another leaf, place, size, root or hash', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, any, other) => {
        const index = any % size
        const given = {
          index,
          size,
          leaf: LEAVES[index]!,
          root: treeRoot(size, subtrees),
          proof: inclusionProof(index, size, subtrees),
        }
        const wrong = sha256(Buffer.from(`another ${other}`))
        expect(provesInclusion({ ...given, leaf: wrong })).to.equal(false)
        expect(provesInclusion({ ...given, root: wrong })).to.equal(false)
        expect(provesInclusion({ ...given, proof: [...given.proof, wrong] })).to.equal(false)
        expect(provesInclusion({ ...given, index: size })).to.equal(false)
        expect(provesInclusion({ ...given, index: -1 })).to.equal(false)
        if (size > 1) {
          expect(provesInclusion({ ...given, index: (index + 1) % size })).to.equal(false)
          expect(provesInclusion({ ...given, proof: given.proof.slice(1) })).to.equal(false)
          const at = other % given.proof.length
          expect(provesInclusion({ ...given, proof: given.proof.with(at, wrong) })).to.equal(false)
        }
      }),
    )
  })
})

describe('a consistency proof', () => {
  it('is the one that RFC 6962 defines, and proves the earlier tree', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, any) => {
        const from = 1 + (any % size)
        const proof = consistencyProof(from, size, subtrees)
        expect(proof.map(String)).to.deep.equal(subproof(from, LEAVES.slice(0, size), true).map(String))
        const [fromRoot, root] = [treeRoot(from, subtrees), treeRoot(size, subtrees)]
        expect(provesConsistency({ from, fromRoot, size, root, proof })).to.equal(true)
      }),
    )
  })

  it('proves nothing else: another earlier or later root, other sizes, another hash', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, any, other) => {
        const from = 1 + (any % size)
        const proof = consistencyProof(from, size, subtrees)
        const given = { from, fromRoot: treeRoot(from, subtrees), size, root: treeRoot(size, subtrees), proof }
        const wrong = sha256(Buffer.from(`another ${other}`))
        expect(provesConsistency({ ...given, fromRoot: wrong })).to.equal(false)
        expect(provesConsistency({ ...given, root: wrong })).to.equal(false)
        expect(provesConsistency({ ...given, proof: [...proof, wrong] })).to.equal(false)
        expect(provesConsistency({ ...given, from: 0 })).to.equal(false)
        expect(provesConsistency({ ...given, from: size + 1 })).to.equal(false)
        if (proof.length > 0) {
          expect(provesConsistency({ ...given, proof: proof.slice(1) })).to.equal(false)
          expect(provesConsistency({ ...given, proof: proof.with(other % proof.length, wrong) })).to.equal(false)
        }
      }),
    )
  })

  it('does not let a ledger pass that was changed below the earlier size', () => {
    const changed = LEAVES.with(20, sha256(Buffer.from('changed')))
    const other: Subtrees = (height, number) => mth(changed.slice(number * 2 ** height, (number + 1) * 2 ** height))
    for (let size = 30; size < 60; size++) {
      const proof = consistencyProof(30, size, other)
      const sums = { from: 30, fromRoot: treeRoot(30, subtrees), size, root: treeRoot(size, other), proof }
      expect(provesConsistency(sums), `${size}`).to.equal(false)
    }
  })
})
