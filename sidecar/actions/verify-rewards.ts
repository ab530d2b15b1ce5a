/** Re-derives lots, redemptions, stock and budgets from entries and the configurations that were in force. */
import { allowance, type BudgetsFrom, monthOf } from '../domain/budget.js'
import type { Configuration } from '../domain/configuration.js'
import type { Body, Kind } from '../domain/entry.js'
import { afterEntry, type Lot } from '../domain/lot.js'
import { mayFollow, type StandingRedemption, type Terms } from '../domain/redemption.js'
import { termsHash } from '../domain/reward.js'
import { readConfiguration } from '../rules/read-configuration.js'
import type { ClaimedRedemption, RewardClaims } from '../store/audit-rewards.js'
import type { OpenedRecord } from './opened-record.js'
import type { Fail } from './verify-chain.js'
import { CodesCheck } from './verify-codes.js'
import { type Derived, isAsDerived, stateIn, textIn, UNUSED, useOf } from './verify-redemption.js'

const FOLLOW_UPS: ReadonlySet<string> = new Set(['consumption', 'refund', 'expiry'])

export class RewardsCheck {
  readonly #lots = new Map<string, readonly Lot[]>()
  readonly #redemptions = new Map<number, Derived>()
  readonly #byId = new Map<string, Derived>()
  readonly #issued = new Map<string, number>()
  readonly #committed = new Map<string, number>()
  readonly #approvals = new Set<string>()
  readonly #history: BudgetsFrom[] = []
  /** Learners whose erasure says how their redemptions stood. */
  readonly #told = new Set<string>()
  readonly #codes: CodesCheck
  #configuration: Configuration | null = null

  constructor(
    readonly claims: RewardClaims,
    readonly textOf: (hash: string) => string | undefined,
    /** Whose a subject's entries are since accounts were merged. */
    readonly ownerOf: (subject: string) => string,
    readonly fail: Fail,
  ) {
    this.#codes = new CodesCheck(claims, fail)
  }

  /** @param record null: it could not be opened. @param balance the learner's balance before it. */
  entry(seq: number, body: Body, record: OpenedRecord | null, balance: number): void {
    const { kind, subject, ref, reward } = body
    if (kind === 'configuration') return this.#configure(body, record)
    if (kind === 'approval') return this.#approve(record)
    if (kind === 'administration') return this.#administer(record)
    if (subject === null) return
    this.#follow(seq, subject, body, balance)
    if (kind === 'redemption') return this.#redeem(seq, subject, body, record)
    // Points that lapse name no redemption.
    if (FOLLOW_UPS.has(kind) && (ref !== null || reward !== null)) this.#move(seq, subject, body, record)
  }

  #configure({ day }: Body, record: OpenedRecord | null): void {
    const texts = Object.entries(record?.detail?.files ?? {}).flatMap(([path, hash]) => {
      const text = this.textOf(hash)
      return text === undefined ? [] : [[path, text] as const]
    })
    this.#configuration = readConfiguration(new Map(texts)).configuration
    const { budgets = [], currency = null } = this.#configuration?.catalogue ?? {}
    this.#history.push({ day, currency, budgets })
  }

  #approve(record: OpenedRecord | null): void {
    const { reward, terms } = record?.detail ?? {}
    this.#approvals.add(`${reward} ${terms}`)
  }

  #administer(record: OpenedRecord | null): void {
    const { redemption, expires_at: expires, digest, paused, cause } = record?.detail ?? {}
    const derived = typeof redemption === 'string' ? this.#byId.get(redemption) : undefined
    if (derived && typeof expires === 'string') derived.expires = Date.parse(expires)
    if (derived && typeof digest === 'string') derived.digest = digest
    // Receipts bring back tokens and codes as they were, and no entry says which.
    if (paused === 'redeeming' && cause === 'restore') for (const one of this.#byId.values()) one.digest = null
    this.#codes.administered(record)
  }

  #follow(seq: number, subject: string, { kind, points, expires, ref }: Body, balance: number): void {
    if (points === 0 || (points > 0 && expires === null)) return
    const before = this.#lots.get(subject) ?? []
    this.#lots.set(subject, afterEntry(before, balance, { seq, kind: kind as Kind, points, expires, ref }))
  }

  #redeem(seq: number, subject: string, body: Body, record: OpenedRecord | null): void {
    const { reward = '', budget, currency, amountMinor, points, day } = body
    const { redemption, state, expires_at: expires, terms, receipt, digest } = record?.detail ?? {}
    // One that was written again after a restore counts when it was made; once erased, only the table knows when.
    const made = record ? record.detail?.day : this.claims.redemptions.get(seq)?.day
    const madeOn = textIn(made)
    const derived: Derived = {
      id: textIn(redemption),
      subject,
      reward: reward ?? '',
      budget,
      currency,
      amountMinor: amountMinor ?? 0,
      cost: -points,
      made: madeOn ?? day,
      day: madeOn,
      state: stateIn(state),
      terms: (terms ?? {}) as Partial<Terms>,
      created: record ? Date.parse(record.time ?? record.at) : null,
      expires: typeof expires === 'string' ? Date.parse(expires) : null,
      use: record ? UNUSED : null,
      digest: receipt === undefined ? textIn(digest) : null,
      kept: null,
      refunds: 0,
      pointsBack: 0,
      minorBack: 0,
    }
    this.#redemptions.set(seq, derived)
    if (derived.id !== null) this.#byId.set(derived.id, derived)
    add(this.#issued, derived.reward, 1)
    this.#commit(derived, derived.amountMinor)
    // What a restore lost was allowed by entries that are lost with it.
    if (record ? receipt === undefined : madeOn === null) this.#allowed(seq, derived)
  }

  /** What the configuration in force at that time allowed. */
  #allowed(seq: number, { reward: id, budget: spent, currency: paid, made }: Derived): void {
    const month = monthOf(made)
    const { rewards = [], budgets = [], currency = null } = this.#configuration?.catalogue ?? {}
    const reward = rewards.find((one) => one.id === id)
    if (!reward) return this.fail(seq, `it redeems ${id}, a reward that was not in force`)
    if (!this.#approvals.has(`${id} ${termsHash(reward, currency)}`)) {
      this.fail(seq, `it redeems ${id}, whose terms nobody had approved`)
    }
    const stock = reward.delivery.kind === 'codes' ? null : reward.stock
    if (stock !== null && (this.#issued.get(id) ?? 0) > stock) this.fail(seq, `it passes the stock of ${id} (${stock})`)
    const budget = budgets.find((one) => one.id === spent)
    const committedIn = (of: string) => this.#committed.get(`${spent} ${of} ${paid}`) ?? 0
    if (spent !== null && (!budget || committedIn(month) > allowance(budget, month, this.#history, committedIn))) {
      this.fail(seq, `it overdraws the budget ${spent} for ${month}`)
    }
  }

  #move(seq: number, subject: string, body: Body, record: OpenedRecord | null): void {
    const derived = this.#redemptions.get(body.ref ?? 0)
    if (!derived || this.ownerOf(derived.subject) !== subject || derived.reward !== body.reward) {
      return this.fail(seq, 'it answers no redemption of this learner')
    }
    const to = stateIn(record?.detail?.state)
    if (to === null || derived.state === null) derived.state = null
    else {
      // One refund may take several entries: one for each day on which its points lapse.
      const same = to === derived.state && body.kind === 'refund' && derived.refunds > 0
      if (!same && !mayFollow(derived.state, to, body.kind as Kind)) {
        this.fail(seq, `a redemption that is ${derived.state} cannot become ${to} by an entry of kind ${body.kind}`)
      }
      derived.state = to
    }
    derived.use = record && (to === 'consumed' ? useOf(record) : UNUSED)
    if (body.kind === 'refund') this.#giveBack(derived, body)
  }

  #giveBack(derived: Derived, { points, amountMinor }: Body): void {
    if (derived.refunds === 0) add(this.#issued, derived.reward, -1)
    derived.refunds++
    derived.pointsBack += points
    derived.minorBack -= amountMinor ?? 0
    // Money goes back to the month that had committed it.
    this.#commit(derived, amountMinor ?? 0)
  }

  #commit({ budget, currency, made }: Derived, minor: number): void {
    if (budget !== null) add(this.#committed, `${budget} ${monthOf(made)} ${currency}`, minor)
  }

  /** The records of a learner's redemptions are gone, and their erasure says how these stood. It does not in early versions. */
  erase(seq: number, subject: string, record: OpenedRecord | null): void {
    const { redemptions } = record?.detail ?? {}
    if (!Array.isArray(redemptions)) return
    this.#told.add(subject)
    for (const { seq: of, state, day, kept } of redemptions as readonly Partial<StandingRedemption>[]) {
      const derived = this.#redemptions.get(of ?? 0)
      if (!derived || this.ownerOf(derived.subject) !== subject || day !== derived.made) {
        this.fail(seq, `it says of redemption ${of} what is not so`)
        continue
      }
      derived.state = stateIn(state)
      derived.use = state === 'consumed' ? null : UNUSED
      derived.kept = textIn(kept)
    }
  }

  finish(): void {
    for (const subject of new Set([...this.#lots.keys(), ...this.claims.lots.keys()])) {
      const [derived, claimed] = [this.#lots.get(subject) ?? [], this.claims.lots.get(subject) ?? []]
      if (JSON.stringify(derived.map(flat)) !== JSON.stringify(claimed.map(flat))) {
        this.fail(null, `learner ${subject}: what is kept of their lapsing points is not what their entries leave`)
      }
    }
    for (const [seq, derived] of this.#redemptions) this.#compare(seq, derived, this.claims.redemptions.get(seq))
    for (const seq of this.claims.redemptions.keys()) {
      if (!this.#redemptions.has(seq)) this.fail(null, `the redemption of entry ${seq} is kept, and no entry made it`)
    }
    this.#compareSums('issued', this.#issued, this.claims.issued)
    this.#compareSums('committed', this.#committed, this.claims.committed)
    this.#codes.finish()
  }

  #compare(seq: number, derived: Derived, claimed: ClaimedRedemption | undefined): void {
    if (!claimed) return this.fail(seq, 'its redemption is gone from the table', 'table')
    if (derived.refunds > 0 && (derived.pointsBack !== derived.cost || derived.minorBack !== derived.amountMinor)) {
      this.fail(seq, 'its refund is not what it cost')
    }
    const owner = this.ownerOf(derived.subject)
    const unsaid = derived.state === null && this.#told.has(owner)
    if (unsaid || claimed.subject !== owner || !isAsDerived(claimed, derived))
      this.fail(seq, 'what is kept of its redemption is not what the entries under it say', 'table')
    const holds = (derived.terms.delivery ?? claimed.delivery) === 'codes' ? 1 : 0
    if (claimed.codes !== holds)
      this.fail(seq, `its redemption holds ${claimed.codes} codes, and should hold ${holds}`, 'table')
  }

  #compareSums(what: string, derived: ReadonlyMap<string, number>, claimed: ReadonlyMap<string, number>): void {
    for (const key of new Set([...derived.keys(), ...claimed.keys()])) {
      const [sum, kept] = [derived.get(key), claimed.get(key)]
      if (sum === undefined) this.fail(null, `${key}: ${kept} are kept as ${what}, and no entry is about that`)
      else if (sum !== kept) this.fail(null, `${key}: ${kept ?? 'none'} are kept as ${what}, the entries sum to ${sum}`)
    }
  }
}

const flat = ({ seq, expires, left }: Lot) => [seq, expires, left]

const add = (sums: Map<string, number>, key: string, change: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + change)
}
