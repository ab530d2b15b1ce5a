/**
 * The Merkle tree over the ledger: RFC 6962, section 2.1. The hash of an entry is its leaf; a root stands for all entries up
 * to a size, and a proof of a few dozen hashes shows that an entry, or an earlier root, belongs to it.
 */
import { hash } from 'node:crypto'

/** The root of no entries at all. */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer')

/**
 * Gives the root of a full subtree: the one over the leaves `number · 2^height` up to `(number + 1) · 2^height`, that one not
 * included. Both count from 0; at height 0 it is a leaf.
 */
export type Subtrees = (height: number, number: number) => Buffer

const joined = Buffer.alloc(65, 1)

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  joined.set(left, 1)
  joined.set(right, 33)
  // By way of hex: that is how Node hands over a hash fastest.
  return Buffer.from(hash('sha256', joined, 'hex'), 'hex')
}

/** The root over leaves that are at hand. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  let row = leaves
  if (row.length === 0) return EMPTY_ROOT
  // A last one without a partner goes up as it is.
  while (row.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < row.length; at += 2)
      above.push(at + 1 < row.length ? nodeHash(row[at]!, row[at + 1]!) : row[at]!)
    row = above
  }
  return row[0]!
}

/** The full subtrees that a tree of this size is made of, largest first. */
export function peaksOf(size: number): { height: number; number: number }[] {
  const peaks: { height: number; number: number }[] = []
  let rest = size
  for (let height = Math.floor(Math.log2(size || 1)); rest > 0; height--) {
    const span = 2 ** height
    if (rest < span) continue
    peaks.push({ height, number: (size - rest) / span })
    rest -= span
  }
  return peaks
}

/** The root of the first `size` leaves. */
export function treeRoot(size: number, subtrees: Subtrees): Buffer {
  return rangeRoot(0, size, subtrees)
}

/**
 * What proves that a leaf is in the tree of a size, from the leaf upwards.
 * @param index from 0, below `size`.
 */
export function inclusionProof(index: number, size: number, subtrees: Subtrees): Buffer[] {
  const proof: Buffer[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      proof.push(rangeRoot(middle, to, subtrees))
      to = middle
    } else {
      proof.push(rangeRoot(from, middle, subtrees))
      from = middle
    }
  }
  return proof.reverse()
}

/**
 * What proves that the tree of `size` leaves begins with the tree of `from` leaves.
 * @param from 1 up to `size`; nothing is needed where they are the same.
 */
export function consistencyProof(from: number, size: number, subtrees: Subtrees): Buffer[] {
  const proof: Buffer[] = []
  let [low, high] = [0, size]
  while (from !== high) {
    const middle = low + splitOf(high - low)
    if (from <= middle) {
      proof.push(rangeRoot(middle, high, subtrees))
      high = middle
    } else {
      proof.push(rangeRoot(low, middle, subtrees))
      low = middle
    }
  }
  // The earlier root itself is what the verifier has.
  if (low > 0) proof.push(rangeRoot(low, high, subtrees))
  return proof.reverse()
}

interface Inclusion {
  /** From 0. */
  readonly index: number
  readonly size: number
  readonly leaf: Buffer
  readonly root: Buffer
  readonly proof: readonly Buffer[]
}

/** Whether a proof shows that a leaf is in a tree: RFC 9162, section 2.1.3.2. */
export function provesInclusion({ index, size, leaf, root, proof }: Inclusion): boolean {
  if (index < 0 || index >= size) return false
  let [place, last, found] = [index, size - 1, leaf]
  for (const step of proof) {
    if (last === 0) return false
    if (place % 2 === 1 || place === last) {
      found = nodeHash(step, found)
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)]
    } else found = nodeHash(found, step)
    ;[place, last] = [half(place), half(last)]
  }
  return last === 0 && found.equals(root)
}

interface Consistency {
  readonly from: number
  readonly fromRoot: Buffer
  readonly size: number
  readonly root: Buffer
  readonly proof: readonly Buffer[]
}

/** Whether a proof shows that one tree begins with another: RFC 9162, section 2.1.4.2. */
export function provesConsistency({ from, fromRoot, size, root, proof }: Consistency): boolean {
  if (from < 1 || from > size) return false
  if (from === size) return proof.length === 0 && fromRoot.equals(root)
  // A full tree is itself the first step.
  const steps = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : proof
  const [first] = steps
  if (!first) return false
  let [place, last] = [from - 1, size - 1]
  while (place % 2 === 1) [place, last] = [half(place), half(last)]
  let [before, after] = [first, first]
  for (const step of steps.slice(1)) {
    if (last === 0) return false
    if (place % 2 === 1 || place === last) {
      before = nodeHash(step, before)
      after = nodeHash(step, after)
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)]
    } else after = nodeHash(after, step)
    ;[place, last] = [half(place), half(last)]
  }
  return last === 0 && before.equals(fromRoot) && after.equals(root)
}

// Not shifts: they would end at 2^31.
const half = (count: number): number => Math.floor(count / 2)

/** The largest power of two that is smaller than a count of leaves. */
const splitOf = (count: number): number => 2 ** (Math.ceil(Math.log2(count)) - 1)

/** The root over leaves `from` up to `to`: a range as the tree splits it, so all but its last part are full subtrees. */
function rangeRoot(from: number, to: number, subtrees: Subtrees): Buffer {
  const count = to - from
  if (count === 0) return EMPTY_ROOT
  const height = Math.log2(count)
  if (Number.isInteger(height)) return subtrees(height, from / count)
  const middle = from + splitOf(count)
  return nodeHash(rangeRoot(from, middle, subtrees), rangeRoot(middle, to, subtrees))
}
