/** The scheduled jobs: one table of what runs when. */
import { spawn } from 'node:child_process'
import { type ScheduledTask, schedule } from 'node-cron'
import { anomaly } from './actions/anomaly.js'
import { type Backup, backUpNightly } from './actions/backup.js'
import { expire } from './actions/expire.js'
import { isUnfinished } from './actions/resend.js'
import { applyRetention } from './actions/retention.js'
import { remindOfQueue } from './actions/review.js'
import { askOpinions } from './actions/second-opinion.js'
import type { Context } from './context.js'
import type { JobName } from './rules/settings.js'

interface Job {
  readonly summary: string
  /** When it runs, in the institution's zone, where `rocket.yaml` says nothing else. */
  readonly cron: string
  /** @returns what happened, in a sentence; throws where it failed, or `stopped` cut it short. */
  readonly run: (context: Context, stopped?: AbortSignal) => Promise<string>
}

export const JOBS: Readonly<Record<JobName, Job>> = {
  expire: {
    summary: 'holds that nobody decided are released; points and tokens lapse, and who should know beforehand is told',
    cron: '5 * * * *',
    run: (context) => (isUnfinished(context) ? Promise.resolve(WAITS) : expire(context)),
  },
  anomaly: {
    summary: 'weeks of learners that are over are counted and scored, and the most surprising queued for review',
    cron: '30 2 * * *',
    run: scoreAndAsk,
  },
  verify: {
    summary: 'verifies the whole ledger',
    cron: '30 3 * * *',
    run: (context, stopped) => runApart(context, ['ledger', 'verify'], stopped),
  },
  retention: {
    summary: 'deletes events and decisions whose time of keeping is over',
    cron: '0 4 * * *',
    run: applyRetention,
  },
  backup: {
    summary: 'a verified copy of the database; those kept long enough go',
    cron: '30 4 * * *',
    run: backUp,
  },
}

const LOOK_EVERY = 10_000
/** What was spent in time must not lapse because Rocket is told of it only now. */
const WAITS = 'nothing lapses before Moodle has sent again what the restore lost'

/**
 * Starts the schedule, and looks now and then whether another one was published.
 * @returns how to stop it, and what is running with it.
 */
export function startJobs(context: Context, lookEvery = LOOK_EVERY): () => void {
  const stopping = new AbortController()
  let planned = ''
  let tasks: ScheduledTask[] = []
  const drop = () => {
    for (const task of tasks) void task.destroy()
  }
  const plan = () => {
    const { jobs, timezone } = context.rules.current().settings
    if (planned === JSON.stringify([jobs, timezone])) return
    planned = JSON.stringify([jobs, timezone])
    drop()
    const options = { timezone, noOverlap: true, logger: loggerOf(context) }
    tasks = Object.entries(JOBS).map(([name, { cron }]) =>
      schedule(jobs[name] ?? cron, () => runJob(context, name as JobName, stopping.signal), options),
    )
  }
  plan()
  const looking = setInterval(() => {
    try {
      plan()
    } catch (err) {
      context.log.error({ err }, 'the schedule of the jobs could not be read; the one before stays')
    }
  }, lookEvery)
  return () => {
    clearInterval(looking)
    drop()
    stopping.abort()
  }
}

/** What the scheduler itself has to say, as lines of the log. */
const loggerOf = ({ log }: Context) => ({
  debug: (message: string | Error) => log.debug({ scheduler: String(message) }, 'scheduler'),
  info: (message: string) => log.info({ scheduler: message }, 'scheduler'),
  warn: (message: string) => log.warn({ scheduler: message }, 'scheduler'),
  error: (message: string | Error, err?: Error) => log.error({ scheduler: String(message), err }, 'scheduler'),
})

/** Runs one job now and keeps how it ended. @returns whether it went well, and the sentence. */
export async function runJob(
  context: Context,
  name: JobName,
  stopped?: AbortSignal,
): Promise<{ ok: boolean; message: string }> {
  const { now, log, stores, committer } = context
  const started = now()
  const outcome = await JOBS[name].run(context, stopped).then(
    (message) => ({ ok: true, message }),
    (error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) }),
  )
  if (stopped?.aborted) return outcome
  if (outcome.ok) log.info({ job: name }, outcome.message)
  else log.error({ job: name }, outcome.message)
  const run = { name, started, ended: now(), ...outcome, ok: outcome.ok ? 1 : 0 } as const
  await committer
    .run(() => stores.jobRuns.keep(run))
    .catch((err: unknown) => log.error({ err, job: name }, 'how the job ended could not be written down'))
  return outcome
}

/** First what is new in the queue; then what a model thinks of it, where one is asked; then a word to who decides. */
async function scoreAndAsk(context: Context, stopped?: AbortSignal): Promise<string> {
  const { stores, rules, now, committer } = context
  const told = [await anomaly(context, { stopped }), await askOpinions(context, stopped)]
  await committer.run(() => remindOfQueue({ stores, rules, now: now() }))
  return told.filter((sentence) => sentence !== null).join('; ')
}

function backUp(context: Context, stopped?: AbortSignal): Promise<string> {
  return backUpNightly(context, async (file): Promise<Backup> => {
    return JSON.parse(await runApart(context, ['backup', file, '--json'], stopped))
  })
}

/** In a process of its own, so that reading ten million entries holds up nobody. @returns what the command said. */
function runApart({ config }: Context, command: readonly string[], stopped?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = process.argv[1] ?? ''
    const child = spawn(process.execPath, [...process.execArgv, program, ...command], {
      env: { ...process.env, ROCKET_HOME: config.home },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(stopped ? { signal: stopped } : {}),
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(output.trim()) : reject(new Error(output.trim()))))
  })
}
