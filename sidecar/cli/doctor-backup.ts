/** What `doctor` says of backups, and of a restore that is not finished. */
import { nightlyBackups } from '../actions/backup.js'
import { keptBefore } from '../actions/put-in-place.js'
import { wentOnWithout } from '../actions/resend.js'
import type { Context } from '../context.js'
import { iso } from '../domain/instant.js'
import type { Finding } from './finding.js'

const DAY = 86_400_000
/** A night may fail, and somebody may look before the next one. */
const FRESH = 2 * DAY

export function backups({ config: { home }, stores, now }: Context): Finding[] {
  // Before a server has started well there is nothing to lose.
  if (stores.configurations.latestHash() === null) return []
  const [newest] = nightlyBackups(home)
  const todo = 'scripts/rocket jobs run backup; is the server running at night? See jobs in rocket.yaml'
  if (!newest) return [{ state: 'warn', what: 'there is no backup yet', todo }]
  const what = `the newest backup is ${newest.name}, ${Math.ceil(newest.bytes / 1024 ** 2)} MiB`
  if (now() - newest.made > FRESH) return [{ state: 'warn', what, todo }]
  return [{ state: 'ok', what: `${what}; is there a copy on another machine?` }]
}

export function restores(context: Context): Finding[] {
  const { stores, rules, now } = context
  const paused = stores.pauses.list().map(
    ({ since, reason }): Finding => ({
      state: 'warn',
      what: `redeeming is paused since ${iso(since)}: ${reason}`,
      todo: 'scripts/rocket resume redeeming --reason "…"',
    }),
  )
  const oldest = now() - keptDays(rules) * DAY
  const before = keptBefore(context.config.home).map(({ file, since }): Finding => {
    const what = `${file} is kept since a restore on ${iso(since).slice(0, 10)}`
    return since > oldest
      ? { state: 'ok', what }
      : { state: 'warn', what, todo: 'delete it: whoever was erased since then may stand in it' }
  })
  return [...paused, ...resend(context), ...before]
}

/** Who goes on without Moodle has ended the wait: then it is only told, with who decided it and why. */
function resend(context: Context): Finding[] {
  const awaited = context.stores.resends.awaited()
  if (!awaited) return []
  const [asked, since] = [awaited.asked, awaited.since].map(iso)
  const decided = wentOnWithout(context)
  if (decided) {
    const what = `redeeming went on at ${decided.at} without what Moodle sent since ${since}, as ${decided.actor} decided: ${decided.detail.why}; what it still sends is taken`
    return [{ state: 'ok', what }]
  }
  const what = `Moodle is asked since ${asked} to send again what it sent since ${since}`
  const todo = 'it does so with its next cron: look at Rocket’s status page there; redeeming can be resumed without it'
  return [{ state: 'warn', what, todo }]
}

/** Nothing is known of the configuration before a server has started well. */
const keptDays = (rules: Context['rules']): number =>
  rules.configurations.latestHash() === null ? Number.POSITIVE_INFINITY : rules.current().settings.retention.backups
