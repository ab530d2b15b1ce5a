/** `serve`: the server itself. */
import { existsSync } from 'node:fs'
import { eraseAgain, listErased, readErasedList } from '../actions/erased-list.js'
import { ConfigurationRefused, checkFiles, publish, readFolder } from '../actions/publish.js'
import { finishRestore } from '../actions/put-in-place.js'
import { checkpointFiles, putAwayOthers, startCheckpoints } from '../checkpoint-files.js'
import type { Config } from '../config.js'
import { type Context, openContext } from '../context.js'
import { createHome, HomeError, lockHome } from '../home.js'
import { startJobs } from '../jobs.js'
import { listen } from '../listen.js'
import { createLog } from '../log.js'
import { startMessenger } from '../messenger.js'
import type { Problem } from '../rules/problem.js'
import { STARTER, VERSION } from '../version.js'
import { readSecrets } from '../webhook/sign.js'
import { type Command, DONE, type Invocation, PROBLEM, problemLines } from './command.js'

/** How long callers have to finish when the server stops, in milliseconds. */
const GRACE = 3_000

export const serve: Command = {
  name: 'serve',
  usage: '',
  summary: 'the server (npm start)',
  run: runServer,
}

async function runServer({ config }: Invocation): Promise<number> {
  const log = createLog(config.logLevel)
  const lock = lockHome(config.home)
  try {
    const before = finishRestore(config.home, (names) => putAwayOthers(config.home, names))
    if (before) log.info({ before }, 'a restore was brought to its end; what was there before is kept')
    createHome(config.home)
    const context = openContext(config, log, true)
    try {
      return await serveUntilStopped(context, lock.announce)
    } finally {
      context.close()
    }
  } finally {
    lock.release()
  }
}

async function serveUntilStopped(
  context: Context,
  announce: (server: { pid: number; url: string }) => void,
): Promise<number> {
  const { config, log } = context
  let warnings: readonly Problem[]
  try {
    warnings = putInForce(context, 'start')
    context.notary.keys.begin()
    // A copy of the database that was put in place by hand is found out before there are entries of its own.
    for (const note of checkpointFiles(config.home).values()) context.notary.follow(note)
    keepErased(context)
  } catch (error) {
    if (!(error instanceof ConfigurationRefused)) throw error
    process.stderr.write(`${explain(error, config)}\n`)
    return PROBLEM
  }
  // Before anybody can know that it runs: without these, a signal would end it on the spot.
  const asked = stopAsked()
  process.on('SIGHUP', () => reload(context))
  const stopCheckpoints = startCheckpoints(context)
  const { server, url } = await listen(context)
  log.info({ url, home: config.home, version: VERSION }, 'listening')
  logWarnings(context, warnings)
  logSecrets(context)
  if (context.copyBefore)
    log.info({ copy: context.copyBefore }, 'the database was brought up to date; a copy from before is kept')
  announce({ pid: process.pid, url })
  const stopJobs = startJobs(context)
  const stopMessenger = startMessenger(context)
  process.stdout.write(welcome(context, url))

  await asked
  log.info('stopping')
  stopJobs()
  await stopMessenger()
  // What is being answered is answered; who dawdles over a request, or over a long download, is cut off.
  const cut = setTimeout(() => server.closeAllConnections(), GRACE)
  await new Promise((resolve) => server.close(resolve))
  clearTimeout(cut)
  stopCheckpoints()
  return DONE
}

/** Whoever was erased stays so, whatever file was put in the place of the database. */
function keepErased(context: Context): void {
  const { stores, rules, now, config, log } = context
  const listed = readErasedList(config.home)
  const { erased, held } = stores.writer.write(() => eraseAgain({ stores, rules, now: now() }, listed, 'server'))
  if (held.length > 0) log.warn({ held }, 'on the list of the erased, and not erased: a legal hold keeps them')
  if (erased > 0) log.warn({ erased }, 'learners who were erased were in the database again, and are erased again')
  if (erased > 0) stores.writer.emptyLog()
  listErased(context)
}

const stopAsked = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })

function reload(context: Context): void {
  const { log, rules, config } = context
  try {
    logWarnings(context, putInForce(context, 'reload'))
    logSecrets(context)
    log.info({ rules: rules.current().rules.length }, 'configuration read again')
  } catch (error) {
    const problems =
      error instanceof ConfigurationRefused ? problemLines(config.configFolder, error.problems) : undefined
    log.error({ err: error, problems }, 'the changed configuration was refused; the one before stays in force')
  }
}

/** @returns the warnings. */
function putInForce({ stores, config, now }: Context, reason: string): readonly Problem[] {
  // A folder that is not there would be read as one without rules.
  if (!existsSync(config.configFolder)) throw new HomeError(`There is no folder ${config.configFolder} any more`)
  const files = readFolder(config.configFolder)
  const { problems } = checkFiles(files)
  stores.writer.write(() => publish(stores, files, { actor: 'server', reason, now: now() }))
  return problems
}

function logWarnings({ log, config }: Context, warnings: readonly Problem[]): void {
  if (warnings.length === 0) return
  log.warn({ problems: problemLines(config.configFolder, warnings) }, 'the configuration has warnings')
}

/** Says at once what would otherwise be found at the first redemption: a partner's secret that is not there. */
function logSecrets({ log, rules, env }: Context): void {
  for (const { id, secretEnv } of rules.current().catalogue.partners) {
    const read = secretEnv === null ? null : readSecrets(env[secretEnv])
    if (read && 'problem' in read)
      log.warn({ partner: id }, `${secretEnv} ${read.problem}; nothing can be sent to ${id}`)
  }
}

function explain({ problems }: ConfigurationRefused, { configFolder }: Config): string {
  return [
    `The configuration in ${configFolder} has mistakes, so the server did not start:`,
    ...problemLines(configFolder, problems).map((line) => `  ${line}`),
    'Mend them and start again. `scripts/rocket rules check` shows the same list.',
  ].join('\n')
}

function welcome({ config, rules, secrets }: Context, url: string): string {
  const starter = config.configFolder === STARTER
  const rewards = rules.current().catalogue.rewards.length
  const own = starter ? ` (the starter; to make it yours, copy that folder to ${config.home}/config)` : ''
  const next = secrets().pairing
    ? ['  scripts/rocket doctor                  is everything well?']
    : [
        '  scripts/rocket simulate LOG.csv        what these rules would have granted for a log downloaded from Moodle',
        '  scripts/rocket pair                    a code for the settings page of the plugin in Moodle',
        '  scripts/rocket doctor                  is everything well?',
      ]
  return `${[
    `Rocket ${VERSION} is running at ${url}`,
    `  rules  ${rules.current().rules.length} in force, from ${config.configFolder}${own}`,
    ...(rewards > 0 ? [`  rewards  ${rewards}`] : []),
    `  data   ${config.home}`,
    'Next, in another terminal:',
    ...next,
  ].join('\n')}\n`
}
