/** `jobs list`, `jobs run`. */
import { JOBS, runJob } from '../jobs.js'
import { closest } from '../rules/closest.js'
import type { JobName } from '../rules/settings.js'
import { type Command, DONE, inForce, PROBLEM, UsageError, withContext } from './command.js'

export const jobsList: Command = {
  name: 'jobs list',
  usage: '',
  summary: 'the scheduled jobs, and how each ended when it last ran',
  run: (invocation) =>
    withContext(invocation.config, ({ stores, rules }) => {
      const { jobs: crons, timezone } = inForce(rules).settings
      const runs = new Map(stores.jobRuns.list().map((run) => [run.name, run]))
      const jobs = Object.entries(JOBS).map(([name, { cron, summary }]) => {
        const run = runs.get(name)
        const last = run ? { ended: new Date(run.ended).toISOString(), ok: run.ok === 1, message: run.message } : null
        return { name, cron: crons[name] ?? cron, timezone, summary, last }
      })
      const lines = jobs.map(({ name, cron, summary, last }) => {
        const ended = last ? `last ${last.ended}: ${last.ok ? 'ok' : 'FAILED'}, ${last.message}` : 'has not run yet'
        return `${name.padEnd(10)} ${cron.padEnd(12)} ${timezone}  ${summary}; ${ended}`
      })
      invocation.print({ jobs }, lines.join('\n'))
      return DONE
    }),
}

export const jobsRun: Command = {
  name: 'jobs run',
  usage: 'NAME',
  summary: 'one of the jobs, now',
  mostArguments: 1,
  run: (invocation) => {
    const [name] = invocation.arguments
    if (name === undefined || !Object.hasOwn(JOBS, name)) {
      const near = closest(name ?? '', Object.keys(JOBS))
      throw new UsageError(`which job? ${Object.keys(JOBS).join(', ')}${near ? `; did you mean ${near}?` : ''}`)
    }
    return withContext(invocation.config, async (context) => {
      const { ok, message } = await runJob(context, name as JobName)
      invocation.print({ name, ok, message }, message)
      return ok ? DONE : PROBLEM
    })
  },
}
