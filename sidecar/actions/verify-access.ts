/** Holds the list of issued tokens against the entries that say who was given which. */
import type { ClaimedToken } from '../store/audit-access.js'
import type { OpenedRecord } from './opened-record.js'
import { textIn } from './verify-redemption.js'

interface Told {
  readonly scope: string | null
  readonly partner: string | null
  readonly name: string | null
  readonly forLearner: boolean
  /** Null: the entry is from before it said so. */
  readonly until: string | null
  revoked: boolean
}

export class AccessCheck {
  readonly #told = new Map<string, Told>()

  constructor(
    readonly tokens: readonly ClaimedToken[],
    readonly fail: (seq: number | null, message: string) => void,
  ) {}

  administered({ detail }: OpenedRecord): void {
    const { token, scope, partner, name, for_learner: forLearner, until } = detail ?? {}
    if (typeof token !== 'string') return
    const told = this.#told.get(token)
    // An entry that names it again, and says nothing of what it may do, takes it back.
    if (told) told.revoked = true
    else {
      const texts = { scope: textIn(scope), partner: textIn(partner), name: textIn(name), until: textIn(until) }
      this.#told.set(token, { ...texts, forLearner: forLearner === true, revoked: false })
    }
  }

  finish(): void {
    for (const token of this.tokens) {
      const told = this.#told.get(token.id)
      if (!told || !isAsTold(token, told))
        this.fail(null, `what is kept of the token ${token.id} is not what the entry of its making says`)
    }
  }
}

/** A learner's token loses their id and its name, and ends, when they are erased: no entry names it then. */
function isAsTold({ scope, user_id, partner, name, expires, revoked }: ClaimedToken, told: Told): boolean {
  if (scope !== told.scope || partner !== told.partner) return false
  if (told.until !== null && expires !== Date.parse(told.until)) return false
  if (told.forLearner && user_id === null) return revoked !== null
  const isOf = told.forLearner || (user_id === null && name === told.name)
  return isOf && (revoked !== null) === told.revoked
}
