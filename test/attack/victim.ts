/** A whole home to attack: learners, staff, grants, a hold, redemptions, tokens, an erasure, and a checkpoint kept elsewhere. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adjust } from '../../sidecar/actions/adjust.js'
import { erase } from '../../sidecar/actions/erase.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import type { Moment } from '../../sidecar/actions/moment.js'
import { redeem } from '../../sidecar/actions/redeem.js'
import { cancel } from '../../sidecar/actions/support.js'
import { consumeToken } from '../../sidecar/actions/till.js'
import { keepCheckpoint } from '../../sidecar/checkpoint-files.js'
import type { EventData } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { groupedToken } from '../../sidecar/domain/token-code.js'
import { learningEvent, openRocket, type TestRocket } from '../support.js'

export interface Victim {
  /** The home as it is, untouched: attacks are made on copies. */
  readonly home: string
  /** The home as it was some time before. */
  readonly before: string
  /** The checkpoint that an auditor kept. */
  readonly elsewhere: string
  /** How many entries it is over. */
  readonly published: number
  /** How many there are. */
  readonly size: number
  remove(): void
}

const RULES = `
- { id: quiz, event: quiz.graded, points: { per: 10, of: score, points: 1 }, revoke_on: quiz.deleted }
- { id: essay, event: assign.submitted, points: 7, review: hold }
`
const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 100.00 }]
rewards:
  - { id: mug, title: A mug, cost: 5, value: 2.00, budget: main, stock: 9, approved: { by: Dean, on: 2026-01-01 } }
`
const MINUTE = 60_000

/** Plain grants at the end, so that what is cut off there takes no redemption with it. */
const GRANTS_BEFORE = 24
const GRANTS_AFTER = 12

/** @returns a home in which everything happened once; to be removed in the end. */
export function openVictim(): Victim {
  const rocket = openRocket(RULES, 'source: moodle\n', REWARDS)
  const folder = mkdtempSync(join(tmpdir(), 'rocket-attack-'))
  const copied = (name: string): string => {
    rocket.context.stores.writer.emptyLog()
    cpSync(rocket.home, join(folder, name), { recursive: true })
    return join(folder, name)
  }
  try {
    rocket.context.notary.keys.begin()
    live(rocket)
    const before = copied('before')
    for (let n = 0; n < GRANTS_BEFORE; n++) grant(rocket, n)
    const elsewhere = kept(rocket)
    const published = sizeOf(rocket)
    for (let n = 0; n < GRANTS_AFTER; n++) grant(rocket, GRANTS_BEFORE + n)
    kept(rocket)
    const remove = () => rmSync(folder, { recursive: true })
    return { home: copied('home'), before, elsewhere, published, size: sizeOf(rocket), remove }
  } finally {
    rocket.close()
  }
}

/** Signs and keeps a checkpoint, in the table and in the files. @returns it. */
function kept({ context }: TestRocket): string {
  const note = context.notary.newest()!
  keepCheckpoint(context, note)
  return note
}

const sizeOf = ({ context }: TestRocket): number => context.stores.ledger.head().seq

function live(rocket: TestRocket): void {
  const { stores, rules } = rocket.context
  const asked = { actor: 'it', reason: 'asked for' }
  const moment = (): Moment => ({ stores, rules, now: rocket.clock.now })
  const at = <T>(work: (moment: Moment) => T): T => stores.writer.write(() => work(moment()))
  for (let n = 0; n < 6; n++) grant(rocket, 100 + n)
  send(rocket, 'assign.submitted', 'a', 1)
  send(rocket, 'quiz.deleted', 'c', 102)
  send(rocket, 'quiz.graded', 'c', 103, { graded_by: 'prof' })
  kept(rocket)
  const use = (userId: string): void => {
    const { redemption_id: id } = at((now) => redeem(now, { userId, reward: 'mug', expectedCost: 5, key: 'used' }))
    const token = groupedToken(stores.vault.open(stores.redemptions.byId(id)!.tokenCopy!, id))
    at((now) => consumeToken(now, null, { token, reference: 'till 1', key: null }))
  }
  use('a')
  at((now) => adjust(now, { userId: 'b', points: 1, reason: 'helped', actor: 'moodle:boss' }))
  const cancelled = at((now) => redeem(now, { userId: 'b', reward: 'mug', expectedCost: 5, key: 'cancelled' }))
  at((now) => cancel(now, cancelled.redemption_id, asked))
  grant(rocket, 200, 'gone')
  use('gone')
  at((now) => erase(now, { userId: 'gone', ...asked }))
  kept(rocket)
}

const LEARNERS = ['a', 'b', 'c'] as const

/** Ten points or so, and a minute later a checkpoint, now and then. */
function grant(rocket: TestRocket, n: number, user: string = LEARNERS[n % LEARNERS.length]!): void {
  send(rocket, 'quiz.graded', user, n)
  if (n % 5 === 4) kept(rocket)
}

function send(rocket: TestRocket, name: string, user: string, id: number, more: EventData = {}): void {
  const { stores, rules } = rocket.context
  rocket.clock.now += MINUTE
  const time = rocket.clock.now
  const given = { event: canonicalName(name)!, user, object: `attempts:${id}`, time, data: { score: 90, ...more } }
  stores.writer.write(() => ingest(stores, rules.current(), learningEvent(given), time))
}
