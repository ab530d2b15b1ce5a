/** What tests of decisions share: grants as limits see them, and a whole Rocket in memory that events are sent to. */
import { type IngestResult, ingest } from '../../sidecar/actions/ingest.js'
import { openSandbox } from '../../sidecar/actions/sandbox.js'
import type { Facts, Granted, Learner } from '../../sidecar/domain/learner.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import type { Balance } from '../../sidecar/store/ledger.js'
import type { Stores } from '../../sidecar/store/stores.js'
import { NOW } from '../support.js'

export const [MINUTE, HOUR, DAY, WEEK] = [60_000, 3_600_000, 86_400_000, 604_800_000] as const

/** A grant of one point now, complete but for what a test is about. */
export function granted(given: Partial<Granted> = {}): Granted {
  const none = { act: null, course: null, activity: null, object: null }
  return { seq: 1, rule: 'r', ...none, time: NOW, points: 1, held: false, standing: true, voided: false, ...given }
}

/** What is known of a learner, as far as a test is about it. */
export interface KnownOf {
  readonly lifetime?: number
  readonly frozen?: boolean
  readonly grants?: readonly Granted[]
  readonly badges?: readonly (readonly [string, string])[]
  readonly completed?: readonly string[]
  readonly rates?: readonly (readonly [string, number])[]
}

/** A learner who has and did just this. */
export function learner({
  lifetime = 0,
  frozen = false,
  grants = [],
  badges = [],
  completed = [],
  rates = [],
}: KnownOf): Learner {
  const facts: Facts = { badges: new Map(badges), completed: new Set(completed), completionRate: new Map(rates) }
  return { lifetime, frozen, facts, grantsOf: (rules) => grants.filter(({ rule }) => rules.includes(rule)) }
}

export interface World {
  readonly stores: Stores
  /** Judges events in their order, each as if it had arrived at `now`, or else when it happened. */
  send(event: LearningEvent, now?: number): IngestResult
  sendAll(events: readonly LearningEvent[], now?: number): IngestResult[]
  balance(user?: string): Balance
  /** A learner's grants of a rule as they are remembered, by time. */
  grants(rule: string, user?: string): readonly Granted[]
}

/** Runs a test in a Rocket of its own. */
export function inWorld<T>(pack: string, test: (world: World) => T, settings = '', rewards = ''): T {
  const texts = { 'rocket.yaml': settings, 'rules/pack.yaml': pack, 'rewards.yaml': rewards }
  const { stores, rules, close } = openSandbox(new Map(Object.entries(texts)))
  const subject = (user: string) => stores.learners.subjectOf(rules.settings.source, user) ?? ''
  const send: World['send'] = (event, now = event.time) => stores.writer.write(() => ingest(stores, rules, event, now))
  try {
    return test({
      stores,
      send,
      sendAll: (events, now) => events.map((event) => send(event, now)),
      balance: (user = '42') => stores.ledger.balance(subject(user)),
      grants: (rule, user = '42') => stores.learners.known(subject(user)).grantsOf([rule]),
    })
  } finally {
    close()
  }
}

/** What a result says, in short: `10`, `held 10`, or the code of the reason; for each rule that decided. */
export function told({ status, decisions }: IngestResult): string {
  if (status !== 'recorded' && status !== 'duplicate') return status
  return decisions
    .map(({ outcome, points, held, reason }) => {
      if (outcome === 'revoked') return `revoked ${points + held}`
      if (outcome === 'refused') return reason.code
      return outcome === 'held' ? `held ${held}` : String(points)
    })
    .join(', ')
}
