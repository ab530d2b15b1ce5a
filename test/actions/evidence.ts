/** What tests of the evidence share: a ledger of some months on which everything happened once, and the file made of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { adjust } from '../../sidecar/actions/adjust.js'
import { type AuditOrder, audit, type Evidence } from '../../sidecar/actions/audit.js'
import { erase } from '../../sidecar/actions/erase.js'
import { freeze } from '../../sidecar/actions/freeze.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { merge } from '../../sidecar/actions/merge.js'
import type { Moment } from '../../sidecar/actions/moment.js'
import { publish } from '../../sidecar/actions/publish.js'
import { redeem } from '../../sidecar/actions/redeem.js'
import { cancel } from '../../sidecar/actions/support.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { unzip } from '../archive/unzip.js'
import { learningEvent, openRocket, type TestRocket } from '../support.js'

export const SETTINGS = 'source: moodle\ntimezone: Europe/London\n'
export const PACK = '- { id: quiz, event: quiz.graded, points: 10, revoke_on: quiz.deleted }\n'
export const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 5.00, rollover: true }]
rewards: [{ id: pen, title: A pen, cost: 4, value: 1.50, budget: main, approved: { by: Dean, on: 2026-11-01 } }]
`
export const PERIOD = { from: '2026-12-01', to: '2027-01-01' }
const asked = { actor: 'cli:root', reason: 'asked for' }

export class Story {
  readonly rocket: TestRocket
  #keys = 0

  constructor() {
    this.rocket = openRocket(PACK, SETTINGS, REWARDS)
    this.rocket.context.notary.keys.begin()
  }

  at<T>(time: string, work: (moment: Moment) => T): T {
    const { context, clock } = this.rocket
    clock.now = Date.parse(time)
    const { stores, rules } = context
    const done = stores.writer.write(() => work({ stores, rules, now: clock.now }))
    context.notary.keep(context.notary.newest()!)
    return done
  }

  quiz(time: string, user: string, id: number, name = 'quiz.graded'): void {
    const about = { user, object: `quiz_attempts:${id}`, time, data: { score: 90 } }
    const event = learningEvent({ event: canonicalName(name)!, ...about })
    this.at(time, ({ stores, rules, now }) => ingest(stores, rules.current(), event, now))
  }

  redeem(time: string, userId: string): string {
    const key = `key ${++this.#keys}`
    return this.at(time, (moment) => redeem(moment, { userId, reward: 'pen', expectedCost: 4, key })).redemption_id
  }

  /** All of it: before, in and after the period. */
  tell(): this {
    for (const [index, user] of ['ann', 'bob', 'cy', 'dee'].entries()) this.quiz('2026-11-23T09:00:00Z', user, index)
    this.redeem('2026-11-24T09:00:00Z', 'ann')
    const cancelled = this.redeem('2026-11-30T23:59:00Z', 'bob')

    this.at('2026-12-01T00:00:00Z', (moment) => cancel(moment, cancelled, asked))
    this.at('2026-12-02T09:00:00Z', ({ stores, now }) => {
      const files = { 'rocket.yaml': SETTINGS, 'rules/pack.yaml': PACK.replace('10', '12'), 'rewards.yaml': REWARDS }
      return publish(stores, new Map(Object.entries(files)), { actor: 'cli:eve', reason: '=more points', now })
    })
    for (let id = 10; id < 45; id++) this.quiz('2026-12-03T09:00:00Z', 'ann', id)
    this.quiz('2026-12-03T10:00:00Z', 'ann', 10, 'quiz.deleted')
    const lost = { userId: 'bob', points: -3, reason: '=HYPERLINK("x")', actor: 'moodle:77' }
    this.at('2026-12-04T09:00:00Z', (moment) => adjust(moment, lost))
    this.at('2026-12-04T10:00:00Z', (moment) => adjust(moment, { ...lost, userId: 'cy', reason: 'typo, "twice"' }))
    this.at('2026-12-05T09:00:00Z', (moment) => freeze(moment, { userId: 'dee', ...asked }))
    this.at('2026-12-06T09:00:00Z', (moment) => merge(moment, { userId: 'dee', into: 'ann', ...asked }))
    this.at('2026-12-07T09:00:00Z', ({ stores, rules, now }) => {
      const order = { scopes: ['reports', 'admin'] as const, userId: null, partner: null, name: '+bi', ttl: 1_000 }
      return issueToken(stores, rules.current(), this.rocket.context.secrets(), { ...order, actor: 'cli:root', now })
    })
    this.redeem('2026-12-08T09:00:00Z', 'ann')
    this.at('2026-12-09T09:00:00Z', (moment) => erase(moment, { userId: 'cy', ...asked }))
    this.redeem('2026-12-31T23:59:00Z', 'ann')

    const later = { userId: 'ann', points: 1, reason: 'after the period', actor: 'cli:root' }
    this.at('2027-01-01T00:00:00Z', (moment) => adjust(moment, later))
    return this
  }

  audit(order: Partial<AuditOrder> = {}): { evidence: Evidence; files: Map<string, string> } {
    const { context, home, clock } = this.rocket
    const { civil } = context.rules.current()
    const { from, to } = { ...PERIOD, ...order }
    const out = join(home, 'evidence.zip')
    const about = { from, to, begins: civil.startOf(from), ends: civil.startOf(to), out, actor: 'cli:root', files: [] }
    clock.now = Date.parse('2027-01-05T09:00:00Z')
    const evidence = audit(context, { ...about, seed: null, onProgress: () => undefined, ...order })
    const files = [...unzip(readFileSync(evidence.file))].map(([path, bytes]) => [path, bytes.toString()] as const)
    return { evidence, files: new Map(files) }
  }
}

/** A table of the evidence, by its headings. */
export const table = (files: ReadonlyMap<string, string>, path: string): Record<string, string>[] =>
  parse(files.get(path) ?? '', { columns: true })
