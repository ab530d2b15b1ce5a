/** What a batch of events would grant, without a trace. */
import type { CompiledRules } from '../domain/compile.js'
import type { LearningEvent } from '../domain/learning-event.js'
import type { Stores } from '../store/stores.js'
import { type IngestResult, ingest } from './ingest.js'

/** Thrown through the transaction, so that it is rolled back: it carries what the real path said. */
export class Rehearsed extends Error {
  constructor(readonly results: readonly IngestResult[]) {
    super('A rehearsal is rolled back.')
  }
}

/**
 * Judges events by the real path, on the real ledger, and takes it all back by throwing. Inside a transaction only.
 * @throws Rehearsed always.
 */
export function rehearse(stores: Stores, rules: CompiledRules, events: readonly LearningEvent[], now: number): never {
  throw new Rehearsed(events.map((event) => ingest(stores, rules, event, now)))
}
