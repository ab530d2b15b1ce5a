/** Lets requests that arrive together share one commit, and so one wait for the disk. */
import type { Writer } from './database.js'

interface Waiting {
  readonly work: () => unknown
  readonly resolve: (value: never) => void
  readonly reject: (reason: unknown) => void
}

/**
 * One transaction takes in at most so much work (what is larger goes alone): neither the event loop nor another process
 * waits long, and sharing a commit pays only while the wait for the disk is what costs.
 */
const MOST_WEIGHT = 256

export class Committer {
  #waiting: { waiting: Waiting; weight: number }[] = []
  #scheduled = false

  constructor(readonly writer: Writer) {}

  /**
   * Runs work in the next transaction.
   * @param weight how many events' worth of work it is.
   * @returns what the work returned, once the disk has it; rejects with what it threw, or with StorageUnavailable.
   */
  run<T>(work: () => T, weight = 1): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ waiting: { work, resolve, reject }, weight })
      this.#schedule()
    })
  }

  /**
   * Runs a step in one transaction after another, until it finds nothing more to do.
   * @param step returns how much it did. @returns the sum.
   */
  async runUntilNone(step: () => number, weight = 1): Promise<number> {
    for (let sum = 0; ; ) {
      const done = await this.run(step, weight)
      if (done === 0) return sum
      sum += done
    }
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    // After this turn's input was read, so that everything that has arrived by now is in.
    setImmediate(() => this.#gather(0))
  }

  /** New connections are accepted one a turn of the event loop: while a turn brings more work, the next one may too. */
  #gather(before: number): void {
    const weight = this.#waiting.reduce((sum, next) => sum + next.weight, 0)
    if (weight > before && weight < MOST_WEIGHT) setImmediate(() => this.#gather(weight))
    else this.#flush()
  }

  #flush(): void {
    this.#scheduled = false
    const batch: Waiting[] = []
    let weight = 0
    while (this.#waiting.length > 0 && (batch.length === 0 || weight + this.#waiting[0]!.weight <= MOST_WEIGHT)) {
      const next = this.#waiting.shift()!
      batch.push(next.waiting)
      weight += next.weight
    }
    if (this.#waiting.length > 0) this.#schedule()
    try {
      const results = this.writer.writeAll(batch.map(({ work }) => work))
      for (const [index, result] of results.entries()) {
        const { resolve, reject } = batch[index]!
        if (result.status === 'fulfilled') resolve(result.value as never)
        else reject(result.reason)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
