/** What `doctor` says of backups, and of a restore that is not finished. */
import { nightlyBackups } from '../actions/backup.js'
import { keptBefore } from '../actions/restore.js'
import type { Context } from '../context.js'
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

export function restores({ config: { home }, stores, rules, now }: Context): Finding[] {
  const iso = (instant: number) => new Date(instant).toISOString()
  const paused = stores.pauses.list().map(
    ({ since, reason }): Finding => ({
      state: 'warn',
      what: `redeeming is paused since ${iso(since)}: ${reason}`,
      todo: 'scripts/rocket resume redeeming --reason "…"',
    }),
  )
  const awaited = stores.resends.awaited()
  const resend: Finding[] = awaited
    ? [
        {
          state: 'warn',
          what: `Moodle is asked since ${iso(awaited.asked)} to send again what it sent since ${iso(awaited.since)}`,
          todo: 'it does so with its next cron: look at Rocket’s status page there; redeeming can be resumed without it',
        },
      ]
    : []
  const oldest = now() - keptDays(rules) * DAY
  const before = keptBefore(home).map(({ file, since }): Finding => {
    const what = `${file} is kept since a restore on ${iso(since).slice(0, 10)}`
    return since > oldest
      ? { state: 'ok', what }
      : { state: 'warn', what, todo: 'delete it: whoever was erased since then may stand in it' }
  })
  return [...paused, ...resend, ...before]
}

/** Nothing is known of the configuration before a server has started well. */
const keptDays = (rules: Context['rules']): number =>
  rules.configurations.latestHash() === null ? Number.POSITIVE_INFINITY : rules.current().settings.retention.backups
