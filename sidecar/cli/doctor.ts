/** `doctor`: everything an IT person would check, each with what to do. */
import { statfsSync, statSync } from 'node:fs'
import { freemem } from 'node:os'
import { examineFiles, readFolder } from '../actions/publish.js'
import type { Config } from '../config.js'
import type { Context } from '../context.js'
import { databasePath, HomeError, runningServer } from '../home.js'
import { findDamage } from '../store/audit.js'
import { filesHash } from '../store/configuration.js'
import { MigrationRefused } from '../store/migrate.js'
import { VERSION } from '../version.js'
import { type Command, DONE, PROBLEM, withContext } from './command.js'
import { backups, restores } from './doctor-backup.js'
import { rewards } from './doctor-rewards.js'
import type { Finding } from './finding.js'

const LOW_DISK = 1024 ** 3
const DAY = 86_400_000

export const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'everything an IT person would check, each with what to do',
  run: async (invocation) => {
    const { config } = invocation
    const findings = [program(), ...(await home(config))]
    const worst = findings.some(({ state }) => state === 'fail') ? PROBLEM : DONE
    const lines = findings.map(
      ({ state, what, todo }) => `${state.padEnd(4)}  ${what}${todo ? `\n      → ${todo}` : ''}`,
    )
    invocation.print({ ok: worst === DONE, findings }, lines.join('\n'))
    return worst
  },
}

function program(): Finding {
  const memory = Math.round(freemem() / 1024 ** 2)
  return {
    state: 'ok',
    what: `Rocket ${VERSION} on Node ${process.version}, ${process.platform}; ${memory} MiB of memory free`,
  }
}

async function home(config: Config): Promise<Finding[]> {
  try {
    return await withContext(config, async (context) => [
      { state: 'ok', what: `home ${config.home}: database, secrets and schema are as they should be` },
      ...permissions(config),
      disk(config),
      database(context),
      signing(context),
      ...configuration(context),
      ...rewardsIn(context),
      await server(config),
      pairing(context),
      ...jobs(context),
      ...backups(context),
      ...restores(context),
    ])
  } catch (error) {
    if (error instanceof HomeError || error instanceof MigrationRefused) return [{ state: 'fail', what: error.message }]
    const what = `the database in ${config.home} cannot be used: ${error instanceof Error ? error.message : error}`
    return [{ state: 'fail', what, todo: 'keep a copy of the home as it is, and restore the newest backup' }]
  }
}

function permissions({ home: folder }: Config): Finding[] {
  return [folder, databasePath(folder)]
    .filter((path) => (statSync(path).mode & 0o077) !== 0)
    .map((path) => ({ state: 'warn', what: `${path} can be read by others`, todo: `chmod go-rwx ${path}` }))
}

function disk({ home: folder }: Config): Finding {
  const { bavail, bsize } = statfsSync(folder)
  const what = `${Math.round((bavail * bsize) / 1024 ** 2)} MiB free on the disk of the home`
  return bavail * bsize > LOW_DISK
    ? { state: 'ok', what }
    : { state: 'warn', what, todo: 'make room: with a full disk Rocket answers 503 and Moodle keeps its events' }
}

function database({ stores, reader, now }: Context): Finding {
  const damage = findDamage(reader)
  if (damage) {
    return {
      state: 'fail',
      what: `SQLite finds the file damaged: ${damage}`,
      todo: 'stop the server, keep a copy, restore the newest backup',
    }
  }
  const head = stores.ledger.head()
  const size = Math.round(statSync(reader.name).size / 1024 ** 2)
  const last = stores.ledger.lastWritten()
  if (last !== null && last > now() + 60_000) {
    const what = `the newest entry is from ${new Date(last).toISOString()}, ahead of the clock here`
    return { state: 'warn', what, todo: 'check the clock of this machine (chrony, systemd-timesyncd)' }
  }
  return { state: 'ok', what: `ledger head ${head.seq} ${head.hash.slice(0, 16)}…, ${size} MiB` }
}

/** Checkpoints are what an auditor holds the ledger against: without the key there are none. */
function signing({ notary, stores, config }: Context): Finding {
  try {
    const [vkey] = notary.keys.vkeys()
    if (vkey === undefined) return { state: 'warn', what: 'the ledger is not signed yet', todo: 'npm start' }
    // Whether the key itself is at hand.
    notary.keys.signers()
    const kept = stores.checkpoints.newest()
    const last = kept ? `, last kept at entry ${kept.size} on ${new Date(kept.time).toISOString()}` : ''
    // Its name and its id say which it is; the key itself is printed by `ledger key`.
    const [name, id] = vkey.split('+')
    return { state: 'ok', what: `checkpoints are signed as ${name}, by the key ${id}${last}` }
  } catch (error) {
    if (!(error instanceof HomeError)) throw error
    if (!runningServer(config.home)) return { state: 'fail', what: error.message }
    const what = 'the ledger’s key is out of this command’s reach; whether the server can sign is said by /ready, below'
    return { state: 'ok', what }
  }
}

function configuration({ config, stores, rules }: Context): Finding[] {
  const files = readFolder(config.configFolder)
  const read = examineFiles(files)
  if (stores.configurations.latestHash() === null) {
    const todo = read.configuration ? 'npm start' : 'scripts/rocket rules check, then npm start'
    return [{ state: 'fail', what: 'no configuration is in force yet: no server has started well here', todo }]
  }
  const inForce = rules.current()
  const findings: Finding[] = [
    { state: 'ok', what: `${inForce.rules.length} rules in force, from ${config.configFolder}` },
  ]
  if (!read.configuration) {
    const what = `the files in ${config.configFolder} have mistakes; the configuration before stays in force`
    findings.push({ state: 'fail', what, todo: 'scripts/rocket rules check' })
  } else if (filesHash(files) !== filesHash(stores.configurations.latest()?.files ?? new Map())) {
    const what = `the files in ${config.configFolder} differ from what is in force`
    findings.push({ state: 'warn', what, todo: 'scripts/rocket rules publish --reason "…", or put them back' })
  }
  if (!inForce.settings.timezoneNamed) {
    const todo = 'name it in rocket.yaml: days, weeks and months begin at its midnight'
    findings.push({ state: 'warn', what: 'no timezone is set, so days are those of UTC', todo })
  }
  return findings
}

async function server({ home: folder, host }: Config): Promise<Finding> {
  const running = runningServer(folder)
  if (!running) return { state: 'warn', what: 'no server is running on this home', todo: 'npm start' }
  const what = `server process ${running.pid} at ${running.url}`
  try {
    const began = performance.now()
    const response = await fetch(`${running.url}/ready`, { signal: AbortSignal.timeout(5_000) })
    const took = Math.round(performance.now() - began)
    if (response.ok) return { state: 'ok', what: `${what} is ready, answered in ${took} ms` }
    return { state: 'fail', what: `${what} is not ready (${response.status})`, todo: 'see its log' }
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error
    return { state: 'warn', what: `${what} could not be asked: ${why}`, todo: `reach it from here as ${host}` }
  }
}

/** Nothing can be said of rewards before a configuration is in force. */
const rewardsIn = (context: Context): Finding[] =>
  context.stores.configurations.latestHash() === null ? [] : rewards(context)

function pairing({ secrets }: Context): Finding {
  const { pairing: paired } = secrets()
  if (!paired) return { state: 'warn', what: 'not paired with a Moodle yet', todo: 'scripts/rocket pair' }
  return { state: 'ok', what: `paired as ${paired.source}${paired.wwwroot ? ` with ${paired.wwwroot}` : ''}` }
}

function jobs({ stores, now }: Context): Finding[] {
  const runs = stores.jobRuns.list()
  const verified = runs.find(({ name }) => name === 'verify')
  const failed = runs
    .filter(({ ok }) => ok === 0)
    .map(
      ({ name, message }): Finding => ({
        state: 'fail',
        what: `the job ${name} failed: ${message}`,
        todo: `scripts/rocket jobs run ${name}`,
      }),
    )
  if (!verified) {
    return [
      ...failed,
      { state: 'warn', what: 'the ledger was never verified by schedule', todo: 'scripts/rocket jobs run verify' },
    ]
  }
  const when = new Date(verified.ended).toISOString()
  const late = now() - verified.ended > 2 * DAY
  const what = `the ledger was last verified by schedule on ${when}`
  return [
    ...failed,
    late
      ? { state: 'warn', what, todo: 'is the server running at night? See jobs in rocket.yaml' }
      : { state: 'ok', what },
  ]
}
