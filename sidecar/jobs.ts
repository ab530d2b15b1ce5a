/** The scheduled jobs: one table of what runs when. */
import { spawn } from 'node:child_process'
import { schedule } from 'node-cron'
import { forget } from './actions/retention.js'
import type { Context } from './context.js'
import type { JOB_NAMES } from './rules/settings.js'

export type JobName = (typeof JOB_NAMES)[number]

interface Job {
  readonly summary: string
  /** When it runs, in the institution's zone, where `rocket.yaml` says nothing else. */
  readonly cron: string
  /** @returns what happened, in a sentence; throws where it failed. */
  readonly run: (context: Context) => Promise<string>
}

export const JOBS: Readonly<Record<JobName, Job>> = {
  verify: { summary: 'verifies the whole ledger', cron: '30 3 * * *', run: verifyApart },
  retention: { summary: 'deletes events and decisions whose time of keeping is over', cron: '0 4 * * *', run: forget },
}

/** Starts the schedule. @returns how to stop it. */
export function startJobs(context: Context): () => void {
  const { settings } = context.rules.current()
  const tasks = Object.entries(JOBS).map(([name, job]) =>
    schedule(settings.jobs[name] ?? job.cron, () => runJob(context, name as JobName), { timezone: settings.timezone }),
  )
  return () => {
    for (const task of tasks) void task.destroy()
  }
}

/** Runs one job now and keeps how it ended. @returns whether it went well, and the sentence. */
export async function runJob(context: Context, name: JobName): Promise<{ ok: boolean; message: string }> {
  const { now, log, stores, committer } = context
  const started = now()
  const outcome = await JOBS[name].run(context).then(
    (message) => ({ ok: true, message }),
    (error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) }),
  )
  await committer.run(() => stores.jobRuns.keep({ name, started, ended: now(), ...outcome, ok: outcome.ok ? 1 : 0 }))
  if (outcome.ok) log.info({ job: name }, outcome.message)
  else log.error({ job: name }, outcome.message)
  return outcome
}

/** In a process of its own, so that reading ten million entries holds up nobody. */
function verifyApart({ config }: Context): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = process.argv[1] ?? ''
    const child = spawn(process.execPath, [...process.execArgv, program, 'ledger', 'verify'], {
      env: { ...process.env, ROCKET_HOME: config.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(output.trim()) : reject(new Error(output.trim()))))
  })
}
