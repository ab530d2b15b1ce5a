/** Re-derives the Merkle tree from the hashes of entries, and the roots of whatever sizes somebody asks for. */
import { EMPTY_ROOT, nodeHash } from '../domain/tree.js'
import type { TreeClaims } from '../store/audit-tree.js'

/** Rows are kept at every height that this divides. */
const STEP = 4

export class TreeCheck {
  /** How many entries were read. */
  size = 0
  /** Roots of full subtrees, largest first: all that is needed of what was read. */
  readonly #peaks: Buffer[] = []
  readonly #roots = new Map<number, Buffer>()
  readonly #asked: number[]
  #differs = false

  /**
   * @param kept the kept root of a subtree.
   * @param sizes of which roots will be asked for.
   */
  constructor(
    readonly counts: TreeClaims['counts'],
    readonly kept: (height: number, number: number) => Buffer | undefined,
    sizes: readonly number[],
    readonly fail: (seq: null, message: string) => void,
  ) {
    this.#asked = [...new Set(sizes)].sort((a, b) => b - a)
    this.#take()
  }

  append(leaf: Buffer): void {
    let node = leaf
    let number = this.size
    for (let height = 1; number % 2 === 1; height++) {
      node = nodeHash(this.#peaks.pop()!, node)
      number = (number - 1) / 2
      if (height % STEP === 0) this.#compare(height, number, node)
    }
    this.#peaks.push(node)
    this.size++
    if (this.#asked.at(-1) === this.size) this.#take()
  }

  /** The root of everything that was read. */
  root(): Buffer {
    return this.#peaks.length === 0 ? EMPTY_ROOT : this.#peaks.reduceRight((right, left) => nodeHash(left, right))
  }

  /** The root at a size that was named before; undefined: fewer entries were read. */
  rootAt(size: number): Buffer | undefined {
    return this.#roots.get(size)
  }

  /** Rows for which there are no entries. */
  finish(): void {
    for (const [height, count] of this.counts) {
      const expected = height % STEP === 0 ? Math.floor(this.size / 2 ** height) : 0
      if (count > expected) {
        this.fail(null, `the kept tree has ${count} rows of height ${height}, and the entries make ${expected}`)
      }
    }
  }

  #compare(height: number, number: number, root: Buffer): void {
    // One entry that is wrong makes many rows wrong: the first of them says enough.
    if (this.#differs || this.kept(height, number)?.equals(root)) return
    this.#differs = true
    const [from, to] = [number * 2 ** height + 1, (number + 1) * 2 ** height]
    this.fail(null, `the kept root over the entries ${from}–${to} is gone, or is not what they give`)
  }

  #take(): void {
    while (this.#asked.at(-1) === this.size) this.#roots.set(this.#asked.pop()!, this.root())
  }
}
