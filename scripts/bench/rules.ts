/** A thousand rules, fifty on the event's name: our evaluation against json-rules-engine. */
import { Engine, type EngineResult } from 'json-rules-engine'
import { compile } from '../../sidecar/domain/compile.js'
import { evaluate } from '../../sidecar/domain/evaluate.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { namesFor } from '../../sidecar/domain/tier.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { type Measured, medians, seconds } from './measure.js'

const RULES = 1_000
const ON_NAME = 50
const EVENT = '\\mod_quiz\\event\\attempt_graded'

/** Fifty rules on the event, the others on custom names: each asks for a score and a number of the attempt. */
const rules = Array.from({ length: RULES }, (_, index) => ({
  id: `rule-${index}`,
  event: index < ON_NAME ? EVENT : `custom.event_${index % 400}`,
  score: 50 + (index % 50),
  attempt: 1 + (index % 3),
}))

const event: LearningEvent = {
  id: '1',
  event: EVENT,
  time: Date.UTC(2026, 10, 23, 9),
  user: '42',
  actor: null,
  course: '7',
  courseIdnumber: null,
  activity: 'quiz:123',
  object: 'quiz_attempts:991',
  origin: 'web',
  data: { score: 75, attempt: 2 },
  factsOnly: false,
}

function ours(): () => number {
  const custom = [...new Set(rules.map((rule) => rule.event))].filter((name) => name.startsWith('custom.'))
  const packs = new Map([
    ['rocket.yaml', `custom_events: [${custom.join(', ')}]\n`],
    [
      'rules/bench.yaml',
      JSON.stringify(
        rules.map(({ id, event: name, score, attempt }) => ({
          id,
          event: name,
          conditions: { score: `>=${score}`, attempt: `<=${attempt}` },
          points: 10,
        })),
      ),
    ],
  ])
  const { configuration, problems } = readConfiguration(packs)
  if (!configuration) throw new Error(problems[0]?.message)
  const compiled = compile(configuration)
  const facts = { badges: new Map(), completed: new Set<string>(), completionRate: new Map() }
  const learner = { lifetime: 0, frozen: false, grantsOf: () => [], facts }
  const names = namesFor([], compiled.idsOf, { courseNamed: () => null, badgeNamed: () => null }, compiled.civil)
  const situation = { rules: compiled, learner, names, now: event.time, withdrawn: () => null, screen: null }
  return () => evaluate(event, situation).filter(({ outcome }) => outcome === 'granted').length
}

function theirs(): () => Promise<number> {
  const engine = new Engine()
  for (const { id, event: name, score, attempt } of rules) {
    engine.addRule({
      event: { type: id },
      conditions: {
        all: [
          { fact: 'event', operator: 'equal', value: name },
          { fact: 'score', operator: 'greaterThanInclusive', value: score },
          { fact: 'attempt', operator: 'lessThanInclusive', value: attempt },
        ],
      },
    })
  }
  const facts = { event: event.event, ...event.data }
  return async () => ((await engine.run(facts)) as EngineResult).results.length
}

export async function measureRules(rounds: number): Promise<Measured> {
  const [one, other] = [ours(), theirs()]
  const [here, there] = [one(), await other()]
  if (here !== there) throw new Error(`the two do not agree: ${here} rules here, ${there} there`)
  const [many, few] = [20_000, 20]
  for (let n = 0; n < many; n++) one()
  const rates: { ours: number; theirs: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const fast =
      many /
      (await seconds(() => {
        for (let n = 0; n < many; n++) one()
      }))
    const slow =
      few /
      (await seconds(async () => {
        for (let n = 0; n < few; n++) await other()
      }))
    rates.push({ ours: fast, theirs: slow })
  }
  return {
    name: `events/s judged by ${RULES} rules, ${ON_NAME} of them on the event`,
    unit: '1/s',
    ...medians(rates),
    aim: '≥ 100',
    against: 'json-rules-engine',
  }
}
