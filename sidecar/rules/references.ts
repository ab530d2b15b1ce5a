/** What rules say about each other, over all packs: ids are unique, `requires` names rules that exist and can pay. */
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'

interface Claim {
  readonly rule: string
  readonly at: Cursor
  readonly former: boolean
}

interface Need {
  /** Null: the rule that needs it has no usable id. */
  readonly rule: string | null
  readonly needs: string
  readonly at: Cursor
  /** Nothing else in its `requires` can stand in for it. */
  readonly strict: boolean
}

export class References {
  readonly #claims = new Map<string, Claim>()
  readonly #needs: Need[] = []

  /** A rule's id, or one that it had before. Reported where another rule has it already. */
  claim(id: string, rule: string, at: Cursor, former: boolean): void {
    const earlier = this.#claims.get(id)
    if (earlier) {
      at.fail(`the id ${quote(id)} is taken at ${earlier.at.where}; ids, former ones too, are unique over all packs`)
    } else this.#claims.set(id, { rule, at, former })
  }

  need(need: Need): void {
    this.#needs.push(need)
  }

  /**
   * To be called when all packs are read: whatever is required has to exist, and no rule may wait for itself.
   * @param complete false where a pack could not be read: the rule may stand there.
   */
  check(complete: boolean): void {
    if (complete) for (const need of this.#needs) this.checkExists(need)
    const strict = this.#needs.filter((need) => need.strict)
    const byRule = new Map<string | null, Need[]>()
    for (const need of strict) byRule.set(need.rule, [...(byRule.get(need.rule) ?? []), need])
    for (const need of strict) if (need.rule !== null) checkCycle(need, need.rule, byRule)
  }

  private checkExists({ needs, at }: Need): void {
    const claim = this.#claims.get(needs)
    if (claim && !claim.former) return
    if (claim) at.fail(`${quote(needs)} is a former id; the rule is called ${quote(claim.rule)} now, write that`)
    else {
      const ids = [...this.#claims].flatMap(([id, { former }]) => (former ? [] : [id]))
      at.fail(`there is no rule ${quote(needs)} in any pack${didYouMean(needs, ids)}`)
    }
  }
}

function checkCycle({ needs, at }: Need, rule: string, byRule: ReadonlyMap<string | null, readonly Need[]>): void {
  if (needs === rule) {
    at.fail(`the rule ${quote(rule)} requires itself, so it could never pay; remove this`)
    return
  }
  const seen = new Set<string>()
  const open = [needs]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === rule) {
      at.fail(`${quote(rule)} and ${quote(needs)} wait for each other, so neither could ever pay`)
      return
    }
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...(byRule.get(next) ?? []).map((need) => need.needs))
  }
}
