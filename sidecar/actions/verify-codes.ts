/** Holds the list of pools against the entries that say which files of codes came. */
import type { RewardClaims } from '../store/audit-rewards.js'
import type { OpenedRecord } from './opened-record.js'
import { textIn } from './verify-redemption.js'

interface Told {
  readonly reward: string | null
  readonly file: string | null
  /** Null: entries of early versions do not say it, nor do those about codes that came back by receipts. */
  readonly imported: string | null
}

export class CodesCheck {
  readonly #told = new Map<string, Told>()

  constructor(
    readonly claims: Pick<RewardClaims, 'batches' | 'strays'>,
    readonly fail: (seq: number | null, message: string) => void,
  ) {}

  administered(record: OpenedRecord | null): void {
    const { batch, reward, file, imported } = record?.detail ?? {}
    // Some other entries name a batch, and no file.
    if (typeof batch !== 'string' || typeof file !== 'string') return
    if (!this.#told.has(batch)) this.#told.set(batch, { reward: textIn(reward), file, imported: textIn(imported) })
  }

  finish(): void {
    const { batches, strays } = this.claims
    for (const [id, { reward, file, imported }] of batches) {
      const told = this.#told.get(id)
      const isTold = told?.reward === reward && told.file === file
      const isThen = told?.imported == null || Date.parse(told.imported) === imported
      if (!isTold || !isThen)
        this.fail(null, `what is kept of the codes of ${id} is not what the entry of their file says`)
    }
    for (const id of strays) this.fail(null, `codes of ${id} are of another pool, or in other hands, than is kept`)
  }
}
