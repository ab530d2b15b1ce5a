/** Holds what the rules remember of grants against the entries and their records. */
import { type Body, commitment, readBody } from '../domain/entry.js'
import { type RawEntry, rawEntries, rawEntry } from '../store/audit.js'
import { type Fate, type MemorySums, memoryOf, type Remembered, sameMemory } from '../store/audit-memory.js'
import type { Connection } from '../store/database.js'
import { isGrant, type OpenedRecord, parseRecord, rememberedOf } from './opened-record.js'

/** What becomes of a grant, by the kind of the entry that decides. */
const FATES: Readonly<Record<string, Partial<Fate>>> = {
  release: { held: 0 },
  void: { void: 1 },
  revocation: { standing: 0 },
}

export class MemoryCheck {
  readonly #entryOf
  /** What later entries made of a grant. */
  readonly #fates = new Map<number, Partial<Fate>>()

  /** @param ownerOf whose a subject's entries are now. */
  constructor(
    readonly sums: MemorySums,
    readonly connection: Connection,
    readonly ownerOf: (subject: string) => string,
    readonly fail: (seq: number | null, message: string) => void,
  ) {
    this.#entryOf = rawEntry(connection)
  }

  grant(seq: number, subject: string, body: Body, record: OpenedRecord): void {
    this.sums.derived(rememberedOf(this.ownerOf(subject), seq, body, record))
  }

  /** An entry that decides about a grant: it is given, not given, or taken back. */
  decided({ kind, ref }: Body, record: OpenedRecord | null): void {
    // What a person took back keeps its act.
    const fate = kind === 'revocation' && record?.detail?.review !== undefined ? FATES.void : FATES[kind]
    if (ref !== null && fate) this.#decide(ref, fate)
  }

  #decide(ref: number, fate: Partial<Fate>): void {
    const entry = this.#entryOf(ref)
    const row = entry && this.#remembered(entry)
    if (row) this.sums.changed(row, fate)
    this.#fates.set(ref, { ...this.#fates.get(ref), ...fate })
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
        for (const entry of page) {
          const row = this.#remembered(entry)
          if (row) this.#compare(row, kept(row.subject, row.seq))
        }
      }
    }
  }

  #compare(row: Remembered, kept: Remembered | undefined): void {
    const { seq, held, standing } = row
    if (!kept || !sameMemory({ ...kept, held, standing, void: row.void }, row))
      this.fail(seq, 'what the rules remember of this grant is not what its body and its record say')
    // It may be a later entry that is wrong.
    else if (!sameMemory(kept, row))
      this.fail(
        null,
        `whether the grant of entry ${seq} still stands, or is held, is not remembered as the entries say`,
      )
  }

  /** Null: it is no grant, or its record is not there to tell. */
  #remembered([seq, text, , salt, data]: RawEntry): Remembered | null {
    const body = readBody(text)
    if (!body || body.subject === null || !isGrant(body)) return null
    const opens = salt !== null && data !== null && commitment(salt, data) === body.priv
    const record = opens ? parseRecord(data) : null
    if (!record) return null
    const row = rememberedOf(this.ownerOf(body.subject), seq, body, record)
    return { ...row, ...this.#fates.get(seq) }
  }
}
