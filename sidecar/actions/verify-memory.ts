/** Holds what the rules remember of grants against the entries and their records. */
import { type Body, commitment, readBody } from '../domain/entry.js'
import { rawEntries } from '../store/audit.js'
import { type MemorySums, memoryOf, sameMemory } from '../store/audit-memory.js'
import type { Connection } from '../store/database.js'
import { isGrant, type OpenedRecord, parseRecord, rememberedOf } from './opened-record.js'

export class MemoryCheck {
  /** @param ownerOf whose a subject's entries are now. */
  constructor(
    readonly sums: MemorySums,
    readonly connection: Connection,
    readonly ownerOf: (subject: string) => string,
    readonly fail: (seq: number | null, message: string) => void,
  ) {}

  grant(seq: number, subject: string, body: Body, record: OpenedRecord): void {
    this.sums.derived(rememberedOf(this.ownerOf(subject), seq, body, record))
  }

  /**
   * Where the sums differ, grants are looked up one by one. A row that no grant made is not found here: what a learner has
   * too much of is for the sums of learners to say.
   * @param read how far the entries were read.
   */
  finish(read: number): void {
    const kept = memoryOf(this.connection)
    for (const [from, to] of this.sums.differing()) {
      if (from > read) return
      for (const page of rawEntries(this.connection, Math.min(to, read), true, from - 1)) {
        for (const [seq, text, , salt, data] of page) {
          const body = readBody(text)
          if (!body || body.subject === null || !isGrant(body)) continue
          const opens = salt !== null && data !== null && commitment(salt, data) === body.priv
          const record = opens ? parseRecord(data) : null
          if (!record) continue
          const owner = this.ownerOf(body.subject)
          const row = kept(owner, seq)
          if (row && sameMemory(row, rememberedOf(owner, seq, body, record))) continue
          this.fail(seq, 'what the rules remember of this grant is not what its body and its record say')
        }
      }
    }
  }
}
