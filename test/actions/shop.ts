/** What tests of rewards share: a whole Rocket in memory with a rewards.yaml, a clock, and learners who get points. */
import { adjust } from '../../sidecar/actions/adjust.js'
import { expire } from '../../sidecar/actions/expire.js'
import { type ImportedCodes, importCodes } from '../../sidecar/actions/import-codes.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { type Moment, write } from '../../sidecar/actions/moment.js'
import { publish } from '../../sidecar/actions/publish.js'
import { type Redeemed, redeem } from '../../sidecar/actions/redeem.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import { consumeToken, type Till, type TokenState } from '../../sidecar/actions/till.js'
import { readBody } from '../../sidecar/domain/entry.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { groupedToken } from '../../sidecar/domain/token-code.js'
import { Committer } from '../../sidecar/store/committer.js'
import type { Notice } from '../../sidecar/store/notice.js'
import type { Redemption } from '../../sidecar/store/redemption.js'
import { type Opened, open } from '../store/files.js'
import { NOW } from '../support.js'

export const DAY = 86_400_000
export const HOUR = 3_600_000

/** A reward's keys that most tests do not care about. */
export const APPROVED = 'approved: { by: Dean, on: 2026-01-01 }'

export interface ShopFiles {
  readonly settings?: string
  readonly rules?: string
  /** When the shop opens. */
  readonly now?: number
}

export class Shop {
  readonly clock
  readonly rules: RulesInForce
  #keys = 0

  constructor(
    readonly opened: Opened,
    now: number,
  ) {
    this.clock = { now }
    const { configurations, ledger } = opened.stores
    this.rules = new RulesInForce(configurations, () => ledger.approvals())
  }

  get stores(): Opened['stores'] {
    return this.opened.stores
  }

  /** Does something in a transaction of its own, now. */
  at<T>(work: (moment: Moment) => T): T {
    const { stores, rules, clock } = this
    return stores.writer.write(() => work({ stores, rules, now: clock.now }))
  }

  /** Puts a rewards.yaml in force. */
  publish(rewards: string, { settings = 'source: moodle\n', rules = '[]' }: ShopFiles = {}): void {
    const files = new Map(
      Object.entries({ 'rocket.yaml': settings, 'rules/pack.yaml': rules, 'rewards.yaml': rewards }),
    )
    this.at(({ stores, now }) => publish(stores, files, { actor: 'it', reason: 'test', now }))
  }

  subject(user: string): string {
    return this.stores.learners.subjectOf('moodle', user) ?? ''
  }

  balance(user = '42'): number {
    return this.stores.ledger.balance(this.subject(user)).points
  }

  /** Points by an adjustment; with a day on which they lapse, as a grant would bring them. @returns the entry's number. */
  give(points: number, expires: string | null = null, user = '42'): number {
    if (expires === null) {
      return this.at((moment) => adjust(moment, { userId: user, points, reason: 'test', actor: 'it' })).seq
    }
    return this.at((moment) => {
      const subject = moment.stores.learners.enrol('moodle', user)
      return write(moment, { kind: 'adjustment', subject, points, expires, record: { userId: user } }).seq
    })
  }

  send(event: LearningEvent): void {
    this.at(({ stores, rules, now }) => ingest(stores, rules.current(), event, now))
  }

  /** Redeems under a new key, at this price. @throws Refusal */
  redeem(reward: string, expectedCost: number, userId = '42', key = `key ${++this.#keys}`): Redeemed {
    return this.at((moment) => redeem(moment, { userId, reward, expectedCost, key }))
  }

  get(id: string): Redemption {
    const redemption = this.stores.redemptions.byId(id)
    if (!redemption) throw new Error(`there is no redemption ${id}`)
    return redemption
  }

  /** The token of a redemption as its learner sees it. */
  token(id: string): string {
    const { tokenCopy } = this.get(id)
    if (tokenCopy === null) throw new Error(`the token of ${id} can no longer be seen`)
    return groupedToken(this.stores.vault.open(tokenCopy, id))
  }

  /** @throws Refusal */
  consume(token: string, till: Till = null, reference: string | null = null, key: string | null = null): TokenState {
    return this.at((moment) => consumeToken(moment, till, { token, reference, key }))
  }

  /** Puts codes into a pool. @param text CSV; without its first line, a code a line. @throws Refusal */
  importCodes(reward: string, text: string, dryRun = false): Promise<ImportedCodes> {
    const { stores, rules, clock } = this
    const order = { reward, file: 'codes.csv', text: withHeading(text), actor: 'it', dryRun }
    return importCodes({ stores, rules, now: () => clock.now }, order)
  }

  /** The nightly job. */
  expire(): Promise<string> {
    const { stores, rules, clock } = this
    return expire({ stores, rules, committer: new Committer(stores.writer), now: () => clock.now })
  }

  /** The bodies of the ledger, in their order. */
  entries() {
    return this.opened.connection
      .prepare<[], string>('SELECT body FROM entry ORDER BY seq')
      .pluck()
      .all()
      .map((body) => readBody(body)!)
  }

  /** What entries about points say, in short: `redemption -50`. */
  story(): string[] {
    return this.entries()
      .filter(({ subject }) => subject !== null)
      .map(({ kind, points, expires }) => `${kind} ${points}${expires ? ` ${expires}` : ''}`)
  }

  notices(audience: Notice['audience'] = 'learner'): Notice[] {
    return this.stores.notices.after(0, 1_000).filter((notice) => notice.audience === audience)
  }

  /** The codes of the notices. */
  told(audience: Notice['audience'] = 'learner'): string[] {
    return this.notices(audience).map(({ code }) => code)
  }

  close(): void {
    this.opened.connection.close()
  }
}

/** A heading, where there is none: with a word like code in it, it is one. */
const withHeading = (text: string): string => (/code|,|;/i.test(text.split('\n')[0] ?? '') ? text : `code\n${text}`)

export function openShop(rewards: string, files: ShopFiles = {}): Shop {
  const shop = new Shop(open(), files.now ?? NOW)
  shop.publish(rewards, files)
  return shop
}

/** Runs a test in a shop of its own. */
export function inShop(
  rewards: string,
  test: (shop: Shop) => void | Promise<void>,
  files: ShopFiles = {},
): () => Promise<void> {
  return async () => {
    const shop = openShop(rewards, files)
    try {
      await test(shop)
    } finally {
      shop.close()
    }
  }
}

/** The code and the sentence with which something is refused. */
export function refusal(work: () => unknown): { code: string; message: string; locked: string[] } {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const reasons = (error.members.locked_because ?? []) as readonly { code: string }[]
    return { code: error.code, message: error.message, locked: reasons.map(({ code }) => code) }
  }
  throw new Error('nothing was refused')
}
