/** The rules that a configuration on the ledger put in force, for deciding again by them. */
import { type CompiledRules, compile } from '../domain/compile.js'
import { fieldsOf } from '../domain/condition.js'
import type { Names } from '../domain/requirement.js'
import type { Rule } from '../domain/rule.js'
import { namesFor } from '../domain/tier.js'
import { readConfiguration } from '../rules/read-configuration.js'
import { documentHash } from '../store/configuration.js'

export interface RulesThen {
  readonly compiled: CompiledRules
  readonly names: Names
  /** Ids of the rules that ask for somebody by their id: records name other people by subject. */
  readonly asksWho: ReadonlySet<string>
}

/** Nothing says what courses and badges are called; no decision depends on it where every fact is assumed, or none. */
const NAMELESS = { courseNamed: () => null, badgeNamed: () => null }

/**
 * @param named path → hash; undefined: nobody knows. @param textOf the text of a hash.
 * @returns null where a text is gone or is not the one that was named, or where this version cannot read them.
 */
export function rulesThen(
  named: Readonly<Record<string, string>> | undefined,
  textOf: (hash: string) => string | undefined,
): RulesThen | null {
  if (named === undefined) return null
  const files = new Map<string, string>()
  for (const [path, hash] of Object.entries(named)) {
    const text = textOf(hash)
    if (text === undefined || documentHash(text) !== hash) return null
    files.set(path, text)
  }
  const { configuration } = readConfiguration(files)
  if (!configuration) return null
  const compiled = compile(configuration)
  const { catalogue, idsOf, civil } = compiled
  const asking = configuration.rules.filter((rule) => fieldsRead(rule).some((field) => PEOPLE.has(field)))
  return {
    compiled,
    names: namesFor(catalogue.tiers, idsOf, NAMELESS, civil),
    asksWho: new Set(asking.map(({ id }) => id)),
  }
}

const PEOPLE: ReadonlySet<string> = new Set(['actor', 'graded_by'])

function fieldsRead({ conditions, unless, points, revokeOn }: Rule): string[] {
  const tested = [conditions, unless, ...revokeOn.map((revocation) => revocation.conditions)]
  const paid = points.kind === 'bands' ? [points.by] : points.kind === 'rate' ? [points.of] : []
  return [...tested.flatMap((condition) => [...fieldsOf(condition)]), ...paid]
}
