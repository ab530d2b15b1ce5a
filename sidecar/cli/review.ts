/** `review`: what waits for a person. */
import { scoredWeeks } from '../actions/anomaly.js'
import { decide, type ReviewDecision } from '../actions/review.js'
import { type ShownCheck, type ShownReview, shownChecks, shownReview } from '../actions/shown-review.js'
import { REVIEW_KINDS } from '../store/review.js'
import {
  act,
  actor,
  type Command,
  counted,
  DONE,
  inForce,
  limitOption,
  requiredOption,
  textOption,
  UsageError,
  withContext,
  wordOption,
} from './command.js'

const SHOWN = 50
const STATES = ['open', 'decided', 'all'] as const

export const reviewList: Command = {
  name: 'review list',
  usage:
    '[--state open|decided|all] [--kind hold|flag|week] [--found-by WHAT] [--user ID] [--course ID] [--rule ID] [--limit 50]',
  summary: 'held and flagged activity, appeals first',
  options: {
    state: { type: 'string' },
    kind: { type: 'string' },
    'found-by': { type: 'string' },
    user: { type: 'string' },
    course: { type: 'string' },
    rule: { type: 'string' },
    limit: { type: 'string' },
  },
  run: (invocation) => {
    const text = (name: string) => textOption(invocation, name)
    const state = wordOption(invocation, 'state', STATES)
    const kind = wordOption(invocation, 'kind', REVIEW_KINDS)
    const limit = limitOption(invocation, SHOWN)
    return withContext(invocation.config, ({ stores, rules, now }) => {
      const subject = stores.learners.filterBy(inForce(rules).settings.source, text('user'))
      const filter = {
        state,
        kind,
        subject,
        course: text('course'),
        ruleId: text('rule'),
      }
      const moment = { stores, rules, now: now() }
      const items = stores.reviews
        .list({ ...filter, foundBy: text('found-by') }, limit)
        .map((item) => shownReview(moment, item))
      const waiting = stores.reviews.waiting()
      const lines = [...items.flatMap(linesOf), `${counted(waiting, 'item')} waiting for a person.`]
      invocation.print({ items, waiting }, lines.join('\n'))
      return DONE
    })
  },
}

function linesOf(item: ShownReview): string[] {
  const { id, kind, state, user_id, points, rule_id, found_by, opened, due, appealed, decided_by, reason, reasons } =
    item
  const what = kind === 'week' ? `the week from ${item.week}` : `${counted(points, 'point')} by ${rule_id}`
  return [
    [
      `${id}`.padStart(6),
      kind,
      state.padEnd(9),
      opened.slice(0, 16),
      `learner ${user_id ?? 'erased'}`,
      what,
      found_by,
      ...(appealed === null ? [] : ['APPEALED']),
      ...(state === 'open' && due !== null
        ? [`${kind === 'hold' ? 'released by itself' : 'left as it is'} ${due.slice(0, 16)}`]
        : []),
    ].join('  '),
    ...[...reasons, ...sentencesOf(item)].map(({ text }) => `        ${text}`),
    ...item.evidence.found
      .filter(({ others }) => others.length > 0)
      .map(
        ({ check, others }) => `        ${check} has to do with ${others.map((one) => `learner ${one}`).join(', ')}`,
      ),
    ...(decided_by === null ? [] : [`        by ${decided_by}: ${reason}`]),
  ]
}

/** What stands out in a week. */
const sentencesOf = ({ evidence }: ShownReview): readonly { readonly text: string }[] =>
  'sentences' in evidence ? (evidence.sentences as readonly { readonly text: string }[]) : []

export const reviewRelease = deciding('release', 'decides in the learner’s favour: held points are given')
export const reviewConfirm = deciding('confirm', 'held points are not given; a flagged grant is taken back')

function deciding(decision: ReviewDecision, summary: string): Command {
  return {
    name: `review ${decision}`,
    usage: 'ID… --reason R',
    summary,
    mostArguments: 200,
    options: { reason: { type: 'string' } },
    run: (invocation) => {
      const { arguments: given } = invocation
      if (given.length === 0) throw new UsageError('which items? `scripts/rocket review list` shows their ids')
      const wrong = given.find((one) => !/^[1-9][0-9]{0,14}$/.test(one))
      if (wrong !== undefined)
        throw new UsageError(`${wrong} is no id of an item: \`scripts/rocket review list\` shows them`)
      const reason = requiredOption(invocation, 'reason', '"looked at the posts, all her own"')
      return withContext(invocation.config, (context) => {
        const by = { decision, actor: actor(), reason }
        const decided = act(context, (moment) => decide(moment, given.map(Number), by))
        const lines = decided.map(({ id, points, seq }) => `${id}: ${sentence(points)} (entry ${seq})`)
        invocation.print({ decided }, lines.join('\n'))
        return DONE
      })
    },
  }
}

const sentence = (points: number): string =>
  points > 0
    ? `${counted(points, 'point')} given`
    : points < 0
      ? `${counted(-points, 'point')} taken back`
      : 'no points moved'

export const reviewWeeks: Command = {
  name: 'review weeks',
  usage: '[--week DATE] [--user ID] [--limit 50]',
  summary: 'learners’ weeks with their scores, the most surprising first, and why',
  options: { week: { type: 'string' }, user: { type: 'string' }, limit: { type: 'string' } },
  run: (invocation) => {
    const [week = null, user = null] = [textOption(invocation, 'week'), textOption(invocation, 'user')]
    if (week !== null && !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(week))
      throw new UsageError('--week is the first day of a week, such as 2026-11-23')
    const limit = limitOption(invocation, SHOWN)
    return withContext(invocation.config, ({ stores, rules }) => {
      const weeks = scoredWeeks({ stores, rules }, { week, user, limit })
      const lines = weeks.flatMap(({ user_id, week: first, score, sentences }) => [
        `${(score ?? 0).toFixed(1).padStart(6)}  ${first}  learner ${user_id}`,
        ...sentences.map(({ text }) => `        ${text}`),
      ])
      invocation.print(
        { weeks },
        lines.join('\n') || 'No week is scored yet: the job `anomaly` does it, two days after it ended.',
      )
      return DONE
    })
  },
}

export const reviewChecks: Command = {
  name: 'review checks',
  usage: '',
  summary: 'each check: what it found in 7 and 28 days, in shadow too, and how often people overturned it',
  run: (invocation) =>
    withContext(invocation.config, ({ stores, rules, now }) => {
      const checks = shownChecks({ stores, rules, now: now() })
      invocation.print({ checks }, checks.map(checkLine).join('\n'))
      return DONE
    }),
}

function checkLine({ id, state, threshold, counts, hits, released, confirmed, suggest_off }: ShownCheck): string {
  const { days_7: week, days_28: month } = hits as Record<string, { hits: number; learners: number }>
  const found = `${week!.hits} in 7 days, ${month!.hits} in 28 of ${counted(month!.learners, 'learner')}`
  const decided = released + confirmed === 0 ? '' : `; ${released} of ${released + confirmed} decisions released`
  const advice = suggest_off ? '. More than half were overturned: switch it off, or set it higher' : ''
  return `${id.padEnd(22)} ${state.padEnd(6)} from ${threshold} ${counts}: ${found}${decided}${advice}`
}
